// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/ikev2.h"

#include <algorithm>

#include "userspace/config/show/names.h"
#include "userspace/config/show/sa_rows.h"
#include "userspace/config/show/text.h"

namespace spa::config {
namespace {

const char* state_word(ike::IkeSaState state) {
  switch (state) {
    case ike::IkeSaState::kInNegotiation:
      return "IN-NEG";
    case ike::IkeSaState::kReady:
    case ike::IkeSaState::kRekeying:
      return "READY";
    case ike::IkeSaState::kDeleting:
      return "DELETE";
  }
  return "READY";
}

std::string endpoint_text(const Endpoint& endpoint) {
  return endpoint.address.to_string() + "/" + std::to_string(endpoint.port);
}

// "AES CBC" in the older form.
std::string cipher_text(wire::EncrId id, ScreenForm form) {
  std::string text = id == wire::EncrId{} ? "None" : cipher_name(id);
  if (form != ScreenForm::kLive) std::replace(text.begin(), text.end(), '-', ' ');
  return text;
}

const char* nat_text(const ike::IkeSaStatus& sa) {
  if (sa.local_behind_nat && sa.remote_behind_nat) return "NAT-T is detected on both sides";
  if (sa.local_behind_nat) return "NAT-T is detected inside";
  if (sa.remote_behind_nat) return "NAT-T is detected outside";
  return "NAT-T is not detected";
}

// Of the last message: the next one's id less one.
std::uint32_t id_before(std::uint32_t next) {
  return next == 0 ? 0 : next - 1;
}

// R-SHOW-18, from the heading to the end of the SA's own lines.
void row_before_live(Screen& screen, const Ikev2View& view) {
  const ike::IkeSaStatus& sa = view.sa;
  const std::string vrfs = (view.front_vrf.empty() ? "(none)" : view.front_vrf) + "/" +
                           (view.inside_vrf.empty() ? "(none)" : view.inside_vrf);
  screen.line("Tunnel-id   Local          Remote           fvrf/ivrf          Status ");
  screen.line("%-11u %-15s %-17s %-18s %-7s", sa.id, c(endpoint_text(sa.local)),
              c(endpoint_text(sa.remote)), c(vrfs), state_word(sa.state));
  std::string keysize;
  if (sa.cipher.key_bits != 0) keysize = ", keysize: " + std::to_string(sa.cipher.key_bits);
  screen.line("      Encr: %s%s, Hash: %s, DH Grp:%u, Auth: %s",
              c(cipher_text(sa.cipher.id, ScreenForm::kDa)), c(keysize), c(hash_name(sa.integrity)),
              static_cast<unsigned>(sa.group), c(sa.local_auth));
  const std::uint32_t left = sa.lifetime_seconds - std::min(sa.lifetime_seconds, sa.active_seconds);
  screen.line("      Life/Remaining/Active Time: %u/%u/%u sec", sa.lifetime_seconds, left,
              sa.active_seconds);
}

void detail_before_live(Screen& screen, const ike::IkeSaStatus& sa) {
  screen.line("      CE id: 0, Session-id: %u, MIB-id: %u", sa.id, sa.id);
  screen.line("      Status Description: %s", c(sa.status_description));
  screen.line("      Local spi: %016llX       Remote spi: %016llX", n(sa.spi_local),
              n(sa.spi_remote));
  screen.line("      Local id:          %s        Remote id:          %s",
              c(sa.local_identity.to_string()), c(sa.remote_identity.to_string()));
  screen.line("      Local req mess id:    %-12uRemote req mess id: %u",
              id_before(sa.local_request_id), id_before(sa.remote_request_id));
  screen.line("      Local next mess id:    %-11uRemote next mess id: %u", sa.local_request_id,
              sa.remote_request_id);
  screen.line("      Local req queued:    %-13uRemote req queued: %u", sa.requests_queued, 0U);
  screen.line("      Local window:    %-17uRemote window: %u", sa.local_window, sa.remote_window);
  screen.line("      DPD configured for %u seconds", sa.dpd.interval_seconds);
  screen.line("      %s", nat_text(sa));
  if (sa.disconnect_revoked) screen.line("      Disconnect Revoked Peer: Enabled");
}

void row(Screen& screen, const Ikev2View& view) {
  const ike::IkeSaStatus& sa = view.sa;
  const std::string vrfs = (view.front_vrf.empty() ? "none" : view.front_vrf) + "/" +
                           (view.inside_vrf.empty() ? "none" : view.inside_vrf);
  screen.line("Tunnel-id Local                 Remote                fvrf/ivrf            Status ");
  screen.line("%-9u %-21s %-21s %-20s %-7s", sa.id, c(endpoint_text(sa.local)),
              c(endpoint_text(sa.remote)), c(vrfs), state_word(sa.state));
  std::string keysize;
  if (sa.cipher.key_bits != 0) keysize = ", keysize: " + std::to_string(sa.cipher.key_bits);
  screen.line("      Encr: %s%s, PRF: %s, Hash: %s, DH Grp:%u, Auth sign: %s, Auth verify: %s",
              c(cipher_name(sa.cipher.id)), c(keysize), c(prf_name(sa.prf)),
              c(hash_name(sa.integrity)), static_cast<unsigned>(sa.group), c(sa.local_auth),
              c(sa.remote_auth));
  screen.line("      Life/Active Time: %u/%u sec", sa.lifetime_seconds, sa.active_seconds);
}

void detail(Screen& screen, const ike::IkeSaStatus& sa) {
  screen.line("      CE id: 0, Session-id: %u", sa.id);
  screen.line("      Status Description: %s", c(sa.status_description));
  screen.line("      Local spi: %016llX       Remote spi: %016llX", n(sa.spi_local),
              n(sa.spi_remote));
  screen.line("      Local id: %s", c(sa.local_identity.to_string()));
  screen.line("      Remote id: %s", c(sa.remote_identity.to_string()));
  screen.line("      Local req msg id:  %-14u Remote req msg id:  %-10u",
              id_before(sa.local_request_id), id_before(sa.remote_request_id));
  screen.line("      Local next msg id: %-14u Remote next msg id: %-10u", sa.local_request_id,
              sa.remote_request_id);
  screen.line("      Local req queued:  %-14u Remote req queued:  %-10u", sa.requests_queued, 0U);
  screen.line("      Local window:      %-14u Remote window:      %-10u", sa.local_window,
              sa.remote_window);
  screen.line("      DPD configured for %u seconds, retry %u", sa.dpd.interval_seconds,
              sa.dpd.interval_seconds == 0 ? 0 : sa.dpd.retry_seconds);
  screen.line("      %s", nat_text(sa));
  // Ours: which engine did the public-key work.
  screen.line("      Engine: DH %s, signature %s", sa.dh_engine.empty() ? "none" : c(sa.dh_engine),
              sa.auth_engine.empty() ? "none" : c(sa.auth_engine));
  screen.line("      Initiator of SA : %s", sa.initiator ? "Yes" : "No");
  if (sa.disconnect_revoked) screen.line("      Disconnect Revoked Peer: Enabled");  // R-REV-15
}

std::string selector_text(const policy::TrafficSelector& selector) {
  return selector.first.to_string() + "/" + std::to_string(selector.port_first) + " - " +
         selector.last.to_string() + "/" + std::to_string(selector.port_last);
}

const char* compression_text(wire::IpCompId id) {
  switch (id) {
    case wire::IpCompId::kNone:
      return "IPCOMP_NONE";
    case wire::IpCompId::kLzs:
      return "IPCOMP_LZS";
    default:
      return "IPCOMP_DEFLATE";
  }
}

void child(Screen& screen, const ike::ChildSaStatus& sa, const ports::SaPairState& state,
           ScreenForm form) {
  const std::size_t lines = std::max(sa.selectors_local.size(), sa.selectors_remote.size());
  const policy::TrafficSelector none;
  for (std::size_t i = 0; i < std::max<std::size_t>(lines, 1); ++i) {
    const auto& local = i < sa.selectors_local.size() ? sa.selectors_local[i] : none;
    const auto& remote = i < sa.selectors_remote.size() ? sa.selectors_remote[i] : none;
    screen.line("%s local selector  %s", i == 0 ? "Child sa:" : "         ",
                c(selector_text(local)));
    screen.line("          remote selector %s", c(selector_text(remote)));
  }
  const bool esp = sa.suite.has_esp();
  const auto spis = [&screen](const char* name, std::uint32_t in, std::uint32_t out) {
    screen.line("          %s in/out: 0x%X/0x%X  ", name, in, out);
  };
  spis("ESP spi", esp ? sa.spi_in : 0, esp ? sa.spi_out : 0);
  // In this order (R-SHOW-18), and today in the other one.
  if (form != ScreenForm::kLive) spis("CPI", sa.cpi_in, sa.cpi_out);
  spis("AH spi", esp ? sa.ah_spi_in : sa.spi_in, esp ? sa.ah_spi_out : sa.spi_out);
  if (form == ScreenForm::kLive) spis("CPI", sa.cpi_in, sa.cpi_out);
  std::string keysize;
  if (sa.suite.key_bits != 0) keysize = ", keysize: " + std::to_string(sa.suite.key_bits);
  screen.line("          Encr: %s%s, esp_hmac: %s", c(cipher_text(sa.suite.cipher, form)),
              c(keysize), c(hash_name(sa.suite.integrity)));
  const std::string no_ah = form == ScreenForm::kLive ? "None" : "Unknown - 0";
  screen.line("          ah_hmac: %s, comp: %s, mode %s",
              sa.suite.has_ah() ? c(hash_name(sa.suite.ah)) : c(no_ah),
              compression_text(sa.suite.compression),
              sa.mode == policy::EncapsulationMode::kTunnel ? "tunnel" : "transport");
  if (form == ScreenForm::kLive) screen.line("          Engine: ESP %s", c(place_text(state)));
}

}  // namespace

std::vector<Ikev2View> ikev2_view(Backend& backend, std::vector<ike::IkeSaStatus> sas) {
  std::vector<Ikev2View> out;
  for (ike::IkeSaStatus& sa : sas) {
    Ikev2View view;
    for (const ike::ChildSaStatus& child_sa : sa.children)
      view.children.push_back(backend.sa_state(child_sa.spi_in).value_or(SaState{}));
    view.sa = std::move(sa);
    out.push_back(std::move(view));
  }
  return out;
}

std::vector<Ikev2View> ikev2_view(Backend& backend) {
  return ikev2_view(backend, backend.ike_sas());
}

Pieces ikev2_sa_text(const SaRows& sas, bool detailed) {
  std::vector<Rows> parts;
  for (const bool v6 : {false, true}) {
    Rows rows = sas.rows(2, v6, [detailed](const std::vector<Ikev2View>& list) {
      Screen screen;
      for (const Ikev2View& view : list) {
        row(screen, view);
        if (detailed) detail(screen, view.sa);
        screen.blank();
      }
      return screen.take();
    });
    rows.before = std::string(v6 ? " IPv6" : " IPv4") + " Crypto IKEv2  SA \n\n";
    parts.push_back(std::move(rows));
  }
  return pieces_of(std::move(parts));
}

namespace {

void session_text(Screen& screen, const Ikev2View& view, bool detailed, ScreenForm form) {
  const bool up = view.sa.state != ike::IkeSaState::kInNegotiation;
  screen.line("Session-id:%u, Status:%s, IKE count:1, CHILD count:%zu", view.sa.id,
              !up                        ? "DOWN-NEGOTIATING"
              : view.sa.children.empty() ? "UP-IDLE"
                                         : "UP-ACTIVE",
              view.sa.children.size());
  if (form == ScreenForm::kLive) {
    screen.blank();
    row(screen, view);
    if (detailed) detail(screen, view.sa);
  } else {
    row_before_live(screen, view);
    if (detailed) detail_before_live(screen, view.sa);
  }
  for (std::size_t i = 0; i < view.sa.children.size(); ++i)
    child(screen, view.sa.children[i], view.children[i], form);
  screen.blank();
}

}  // namespace

Pieces ikev2_session_text(const SaRows& sas, bool detailed, ScreenForm form) {
  std::vector<Rows> parts;
  for (const bool v6 : {false, true}) {
    Rows rows = sas.rows(2, v6, [detailed, form](const std::vector<Ikev2View>& list) {
      Screen screen;
      for (const Ikev2View& view : list) session_text(screen, view, detailed, form);
      return screen.take();
    });
    if (form == ScreenForm::kLive)
      rows.before = std::string(v6 ? " IPv6" : " IPv4") + " Crypto IKEv2 Session \n\n";
    parts.push_back(std::move(rows));
  }
  return pieces_of(std::move(parts));
}

}  // namespace spa::config
