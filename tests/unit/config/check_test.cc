// SPDX-License-Identifier: Apache-2.0
// Configurations looked over without a daemon.
#include "userspace/config/check/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/unit/pki/test_ca.h"
#include "userspace/base/bytes.h"

namespace spa::config::check {
namespace {

constexpr WallTime kNow{Duration{1'010'722'668'123}};  // Jan 11 2002

Findings look_at(const std::string& text) {
  const auto found = check({{"router.cfg", text}}, kNow);
  EXPECT_TRUE(found);
  return found ? found->front() : Findings{};
}

// "9 error reachability: …" of every finding of a kind.
std::vector<std::string> of_kind(const Findings& findings, const std::string& kind) {
  std::vector<std::string> out;
  for (const Finding& finding : findings)
    if (finding.kind == kind)
      out.push_back(std::to_string(finding.line) + " " + name_of(finding.severity) + ": " +
                    finding.text);
  return out;
}
using Lines = std::vector<std::string>;

constexpr const char* kGood = R"(hostname left
crypto isakmp policy 10
 encr aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key cisco123 address 192.0.2.1
crypto isakmp key cisco124 address 192.0.2.2
crypto ipsec transform-set TS esp-gcm 256
crypto map vpn 10 ipsec-isakmp
 set peer 192.0.2.1
 set transform-set TS
 match address 101
crypto map vpn 20 ipsec-isakmp
 set peer 192.0.2.2
 set transform-set TS
 match address 102
interface GigabitEthernet0/0
 ip address 192.0.2.9 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.0.0.0 0.0.255.255 10.1.0.0 0.0.255.255
access-list 102 permit ip 10.0.0.0 0.0.255.255 10.2.0.0 0.0.255.255
end
)";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}
Findings look_at_changed(const std::string& from, const std::string& to) {
  return look_at(changed(kGood, from, to));
}

TEST(Check, FindsNothingInAGoodOne) {
  for (const Finding& finding : look_at(kGood)) ADD_FAILURE() << finding.line << finding.text;
}

// R-CLI-12: what the language refuses, with the place of the caret and without keys.
TEST(Check, NamesLinesThatAreRefused) {
  const Findings findings = look_at_changed(" set peer 192.0.2.1\n", " set pier 192.0.2.1\n");
  const auto refused = std::find_if(findings.begin(), findings.end(),
                                    [](const Finding& f) { return f.kind == "refused"; });
  ASSERT_NE(refused, findings.end());
  EXPECT_EQ(refused->line, 11U);
  EXPECT_EQ(refused->source, " set pier 192.0.2.1");
  EXPECT_EQ(refused->column, 6U);
  EXPECT_EQ(refused->text, "% Invalid input detected at '^' marker.");
  // R-MAP-16: and what the entry is without it.
  EXPECT_EQ(of_kind(findings, "incomplete"),
            Lines({"10 error: crypto map vpn 10 has no 'set peer' and protects nothing"}));
}

// R-MAP-16
TEST(Check, NamesWhatIsNotDefined) {
  EXPECT_EQ(of_kind(look_at_changed("transform-set TS\n match address 102",
                                    "transform-set ST\n match address 103"),
                    "incomplete"),
            Lines({"16 error: crypto map vpn 20 names transform set ST, which is not defined",
                   "17 error: crypto map vpn 20 names access list 103, which is not defined"}));
  EXPECT_EQ(
      of_kind(look_at_changed("crypto map vpn\naccess", "crypto map wan\naccess"), "incomplete"),
      Lines({"20 error: interface GigabitEthernet0/0 names crypto map wan, which is not "
             "defined"}));
}

// R-PROF-2
TEST(Check, NamesProfilesThatAreNeverChosen) {
  EXPECT_EQ(
      of_kind(look_at("crypto ikev2 profile P\n authentication local pre-share\n"), "incomplete"),
      Lines({"1 error: crypto ikev2 profile P is never chosen: it needs a 'match', "
             "'authentication local' and 'authentication remote'"}));
}

// R-MAP-19, R-MAP-20: the first entry that permits a packet has it.
TEST(Check, NamesEntriesThatNoPacketReaches) {
  EXPECT_EQ(
      of_kind(look_at_changed("10.1.0.0 0.0.255.255", "10.0.0.0 0.255.255.255"), "reachability"),
      Lines({"14 error: crypto map vpn 20 is never reached: earlier entries (last entry 10) "
             "protect all its traffic"}));
  // A line that denies leaves the traffic to the later entry.
  EXPECT_EQ(of_kind(look_at_changed("access-list 101 permit ip 10.0.0.0 0.0.255.255 10.1.0.0 "
                                    "0.0.255.255",
                                    "access-list 101 deny ip 10.0.0.0 0.0.255.255 10.2.0.0 "
                                    "0.0.255.255\naccess-list 101 permit ip 10.0.0.0 0.0.255.255 "
                                    "10.0.0.0 0.255.255.255"),
                    "reachability"),
            Lines({}));
  EXPECT_EQ(of_kind(look_at_changed(" crypto map vpn\naccess", "access"), "reachability"),
            Lines({"10 warning: crypto map vpn is on no interface: it protects nothing"}));
}

TEST(Check, NamesWhatTwoEntriesClaim) {
  EXPECT_EQ(of_kind(look_at_changed("10.1.0.0 0.0.255.255", "10.2.1.0 0.0.0.255"), "reachability"),
            Lines({"22 warning: crypto map vpn 20 overlaps with entry 10 (line 21), of another "
                   "peer: what both say goes there"}));
  EXPECT_EQ(of_kind(look_at_changed("access-list 102",
                                    "access-list 101 permit tcp host 10.0.0.1 host "
                                    "10.1.0.1\naccess-list 102"),
                    "reachability"),
            Lines({"22 warning: access list 101: line 21 has all that this one says"}));
}

TEST(Check, WarnsOfAnyToAny) {
  const Lines lines = of_kind(
      look_at_changed("10.0.0.0 0.0.255.255 10.2.0.0 0.0.255.255", "any any"), "reachability");
  ASSERT_EQ(lines.size(), 2U);  // it overlaps with entry 10 besides
  EXPECT_TRUE(lines[0].starts_with("22 warning: access list 102 protects any to any")) << lines[0];
}

// R-POL-7, R-KEY
TEST(Check, NamesPeersWithoutAKey) {
  EXPECT_EQ(of_kind(look_at_changed("address 192.0.2.2", "address 192.0.2.3"), "key"),
            Lines({"15 error: crypto map vpn 20: there is no pre-shared key for peer 192.0.2.2"}));
  EXPECT_EQ(of_kind(look_at_changed(" authentication pre-share\n", ""), "key"),
            Lines({"10 error: crypto map vpn 10: there is no trustpoint, nor a public key, for "
                   "peer 192.0.2.1",
                   "14 error: crypto map vpn 20: there is no trustpoint, nor a public key, for "
                   "peer 192.0.2.2"}));
  EXPECT_EQ(of_kind(look_at_changed(" authentication pre-share\n", ""), "refused"), Lines({}));
}

TEST(Check, NamesIkev2PeersWithoutAKey) {
  const std::string ikev2 = R"(crypto ikev2 keyring K
 peer P
  address 192.0.2.7
  pre-shared-key cisco123
crypto ikev2 profile P
 match identity remote address 0.0.0.0
 authentication local pre-share
 authentication remote pre-share
 keyring local K
)";
  const std::string text =
      ikev2 + changed(kGood, "set peer 192.0.2.1\n", "set peer 192.0.2.1\n set ikev2-profile P\n");
  EXPECT_EQ(of_kind(look_at(text), "key"),
            Lines({"20 error: crypto map vpn 10: keyring K has no pre-shared key for peer "
                   "192.0.2.1"}));
  EXPECT_EQ(of_kind(look_at(changed(text, "192.0.2.7", "192.0.2.1")), "key"), Lines({}));
}

// RFC 8221, RFC 8247: refused without `crypto legacy-algorithms`, only warned of with it.
TEST(Check, NamesWeakAlgorithms) {
  EXPECT_EQ(of_kind(look_at_changed(" group 14", " group 2"), "algorithm"),
            Lines({"6 error: crypto isakmp policy 10: weak group, which is not negotiated without "
                   "'crypto legacy-algorithms'"}));
  EXPECT_EQ(of_kind(look_at("crypto legacy-algorithms\n" + changed(kGood, " group 14", " group 2")),
                    "algorithm"),
            Lines({"7 warning: crypto isakmp policy 10: weak group; choose AES, SHA-2 and group 14 "
                   "or above 18"}));
  EXPECT_EQ(of_kind(look_at_changed("esp-gcm 256", "esp-3des esp-md5-hmac"), "algorithm"),
            Lines({"9 error: crypto ipsec transform-set TS: weak authentication, which is not "
                   "negotiated without 'crypto legacy-algorithms'",
                   "9 warning: crypto ipsec transform-set TS: weak encryption; choose AES, SHA-2 "
                   "and group 14 or above 18"}));
}

TEST(Check, NamesSasThatOutliveTheirIkeSa) {
  EXPECT_EQ(of_kind(look_at_changed(" group 14", " group 14\n lifetime 1800"), "lifetime").size(),
            2U);
  EXPECT_EQ(of_kind(look_at_changed(" group 14", " group 14\n lifetime 3600"), "lifetime"),
            Lines({}));
}

// Only part of a router is here; whoever reads a whole configuration should know which.
TEST(Check, NotesWhatHasNoEffect) {
  EXPECT_EQ(of_kind(look_at("ip classless\ncrypto pki trustpoint T\n query url "
                            "ldap://192.0.2.80\n"),
                    "effect"),
            Lines({"1 note: 'ip classless' is kept and has no effect",
                   "3 note: 'query url ldap://192.0.2.80' is kept and has no effect"}));
}

// R-TIME-4
TEST(Check, NamesCertificatesThatAreNotValidNow) {
  pki::test::TestCa ca("Root");
  const auto issued = ca.issue({.serial = 0x2001, .from_hours = -1, .to_hours = 24 * 90});
  const std::string text =
      "hostname left\ncrypto pki trustpoint LAB\n enrollment terminal\n"
      "crypto pki certificate chain LAB\n certificate 2001\n" +
      to_hex(issued.der()) + "\n quit\n";
  const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  const auto look = [&](int hours) {
    const auto found = check({{"router.cfg", text}}, now + std::chrono::hours(hours));
    EXPECT_TRUE(found);
    const Lines lines = of_kind(found->front(), "certificate");
    return lines.empty() ? std::string() : lines.front();
  };
  EXPECT_EQ(look(0), "");
  const std::string title = "certificate 2001 of trustpoint LAB ";
  EXPECT_TRUE(look(24 * 91).starts_with("2 error: " + title + "has expired at ")) << look(24 * 91);
  EXPECT_TRUE(look(-24).starts_with("2 error: " + title + "is not valid before ")) << look(-24);
  EXPECT_TRUE(look(24 * 80).starts_with("2 warning: " + title + "expires at ")) << look(24 * 80);
}

// R-MAP-18: access lists of both ends are mirrors of each other.
TEST(Check, ComparesTheListsOfTwoRouters) {
  const std::string right = R"(crypto isakmp key cisco123 address 192.0.2.9
crypto ipsec transform-set TS esp-gcm 256
crypto map vpn 10 ipsec-isakmp
 set peer 192.0.2.9
 set transform-set TS
 match address 101
interface GigabitEthernet0/0
 ip address 192.0.2.1 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.255.255 10.0.0.0 0.0.255.255
)";
  auto found = check({{"left", kGood}, {"right", right}}, kNow);
  ASSERT_TRUE(found);
  EXPECT_EQ(of_kind((*found)[0], "mirror"), Lines({}));
  EXPECT_EQ(of_kind((*found)[1], "mirror"), Lines({}));
  found = check({{"left", kGood}, {"right", changed(right, "10.1.0.0 0.0.255.255", "any")}}, kNow);
  ASSERT_TRUE(found);
  EXPECT_EQ(of_kind((*found)[0], "mirror"),
            Lines({"21 warning: crypto map vpn 10: this line of access list 101 has no mirror in "
                   "right"}));
  EXPECT_EQ(of_kind((*found)[1], "mirror"),
            Lines({"10 warning: crypto map vpn 10: this line of access list 101 has no mirror in "
                   "left"}));
}

}  // namespace
}  // namespace spa::config::check
