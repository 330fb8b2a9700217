// SPDX-License-Identifier: Apache-2.0
// The notation of the command tables, and the tables themselves.
#include "userspace/config/grammar/grammar.h"

#include <gtest/gtest.h>

namespace spa::config {
namespace {

std::unique_ptr<Grammar> grammar(std::vector<std::string> patterns) {
  std::vector<Command> table;
  for (std::string& pattern : patterns) table.push_back({.pattern = std::move(pattern)});
  return Grammar::make(std::move(table)).value();
}

std::string read(const Grammar& grammar, std::string_view line) {
  const auto result = grammar.match(Mode::kGlobal, line, split_words(line));
  if (result.rejection)
    return result.rejection->text +
           (result.rejection->column ? " @" + std::to_string(*result.rejection->column) : "");
  return result.matches.front().args.line(Args::Secrets::kPrinted);
}

TEST(Pattern, RefusesMalformedNotation) {
  for (const char* pattern : {"a (b", "a ]", "a <x>", "a <x:nonsense>", "a <n:9-3>", "a |)", "~"})
    EXPECT_FALSE(Automaton::compile(pattern)) << pattern;
}

// R-CLI-3: any unambiguous abbreviation at every level.
TEST(Matching, TakesAbbreviations) {
  const auto g = grammar({"show crypto map", "show crypto session [detail]", "show clock"});
  EXPECT_EQ(read(*g, "sh cr m"), "show crypto map");
  EXPECT_EQ(read(*g, "  sho  crypt  ses  det "), "show crypto session detail");
  EXPECT_EQ(read(*g, "SHOW CLOCK"), "show clock");
}

// R-CLI-12
TEST(Matching, ExplainsWhatIsWrong) {
  const auto g = grammar({"show crypto map", "show crypto session [detail]", "show clock"});
  EXPECT_EQ(read(*g, "show c"), "% Ambiguous command:  \"show c\"");
  EXPECT_EQ(read(*g, "show crypto"), "% Incomplete command.");
  EXPECT_EQ(read(*g, "show crypto mop"), "% Invalid input detected at '^' marker. @13");
  EXPECT_EQ(read(*g, "show crypto map now"), "% Invalid input detected at '^' marker. @16");
}

TEST(Matching, PrefersExactKeywordsThenAbbreviationsThenArguments) {
  const auto g = grammar({"set (all|always|<name:word>)", "key [local|remote] <key:secret>"});
  EXPECT_EQ(read(*g, "set all"), "set all");
  EXPECT_EQ(read(*g, "set alw"), "set always");
  EXPECT_EQ(read(*g, "set other"), "set other");
  EXPECT_EQ(read(*g, "key loc secret"), "key local secret");
  EXPECT_EQ(read(*g, "key loc"), "key loc");  // a key may look like an abbreviation
}

TEST(Matching, ReadsTypedArguments) {
  const auto g = grammar({"n <n:10-20,30-40>", "m <a:ip4> <m:mask>", "w <a:ip4> <w:wildcard>",
                          "six <p:prefix6>", "any <a:ip>", "port <p:port>", "hex <h:hex>",
                          "text <t:line>", "many (a|b)+", "pki~ca x", "k [~0] <k:word>"});
  EXPECT_EQ(read(*g, "n 035"), "n 35");
  EXPECT_EQ(read(*g, "n 25"), "% Invalid input detected at '^' marker. @2");
  EXPECT_EQ(read(*g, "m 10.0.0.1 255.255.240.0"), "m 10.0.0.1 255.255.240.0");
  EXPECT_EQ(read(*g, "m 10.0.0.1 255.0.255.0"), "% Invalid input detected at '^' marker. @11");
  EXPECT_EQ(read(*g, "w 10.0.0.0 0.0.0.255"), "w 10.0.0.0 0.0.0.255");
  EXPECT_EQ(read(*g, "six 2001:DB8::/32"), "six 2001:db8::/32");
  EXPECT_EQ(read(*g, "any 2001:db8::1"), "any 2001:db8::1");
  EXPECT_EQ(read(*g, "port www"), "port www");
  EXPECT_EQ(read(*g, "port 65536"), "% Invalid input detected at '^' marker. @5");
  EXPECT_EQ(read(*g, "hex 3b2fd652"), "hex 3B2FD652");
  EXPECT_EQ(read(*g, "text  ou = green  "), "text ou = green");
  EXPECT_EQ(read(*g, "many a b a"), "many a b a");
  EXPECT_EQ(read(*g, "many"), "% Incomplete command.");
  EXPECT_EQ(read(*g, "ca x"), "pki x");
  EXPECT_EQ(read(*g, "k 0 cisco"), "k cisco");
}

// R-CFG-3: the silent word is printed where the key alone would be read as a keyword that any
// command has in that place, and nowhere else.
TEST(Matching, PrintsTheSilentWordBeforeWhatLooksLikeAKeyword) {
  const auto g = grammar({"key [~0] <key:secret>", "key chain <name:word>", "key <n:word> chest",
                          "peer <a:ip4> key [~0] <key:secret> [last]", "peer <n:word> key show",
                          "other hidden"});
  EXPECT_EQ(read(*g, "key 0 cisco"), "key cisco");
  EXPECT_EQ(read(*g, "key 0 chain"), "key 0 chain");
  EXPECT_EQ(read(*g, "key 0 CH"), "key 0 CH");
  EXPECT_EQ(read(*g, "key 0 chains"), "key chains");
  EXPECT_EQ(read(*g, "key 0 77"), "key 0 77");
  EXPECT_EQ(read(*g, "key 0 hidden"), "key hidden");
  EXPECT_EQ(read(*g, "peer 10.0.0.1 key 0 sho"), "peer 10.0.0.1 key 0 sho");
  EXPECT_EQ(read(*g, "peer 10.0.0.1 key 0 chain last"), "peer 10.0.0.1 key chain last");
}

TEST(Tables, AreWellFormed) {
  for (const auto& rule : Grammar::instance().rules()) {
    const Command& command = rule->command;
    EXPECT_FALSE(command.help.empty()) << command.pattern;
    EXPECT_FALSE(command.apply && command.run) << command.pattern;
    if (is_exec(command.mode)) EXPECT_TRUE(command.run) << command.pattern;
  }
}

// `?` has something to say about every word.
TEST(Tables, HaveHelpForEveryWord) {
  for (const auto& rule : Grammar::instance().rules()) {
    if (rule->command.exact) continue;
    for (const auto& state : rule->automaton.states())
      for (const auto& edge : state.edges)
        if (!edge.token->silent)
          EXPECT_FALSE(help_for(*edge.token, "").empty())
              << edge.token->text << " in " << rule->command.pattern;
  }
}

}  // namespace
}  // namespace spa::config
