// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/ikev2.h"
#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/sa_rows.h"
#include "userspace/config/show/text.h"

namespace spa::config {
namespace {

const char* state_name(ike::IkeSaState state) {
  switch (state) {
    case ike::IkeSaState::kInNegotiation:
      return "in-negotiation";
    case ike::IkeSaState::kReady:
      return "ready";
    case ike::IkeSaState::kRekeying:
      return "rekeying";
    case ike::IkeSaState::kDeleting:
      return "deleting";
  }
  return "ready";
}

json::object sa_json(const ike::IkeSaStatus& sa) {
  return {{"id", sa.id},
          {"state", state_name(sa.state)},
          {"status", sa.status_description},
          {"initiator", sa.initiator},
          {"local", endpoint_json(sa.local)},
          {"remote", endpoint_json(sa.remote)},
          {"spi_local", hex_json(sa.spi_local, 16)},
          {"spi_remote", hex_json(sa.spi_remote, 16)},
          {"profile", sa.profile},
          {"local_identity", sa.local_identity.to_string()},
          {"remote_identity", sa.remote_identity.to_string()},
          {"encryption", cipher_name(sa.cipher.id)},
          {"key_bits", sa.cipher.key_bits},
          {"integrity", hash_name(sa.integrity)},
          {"prf", prf_name(sa.prf)},
          {"dh_group", static_cast<unsigned>(sa.group)},
          {"auth_local", sa.local_auth},
          {"auth_remote", sa.remote_auth},
          {"dh_engine", sa.dh_engine},
          {"auth_engine", sa.auth_engine},
          {"lifetime_seconds", sa.lifetime_seconds},
          {"active_seconds", sa.active_seconds},
          {"local_message_id", sa.local_request_id},
          {"remote_message_id", sa.remote_request_id},
          {"dpd", json::object{{"interval_seconds", sa.dpd.interval_seconds},
                               {"retry_seconds", sa.dpd.retry_seconds},
                               {"periodic", sa.dpd.periodic}}},
          {"local_behind_nat", sa.local_behind_nat},
          {"remote_behind_nat", sa.remote_behind_nat},
          {"disconnect_revoked", sa.disconnect_revoked},
          {"remote_certificate_serial", sa.remote_certificate_serial},
          {"remote_certificate_issuer", sa.remote_certificate_issuer}};
}

}  // namespace

Pieces ikev2_json(const SaRows& sas) {
  JsonList list;
  return list.pieces("ikev2_sas", sas.rows(2, std::nullopt, [list](const auto& views) {
    std::string out;
    for (const Ikev2View& view : views) {
      json::object object = sa_json(view.sa);
      object["fvrf"] = view.front_vrf;
      object["ivrf"] = view.inside_vrf;
      json::array children;
      for (std::size_t i = 0; i < view.sa.children.size(); ++i)
        children.push_back(child_json(view.sa.children[i], view.children[i]));
      object["children"] = std::move(children);
      list.add(out, object);
    }
    return out;
  }));
}

}  // namespace spa::config
