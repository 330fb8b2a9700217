// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/ipsec_sa.h"
#include "userspace/config/show/json.h"

namespace spa::config {

std::string ipsec_sa_json(const std::vector<IpsecIdentView>& idents) {
  json::array list;
  for (const IpsecIdentView& ident : idents) {
    json::array sas;
    for (const IpsecSaView& sa : ident.sas) sas.push_back(child_json(sa.child, sa.state));
    list.push_back(json::object{{"interface", ident.interface},
                                {"device", ident.device},
                                {"crypto_map", ident.rule.crypto_map},
                                {"sequence", ident.rule.sequence},
                                {"line", ident.rule.line},
                                {"local_address", ident.local_address.to_string()},
                                {"peer", ident.peer.to_string()},
                                {"peer_port", ident.peer_port},
                                {"fvrf", ident.front_vrf},
                                {"ivrf", ident.inside_vrf},
                                {"selector_local", selectors_json({ident.selectors.local})[0]},
                                {"selector_remote", selectors_json({ident.selectors.remote})[0]},
                                {"sas", std::move(sas)}});
  }
  return json::serialize(json::object{{"ipsec_sas", std::move(list)}});
}

}  // namespace spa::config
