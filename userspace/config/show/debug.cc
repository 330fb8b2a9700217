// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/debug.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/text.h"

namespace spa::config {

std::string debug_conditions_text(const std::vector<IpAddress>& peers) {
  Screen screen;
  screen.line("Crypto conditional debug currently is turned %s", peers.empty() ? "OFF" : "ON");
  // Everything that IKE tells is about a peer.
  for (const char* who : {"IKE", "IPsec", "Crypto Engine"})
    screen.line("%s debug context unmatched flag:OFF", who);
  if (peers.empty()) return screen.take();
  screen.blank();
  screen.line("IKE peer IP address filters:");
  for (const IpAddress& peer : peers) screen.line("%s", c(peer.to_string()));
  return screen.take();
}

std::string debug_conditions_json(const std::vector<IpAddress>& peers) {
  json::array list;
  for (const IpAddress& peer : peers) list.emplace_back(peer.to_string());
  return json::serialize(json::object{{"debug_conditions", std::move(list)}});
}

}  // namespace spa::config
