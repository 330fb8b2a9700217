// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/crypto_session.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/sa_rows.h"
#include "userspace/config/show/text.h"
#include "userspace/config/show/time.h"

namespace spa::config {
namespace {

// One peer on one interface.
struct Session {
  const Ikev2View* sa = nullptr;  // null while there is no IKE SA
  std::vector<IpsecIdentView> flows;
  std::string interface;
  IpAddress peer;
  std::uint16_t port = 500;
  std::string front_vrf;  // R-VRF-9
  std::string inside_vrf;
};

std::string vrf_text(const std::string& name) {
  return name.empty() ? "(none)" : name;
}

// Which sessions there were when the screen was asked for.
class Sessions {
 public:
  Sessions(Backend& backend, const policy::SnapshotPtr& policy)
      : backend_(backend), policy_(policy), idents_(policy, backend) {
    list_flows();
    list_sas();
  }

  [[nodiscard]] std::size_t size() const { return list_.size(); }

  // Calls `take` with each of these as it is now.
  template <typename Take>
  void each(std::size_t first, std::size_t end, Take take) const {
    std::vector<std::uint32_t> ids;
    for (std::size_t i = first; i < end; ++i)
      if (list_[i].sa != 0) ids.push_back(list_[i].sa);
    std::map<std::uint32_t, Ikev2View> sas;
    for (Ikev2View& view : ikev2_view(backend_, backend_.ike_sas_of(ids)))
      sas.emplace(view.sa.id, std::move(view));
    for (std::size_t i = first; i < end; ++i) {
      const Listed& listed = list_[i];
      const auto sa = sas.find(listed.sa);
      Session session;
      if (sa != sas.end()) session.sa = &sa->second;
      session.flows = idents_.views(listed.flows);
      if (listed.interface != nullptr) session.interface = listed.interface->name;
      session.peer = listed.peer;
      session.port = listed.port;
      session.front_vrf = *listed.front_vrf;
      session.inside_vrf = *listed.inside_vrf;
      take(session);
    }
  }

 private:
  struct Listed {
    const policy::Interface* interface = nullptr;
    IpAddress peer{};
    std::uint16_t port = 500;
    std::uint32_t sa = 0;  // 0: none
    const std::string* front_vrf = nullptr;
    const std::string* inside_vrf = nullptr;
    std::vector<std::size_t> flows{};  // in the list of idents
  };

  const std::string* kept(const std::string& name) { return &*names_.insert(name).first; }

  void list_flows() {
    static const std::string kNone;
    std::map<std::tuple<IpAddress, std::string, const policy::Interface*>, std::size_t> known;
    for (std::size_t i = 0; i < idents_.list().size(); ++i) {
      const IpsecIdents::Ident& ident = idents_.list()[i];
      const std::string& inside = ident.inside_vrf != nullptr ? *ident.inside_vrf : kNone;
      const std::string& front = ident.front_vrf != nullptr ? *ident.front_vrf : kNone;
      const auto [place, fresh] =
          known.try_emplace({ident.peer, inside, ident.interface}, list_.size());
      if (fresh)
        list_.push_back({ident.interface, ident.peer, 500, 0, kept(front), kept(inside), {}});
      list_[place->second].flows.push_back(i);
    }
  }

  // Each IKE SA with the first session of its peer that has none.
  void list_sas() {
    std::map<std::tuple<IpAddress, std::string, std::string>, std::deque<std::size_t>> open;
    for (std::size_t i = 0; i < list_.size(); ++i)
      open[{list_[i].peer, *list_[i].front_vrf, *list_[i].inside_vrf}].push_back(i);
    for (ike::IkeSaStatus& sa : backend_.ike_sas()) {
      Ikev2View view{std::move(sa), {}};
      set_vrfs(*policy_, view);
      const Endpoint& remote = view.sa.remote;
      auto& waiting = open[{remote.address, view.front_vrf, view.inside_vrf}];
      if (waiting.empty()) {
        waiting.push_back(list_.size());
        list_.push_back(
            {nullptr, remote.address, 500, 0, kept(view.front_vrf), kept(view.inside_vrf), {}});
      }
      Listed& session = list_[waiting.front()];
      waiting.pop_front();
      session.sa = view.sa.id;
      session.port = remote.port;
    }
  }

  Backend& backend_;
  policy::SnapshotPtr policy_;
  IpsecIdents idents_;
  std::set<std::string> names_;  // that list_ points to
  std::vector<Listed> list_;
};

bool has_sas(const Session& session) {
  return std::any_of(session.flows.begin(), session.flows.end(),
                     [](const IpsecIdentView& flow) { return !flow.sas.empty(); });
}

const char* status(const Session& session) {
  const bool flows = has_sas(session);
  if (session.sa == nullptr) return flows ? "UP-NO-IKE" : "DOWN";
  if (session.sa->sa.state == ike::IkeSaState::kInNegotiation) return "DOWN-NEGOTIATING";
  return flows || !session.sa->sa.children.empty() ? "UP-ACTIVE" : "UP-IDLE";
}

std::string net_text(const policy::TrafficSelector& selector) {
  const IpPrefix prefix = selector.covering_prefix();
  return prefix.first().to_string() + "/" + mask_text(prefix);
}

void flow_text(Screen& screen, const IpsecIdentView& flow, bool detail) {
  const unsigned protocol = flow.selectors.local.protocol;
  screen.line("  IPSEC FLOW: permit %s %s %s",
              protocol == 0 ? (flow.peer.is_v6() ? "ipv6" : "ip") : c(std::to_string(protocol)),
              c(net_text(flow.selectors.local)), c(net_text(flow.selectors.remote)));
  screen.line("        Active SAs: %zu, origin: crypto map", flow.sas.size() * 2);
  if (!detail) return;
  ports::SaCounters in, out;
  std::uint32_t seconds = 0;
  std::uint64_t left_in = 0, left_out = 0;
  for (const IpsecSaView& sa : flow.sas) {
    in.packets += sa.state.in.packets;
    in.other_failures +=
        sa.state.in.auth_failures + sa.state.in.replay_failures + sa.state.in.other_failures;
    out.packets += sa.state.out.packets;
    out.other_failures += sa.state.out.other_failures;
    seconds = sa.child.remaining_seconds;
    left_in = sa.state.kilobytes_left(sa.child.lifetime.kilobytes, true);
    left_out = sa.state.kilobytes_left(sa.child.lifetime.kilobytes, false);
  }
  screen.line("        Inbound:  #pkts dec'ed %llu drop %llu life (KB/Sec) %llu/%u", n(in.packets),
              n(in.other_failures), n(left_in), seconds);
  screen.line("        Outbound: #pkts enc'ed %llu drop %llu life (KB/Sec) %llu/%u", n(out.packets),
              n(out.other_failures), n(left_out), seconds);
}

void session_text(Screen& screen, const Session& session, bool detail, ScreenForm form) {
  screen.line("Interface: %s", c(session.interface));
  if (session.sa != nullptr && !session.sa->sa.profile.empty())
    screen.line("Profile: %s", c(session.sa->sa.profile));
  if (detail && session.sa != nullptr)
    screen.line("Uptime: %s", c(age_text(session.sa->sa.active_seconds)));
  screen.line("Session status: %s", status(session));
  screen.line("Peer: %s port %u fvrf: %s ivrf: %s", c(session.peer.to_string()), session.port,
              c(vrf_text(session.front_vrf)), c(vrf_text(session.inside_vrf)));
  if (detail && session.sa != nullptr) {
    screen.line("      Phase1_id: %s", c(session.sa->sa.remote_identity.to_string()));
    screen.line("      Desc: (none)");
  }
  if (session.sa != nullptr) {
    const ike::IkeSaStatus& sa = session.sa->sa;
    // R-SHOW-35; today's parsers want the version and an id.
    const bool live = form == ScreenForm::kLive || form == ScreenForm::kPix;
    if (live) screen.line("  Session ID: %u", sa.id);
    screen.line("  IKE%s SA: local %s/%u remote %s/%u %s",
                !live             ? ""
                : sa.version == 1 ? "v1"
                                  : "v2",
                c(sa.local.address.to_string()), sa.local.port, c(sa.remote.address.to_string()),
                sa.remote.port,
                sa.state == ike::IkeSaState::kInNegotiation ? "Inactive" : "Active");
    if (detail) {
      std::string letters = sa.dpd.interval_seconds != 0 ? "D" : "";
      if (sa.local_behind_nat || sa.remote_behind_nat) letters += "N";
      const std::uint32_t left =
          sa.lifetime_seconds - std::min(sa.lifetime_seconds, sa.active_seconds);
      screen.line("          Capabilities:%s connid:%u lifetime:%s",
                  letters.empty() ? "(none)" : c(letters), sa.id, c(age_text(left)));
    }
  }
  for (const IpsecIdentView& flow : session.flows) flow_text(screen, flow, detail);
  screen.blank();
}

json::object session_json(const Session& session) {
  json::array flows;
  for (const IpsecIdentView& flow : session.flows) {
    json::array spis;
    for (const IpsecSaView& sa : flow.sas) spis.push_back(child_json(sa.child, sa.state));
    flows.push_back(json::object{{"local", net_text(flow.selectors.local)},
                                 {"remote", net_text(flow.selectors.remote)},
                                 {"protocol", flow.selectors.local.protocol},
                                 {"sas", std::move(spis)}});
  }
  json::object object{{"interface", session.interface}, {"peer", session.peer.to_string()},
                      {"port", session.port},           {"status", status(session)},
                      {"fvrf", session.front_vrf},      {"ivrf", session.inside_vrf},
                      {"flows", std::move(flows)}};
  if (session.sa != nullptr) {
    object["ike_id"] = session.sa->sa.id;
    object["profile"] = session.sa->sa.profile;
    object["remote_identity"] = session.sa->sa.remote_identity.to_string();
    object["active_seconds"] = session.sa->sa.active_seconds;
  }
  return object;
}

}  // namespace

Pieces crypto_session_text(Backend& backend, const policy::SnapshotPtr& policy, bool detail,
                           ScreenForm form) {
  const auto sessions = std::make_shared<const Sessions>(backend, policy);
  Screen heading;
  heading.line("Crypto session current status");
  heading.blank();
  if (detail) {
    heading.line("Code: C - IKE Configuration mode, D - Dead Peer Detection");
    heading.line("K - Keepalives, N - NAT-traversal, T - cTCP encapsulation");
    heading.line("X - IKE Extended Authentication, F - IKE Fragmentation");
    heading.blank();
  }
  std::vector<Rows> parts(1);
  parts[0] = {.before = heading.take(),
              .count = sessions->size(),
              .make = [sessions, detail, form](std::size_t first, std::size_t end) {
                Screen screen;
                sessions->each(first, end, [&](const Session& session) {
                  session_text(screen, session, detail, form);
                });
                return screen.take();
              }};
  return pieces_of(std::move(parts));
}

Pieces crypto_session_json(Backend& backend, const policy::SnapshotPtr& policy) {
  const auto sessions = std::make_shared<const Sessions>(backend, policy);
  const JsonList list;
  return list.pieces("sessions", {.count = sessions->size(),
                                  .make = [sessions, list](std::size_t first, std::size_t end) {
                                    std::string out;
                                    sessions->each(first, end, [&](const Session& session) {
                                      list.add(out, session_json(session));
                                    });
                                    return out;
                                  }});
}

}  // namespace spa::config
