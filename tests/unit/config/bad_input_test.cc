// SPDX-License-Identifier: Apache-2.0
// Every command of the grammar with each of its arguments wrong: what is said of it has the
// router's form, and the configuration stays as it was.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/config/example_line.h"
#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/mode_paths.h"
#include "userspace/config/configuration.h"
#include "userspace/config/session.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

// Words that an argument does not take.
std::vector<std::string> wrong_words(const Token& token) {
  switch (token.kind) {
    case TokenKind::kNumber: {
      std::vector<std::string> out{"x1", "-1", "1x", "99999999999999999999"};
      if (const auto low = token.ranges.front().first; low > 0)
        out.push_back(std::to_string(low - 1));
      if (const auto high = token.ranges.back().second; high < UINT64_MAX)
        out.push_back(std::to_string(high + 1));
      return out;
    }
    case TokenKind::kWord:
    case TokenKind::kInterface:
      return {std::string(513, 'x'), "x\x1b[2Jx", "x\x7f"};
    case TokenKind::kSecret:
      return {std::string(2049, 'x'), "x\x07"};
    case TokenKind::kLine:
      return {std::string(kMaxLineLength, 'x'), "x\x01x"};
    case TokenKind::kHex:
      return {"3G", std::string(129, 'A')};
    case TokenKind::kSpi:
      return {"0xFF", "255", "0x100000000", "0xxyz"};
    case TokenKind::kAddress:
      return {"300.1.1.1", "192.0.2", "192.0.2.1/24", "2001:db8::g"};
    case TokenKind::kAddress4:
      return {"300.1.1.1", "192.0.2", "2001:db8::1"};
    case TokenKind::kMask:
    case TokenKind::kWildcard:
      return {"255.0.255.0", "255.255.256.0", "24"};
    case TokenKind::kPrefix6:
      return {"2001:db8::", "10.0.0.0/8", "2001:db8::/129"};
    case TokenKind::kPort:
      return {"65536", "-1", "nosuchport"};
    case TokenKind::kKeyword:
      return {};
  }
  return {};
}

class BadInput : public testing::Test {
 protected:
  // A session that stands in a mode, with the blocks that lead there.
  void enter(const ModePath& path) {
    session.end();
    session.execute("configure terminal");
    for (const std::string& command : path.commands)
      ASSERT_FALSE(session.execute(command).rejection) << command;
    here = path.prompt;
  }
  void enter_again(const ModePath& path) {
    if (session.prompt() != here || session.asking() != Asking::kNothing) enter(path);
  }

  // The line was refused as a router refuses it, and nothing came of it.
  void expect_refused(const std::string& line) {
    const int applied = backend.applied;
    const Output output = session.execute(line);
    const std::string shown = line.substr(0, 120);
    ASSERT_TRUE(output.rejection) << shown;
    const std::string& text = output.rejection->text;
    EXPECT_TRUE(text.starts_with("% ")) << shown << "\n" << text;
    EXPECT_TRUE(text == "% Invalid input detected at '^' marker." ||
                text == "% Incomplete command." || text.starts_with("% Ambiguous command:  \"") ||
                output.rejection->kind == Rejection::Kind::kRefused ||
                text == "% The line is too long.")
        << shown << "\n"
        << text;
    EXPECT_FALSE(output.rejection->kind == Rejection::Kind::kInvalid && !output.rejection->column &&
                 text != "% The line is too long.")
        << shown;
    // Whatever is changed is put in force at once.
    EXPECT_EQ(backend.applied, applied) << shown;
  }

  // Whether another command, or this one in another form, takes the line: then it is not wrong.
  static bool means_something(Mode mode, const std::string& line) {
    if (line.size() > kMaxLineLength) return false;
    const bool control = std::any_of(line.begin(), line.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (control) return false;
    const auto words = split_words(line);
    for (;; mode = info(mode).parent) {
      if (!Grammar::instance().match(mode, line, words).rejection) return true;
      if (is_exec(mode)) return false;
    }
  }

  void try_rule(const Rule& rule, const ModePath& path) {
    for (const TokenPath& tokens : example_paths(rule)) {
      std::string head;
      for (const Token* token : tokens) {
        std::vector<std::string> lines;
        if (!token->is_keyword() && !head.empty()) lines.push_back(head);
        for (const std::string& wrong : wrong_words(*token))
          lines.push_back(head + (head.empty() ? "" : " ") + wrong);
        for (const std::string& line : lines) {
          if (!tried.insert(line).second || means_something(rule.command.mode, line)) continue;
          enter_again(path);
          expect_refused(line);
          if (HasFatalFailure()) return;
        }
        head += (head.empty() ? "" : " ") + example_word(*token);
      }
    }
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
  std::string here;
  std::set<std::string> tried;  // in this mode
  std::size_t count = 0;
};

// R-CLI-12
TEST_F(BadInput, IsRefusedInEveryMode) {
  for (const ModePath& path : mode_paths()) {
    if (path.mode == Mode::kOther) continue;  // every line is taken there
    enter(path);
    const std::string before = configuration.tree().print("");
    tried.clear();
    for (const auto& rule : Grammar::instance().rules())
      if (rule->command.mode == path.mode && !rule->command.exact) try_rule(*rule, path);
    count += tried.size();
    EXPECT_EQ(configuration.tree().print(""), before) << path.prompt;
  }
  EXPECT_GT(count, 2000U);
}

// R-CLI-12
TEST_F(BadInput, IsRefusedInExec) {
  const ModePath exec{Mode::kPrivileged, {}, "Router#"};
  here = exec.prompt;
  for (const auto& rule : Grammar::instance().rules()) {
    if (!is_exec(rule->command.mode)) continue;
    session.end();
    try_rule(*rule, exec);
  }
  EXPECT_GT(tried.size(), 100U);
  EXPECT_TRUE(backend.cleared.empty());
}

// R-CLI-12, R-PIX-1
TEST_F(BadInput, IsRefusedOnAPix) {
  ASSERT_TRUE(configuration.set_dialect(Dialect::kPix));
  const ModePath pix{Mode::kPix, {}, "pixfirewall(config)#"};
  enter(pix);
  here = session.prompt();
  for (const auto& rule : Grammar::instance().rules())
    if (rule->command.mode == Mode::kPix && !rule->command.exact) try_rule(*rule, pix);
  EXPECT_GT(tried.size(), 100U);
}

TEST_F(BadInput, ControlCharactersAreMarkedWhereTheyStand) {
  session.execute("configure terminal");
  const Output output = session.execute("hostname a\x1b[2Jb");
  ASSERT_TRUE(output.rejection);
  EXPECT_EQ(output.rejection->column, 10U);
  EXPECT_EQ(session.prompt(), "Router(config)#");
  EXPECT_FALSE(session.execute("hostname\ta").rejection);
  EXPECT_FALSE(session.execute("banner motd \x03 hello \x03").rejection);
}

}  // namespace
}  // namespace spa::config
