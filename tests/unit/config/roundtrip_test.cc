// SPDX-License-Identifier: Apache-2.0
// Properties over lines that are generated from the grammar itself.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/same_policy.h"
#include "userspace/config/configuration.h"
#include "userspace/config/grammar/grammar.h"
#include "userspace/config/import_pix.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

class Generator {
 public:
  explicit Generator(unsigned seed, Mode mode = Mode::kGlobal) : random_(seed), mode_(mode) {}

  // A configuration of blocks and lines that the tables allow.
  std::string configuration(int lines) {
    std::string out;
    for (int i = 0; i < lines; ++i) {
      const Rule* rule = pick(mode_);
      out += line(*rule) + "\n";
      for (Mode mode = rule->command.enters; mode != Mode::kUser;) {
        Mode inner = Mode::kUser;
        for (std::size_t k = below(5); k-- > 0;) {
          const Rule* sub = pick(mode);
          if (sub == nullptr) break;
          out += std::string(below(3), ' ') + (below(8) == 0 ? "no " : "") + line(*sub) + "\n";
          inner = sub->command.enters;
          if (inner != Mode::kUser) break;
        }
        mode = inner;
      }
    }
    return out;
  }

 private:
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }

  const Rule* pick(Mode mode) {
    std::vector<const Rule*> rules;
    for (const auto& rule : Grammar::instance().rules())
      if (rule->command.mode == mode && !rule->command.run) rules.push_back(rule.get());
    return rules.empty() ? nullptr : rules[below(rules.size())];
  }

  // A random walk through the automaton, keywords sometimes cut short.
  std::string line(const Rule& rule) {
    std::string out;
    std::size_t state = 0;
    for (int steps = 0; steps < 40; ++steps) {
      const auto& here = rule.automaton.states()[state];
      if (here.edges.empty() || (here.accepting && below(3) == 0)) break;
      const auto& edge = here.edges[below(here.edges.size())];
      out += (out.empty() ? "" : " ") + word(*edge.token);
      state = edge.target;
    }
    return out;
  }

  std::string word(const Token& token) {
    const auto pick_one = [&](std::vector<std::string> from) { return from[below(from.size())]; };
    switch (token.kind) {
      case TokenKind::kKeyword:
        return token.text;
      case TokenKind::kNumber: {
        const auto& [low, high] = token.ranges[below(token.ranges.size())];
        return std::to_string(below(2) == 0 ? low : high);
      }
      case TokenKind::kWord:
        return pick_one({"A", "name", "local", "any", "x.example.com"});
      case TokenKind::kInterface:
        return pick_one({"eth0", "FastEthernet0/0"});
      case TokenKind::kSecret:
        return pick_one({"cisco123", "k?y", "remote"});
      case TokenKind::kLine:
        return pick_one({"some text", "co ou = green", "cache", "permit ip any host 10.0.0.1",
                         "deny tcp 10.0.0.0 255.0.0.0 any eq www"});
      case TokenKind::kHex:
        return pick_one({"01", "3B2FD652"});
      case TokenKind::kSpi:
        return pick_one({"256", "0xD740971C"});
      case TokenKind::kAddress:
        return pick_one({"10.0.0.1", "2001:db8::1"});
      case TokenKind::kAddress4:
        return pick_one({"10.0.0.1", "192.168.4.0"});
      case TokenKind::kMask:
        return pick_one({"255.255.255.0", "255.255.255.255", "0.0.0.0"});
      case TokenKind::kWildcard:
        return pick_one({"0.0.0.255", "0.0.0.0", "255.255.255.255"});
      case TokenKind::kPrefix6:
        return pick_one({"2001:db8::/32", "::/0"});
      case TokenKind::kPort:
        return pick_one({"80", "www", "0", "65535"});
    }
    return "";
  }

  std::mt19937 random_;
  Mode mode_;
};

std::string body(const std::string& text) {
  const auto start = text.find("\n!\n");
  return start == std::string::npos ? text : text.substr(start);
}

// R-CFG-3: "0" is printed where the key alone would be read as something else.
TEST(RoundTrip, KeysThatLookLikeKeywords) {
  for (const std::string key : {"remote", "loc", "0", "6"}) {
    FakeBackend backend, fresh;
    Configuration first(backend, "/nonexistent/startup-config");
    ASSERT_TRUE(first.load("crypto ikev2 keyring K\n peer A\n  pre-shared-key 0 " + key + "\n"));
    const auto* keyring = &backend.in_force->ikev2_keyrings;
    ASSERT_EQ(keyring->at("K").peers[0].local_key, to_secret(as_bytes(key)));
    Configuration second(fresh, "/nonexistent/startup-config");
    ASSERT_TRUE(second.load(first.running_config()));
    EXPECT_EQ(fresh.in_force->ikev2_keyrings, *keyring) << key;
  }
}

// R-CFG-3, R-CFG-6: parse(print(x)) is x, whatever was typed.
TEST(RoundTrip, PrintedConfigurationsMeanTheSame) {
  std::size_t kept = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    FakeBackend backend, fresh;
    Configuration first(backend, "/nonexistent/startup-config");
    const std::string typed = Generator(seed).configuration(12);
    ASSERT_TRUE(first.load(typed));
    const std::string printed = first.running_config();
    Configuration second(fresh, "/nonexistent/startup-config");
    const auto messages = second.load(printed).value();
    for (const LoadMessage& message : messages)
      ASSERT_FALSE(message.rejected) << "seed " << seed << "\n" << message.source << "\n" << typed;
    ASSERT_EQ(body(second.running_config()), body(printed)) << "seed " << seed << "\n" << typed;
    const auto& a = *backend.in_force;
    const auto& b = *fresh.in_force;
    ASSERT_EQ(a.ikev2_proposals, b.ikev2_proposals) << seed;
    ASSERT_EQ(a.ikev2_profiles, b.ikev2_profiles) << seed;
    ASSERT_EQ(a.ikev2_keyrings, b.ikev2_keyrings) << seed;
    ASSERT_EQ(a.transform_sets, b.transform_sets) << seed;
    ASSERT_EQ(a.access_lists, b.access_lists) << seed;
    ASSERT_EQ(a.crypto_maps, b.crypto_maps) << seed;
    ASSERT_EQ(a.interfaces, b.interfaces) << seed;
    ASSERT_EQ(a.trustpoints, b.trustpoints) << seed;
    ASSERT_EQ(a.certificate_maps, b.certificate_maps) << seed;
    kept += first.tree().lines();
  }
  EXPECT_GT(kept, 1000u);  // the generator makes lines that are taken
}

// R-PIX-1: the same of the PIX's language, and what is converted means the same too.
TEST(RoundTrip, PixConfigurationsMeanTheSame) {
  std::size_t kept = 0, converted = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    FakeBackend backend, fresh, imported;
    Configuration first(backend, "/nonexistent/startup-config");
    const std::string typed =
        "PIX Version 6.0(1)\n" + Generator(seed, Mode::kPix).configuration(12);
    ASSERT_TRUE(first.load(typed));
    const std::string printed = first.running_config();
    Configuration second(fresh, "/nonexistent/startup-config");
    const auto messages = second.load(printed).value();
    for (const LoadMessage& message : messages)
      ASSERT_FALSE(message.rejected) << "seed " << seed << "\n" << message.source << "\n" << typed;
    const auto lines = [](const std::string& text) {
      return text.substr(text.find("PIX Version"));
    };
    ASSERT_EQ(lines(second.running_config()), lines(printed)) << "seed " << seed << "\n" << typed;
    expect_same_policy(*backend.in_force, *fresh.in_force);
    kept += first.tree().lines();

    const Import import = import_pix(printed);
    Configuration router(imported, "/nonexistent/startup-config");
    const auto refused = router.load(import.configuration).value();
    for (const LoadMessage& message : refused)
      ASSERT_FALSE(message.rejected) << message.source << "\n" << import.configuration;
    expect_same_policy(*backend.in_force, *imported.in_force);
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed << "\n" << typed;
    converted += router.tree().lines();
  }
  EXPECT_GT(kept, 500u);
  EXPECT_GT(converted, 250u);
}

}  // namespace
}  // namespace spa::config
