// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/ipsec_sa.h"
#include "userspace/config/show/json.h"

namespace spa::config {
namespace {

json::object ident_json(const IpsecIdentView& ident) {
  json::array sas;
  for (const IpsecSaView& sa : ident.sas) sas.push_back(child_json(sa.child, sa.state));
  return {
      {"interface", ident.interface},
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
      {"dropped_without_sa", ident.dropped ? json::value(*ident.dropped) : json::value(nullptr)},
      {"sas", std::move(sas)}};
}

}  // namespace

Pieces ipsec_sa_json(const IpsecIdentsPtr& idents) {
  const JsonList list;
  return list.pieces("ipsec_sas", {.count = idents->list().size(),
                                   .make = [idents, list](std::size_t first, std::size_t end) {
                                     std::string out;
                                     for (const IpsecIdentView& ident : idents->views(first, end))
                                       list.add(out, ident_json(ident));
                                     return out;
                                   }});
}

}  // namespace spa::config
