// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/port/make_port.h"

#include "firmware-sim/port/dgram_port.h"
#include "firmware-sim/port/tap_port.h"

namespace spa::card {

Opened<std::unique_ptr<Port>> make_port(const std::string& text) {
  if (text == "none") return std::make_unique<NoPort>();
  const auto colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (kind == "tap") return TapPort::open(rest);
  if (kind == "dgram") {
    const auto comma = rest.find(',');
    if (comma == std::string::npos) {
      return tl::unexpected<std::string>("port '" + text + "': expected dgram:LOCAL,REMOTE");
    }
    return DgramPort::open(rest.substr(0, comma), rest.substr(comma + 1));
  }
  return tl::unexpected<std::string>("port '" + text +
                                     "': expected none, tap:NAME or dgram:LOCAL,REMOTE");
}

}  // namespace spa::card
