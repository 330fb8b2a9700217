// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/crypto_session.h"

#include <algorithm>

#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/text.h"
#include "userspace/config/show/time.h"

namespace spa::config {
namespace {

// One peer on one interface.
struct Session {
  const Ikev2View* sa = nullptr;  // null while there is no IKE SA
  std::vector<const IpsecIdentView*> flows;
  std::string interface;
  IpAddress peer;
  std::uint16_t port = 500;
  std::string front_vrf;  // R-VRF-9
  std::string inside_vrf;
};

std::string vrf_text(const std::string& name) {
  return name.empty() ? "(none)" : name;
}

std::vector<Session> sessions_of(const std::vector<Ikev2View>& sas,
                                 const std::vector<IpsecIdentView>& idents) {
  std::vector<Session> out;
  const auto of = [&](const IpsecIdentView& ident) -> Session& {
    for (Session& known : out)
      if (known.peer == ident.peer && known.inside_vrf == ident.inside_vrf &&
          (known.interface == ident.interface || known.interface.empty()))
        return known;
    Session fresh;
    fresh.interface = ident.interface;
    fresh.peer = ident.peer;
    fresh.front_vrf = ident.front_vrf;
    fresh.inside_vrf = ident.inside_vrf;
    out.push_back(std::move(fresh));
    return out.back();
  };
  for (const IpsecIdentView& ident : idents) of(ident).flows.push_back(&ident);
  for (const Ikev2View& view : sas) {
    const auto known = std::find_if(out.begin(), out.end(), [&](const Session& session) {
      return session.peer == view.sa.remote.address && session.front_vrf == view.front_vrf &&
             session.inside_vrf == view.inside_vrf && session.sa == nullptr;
    });
    Session& session = known != out.end() ? *known : out.emplace_back();
    session.sa = &view;
    session.peer = view.sa.remote.address;
    session.front_vrf = view.front_vrf;
    session.inside_vrf = view.inside_vrf;
    session.port = view.sa.remote.port;
  }
  return out;
}

bool has_sas(const Session& session) {
  return std::any_of(session.flows.begin(), session.flows.end(),
                     [](const IpsecIdentView* flow) { return !flow->sas.empty(); });
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
  for (const IpsecIdentView* flow : session.flows) flow_text(screen, *flow, detail);
  screen.blank();
}

}  // namespace

std::string crypto_session_text(const std::vector<Ikev2View>& sas,
                                const std::vector<IpsecIdentView>& idents, bool detail,
                                ScreenForm form) {
  Screen screen;
  screen.line("Crypto session current status");
  screen.blank();
  if (detail) {
    screen.line("Code: C - IKE Configuration mode, D - Dead Peer Detection");
    screen.line("K - Keepalives, N - NAT-traversal, T - cTCP encapsulation");
    screen.line("X - IKE Extended Authentication, F - IKE Fragmentation");
    screen.blank();
  }
  for (const Session& session : sessions_of(sas, idents))
    session_text(screen, session, detail, form);
  return screen.take();
}

std::string crypto_session_json(const std::vector<Ikev2View>& sas,
                                const std::vector<IpsecIdentView>& idents) {
  json::array list;
  for (const Session& session : sessions_of(sas, idents)) {
    json::array flows;
    for (const IpsecIdentView* flow : session.flows) {
      json::array spis;
      for (const IpsecSaView& sa : flow->sas) spis.push_back(child_json(sa.child, sa.state));
      flows.push_back(json::object{{"local", net_text(flow->selectors.local)},
                                   {"remote", net_text(flow->selectors.remote)},
                                   {"protocol", flow->selectors.local.protocol},
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
    list.push_back(std::move(object));
  }
  return json::serialize(json::object{{"sessions", std::move(list)}});
}

}  // namespace spa::config
