// SPDX-License-Identifier: Apache-2.0
// Two routers with a tunnel of IKEv1, both of whom are watched as they debug. The right one's
// outside is in a VRF where certificates are used, so that its lines name one.
#pragma once

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/exchange/two_routers.h"

namespace spa::exchange {

using Lines = std::vector<std::string>;

class DebuggedRouters : public TwoRouters {
 protected:
  static constexpr const char* kLeft = "CN=left,OU=green,O=cisco";
  static constexpr const char* kRight = "CN=right,OU=lsbu,O=cisco";

  DebuggedRouters() {
    for (Router* r : {&left, &right}) {
      r->use_ikev1();
      r->log.all_forms = true;
      r->config.legacy_algorithms = true;
      policy::IsakmpPolicy suite;
      suite.cipher = policy::Cipher{wire::EncrId::k3Des, 0};
      suite.hash = wire::PrfId::kHmacMd5;
      suite.auth = policy::IsakmpAuth::kPreShare;
      suite.group = wire::DhId::kModp768;
      r->config.isakmp.policies = {{10, suite}};
      policy::TransformSet& set = r->config.transform_sets.at("SET");
      set.esp_cipher = policy::Cipher{wire::EncrId::k3Des, 0};
      set.esp_integrity = wire::IntegId::kHmacSha1_96;
    }
  }

  void use_signatures() {
    const auto named = [](const char* name) {
      return std::vector<policy::Identity>{{policy::Identity::Kind::kFqdn, {}, name, {}}};
    };
    pki.issue(kLeft, "CN=Test CA", named("left.example.com"), 1);
    pki.issue(kRight, "CN=Test CA", named("right.example.com"), 2);
    left.use_isakmp_certificates(kLeft);
    right.use_isakmp_certificates(kRight);
    policy::Interface interface;
    interface.name = "Vlan2";
    interface.addresses = {{right.address, 24}};
    interface.vrf = "fvrf";
    right.config.interfaces = {interface};
    right.config.vrfs = {{"fvrf", {"fvrf", {}}}, {"vrf2", {"vrf2", {}}}};
    right.isakmp_profile().vrf = "vrf2";
  }

  // What is made by chance gets a name: the message ID of the first quick mode, and the number of a
  // peer.
  static Lines masked(const Router& router, Lines lines) {
    static const std::regex node("set new node (-?[0-9]+) to QM_IDLE|M-ID of (-?[0-9]+)");
    static const std::regex handle("peer struct 0x[0-9A-F]{8}");
    std::string id;
    std::smatch found;
    for (const std::string& line : router.log.lines) {
      if (!std::regex_search(line, found, node) || found[1] == "0") continue;
      id = found[1].matched ? found[1] : found[2];
      break;
    }
    if (id.empty()) return lines;
    const std::string plain = std::to_string(static_cast<std::uint32_t>(std::stoll(id)));
    for (std::string& line : lines) {
      line = std::regex_replace(line, handle, "peer struct 0xHANDLE");
      for (const std::string& text : {id, plain}) {
        line = std::regex_replace(line, std::regex(text + "\\b"), "NODE");
      }
    }
    return lines;
  }

  // The lines that stand there one behind the other, whatever is between them.
  static void expect_in_order(const Lines& lines, const Lines& wanted) {
    auto at = lines.begin();
    for (const std::string& line : wanted) {
      const auto found = std::find(at, lines.end(), line);
      ASSERT_TRUE(found != lines.end()) << line << "\nnot behind\n"
                                        << (at == lines.begin() ? "" : *(at - 1)) << "\nbut\n"
                                        << (at == lines.end() ? "nothing" : *at);
      at = found + 1;
    }
  }
};

}  // namespace spa::exchange
