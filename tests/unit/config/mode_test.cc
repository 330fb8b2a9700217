// SPDX-License-Identifier: Apache-2.0
// All modes and their prompts.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/mode_paths.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

// R-CLI-6: into each mode, the prompt there, up by `exit` one mode at a time, and down by `end`.
TEST(Modes, HaveTheirPrompts) {
  for (const ModePath& path : mode_paths()) {
    FakeBackend backend;
    Configuration configuration(backend, "/nonexistent/startup-config");
    Session session(configuration, true);
    session.execute("configure terminal");
    std::vector<std::string> prompts{session.prompt()};
    for (const std::string& command : path.commands) {
      const Output output = session.execute(command);
      ASSERT_FALSE(output.rejection) << command;
      prompts.push_back(output.prompt);
    }
    EXPECT_EQ(session.prompt(), path.prompt);
    EXPECT_EQ(session.prompt(), "Router" + std::string(info(path.mode).prompt) + "#");
    EXPECT_EQ(session.execute("  end").prompt, "Router#") << path.prompt;
    session.execute("configure terminal");
    for (const std::string& command : path.commands) session.execute(command);
    // A block of the same level that is opened inside of another leads out of that one.
    for (Mode mode = path.mode; mode != Mode::kPrivileged; mode = info(mode).parent) {
      EXPECT_EQ(session.prompt(), "Router" + std::string(info(mode).prompt) + "#");
      EXPECT_EQ(session.execute("exit").asking, Asking::kNothing);
    }
    EXPECT_EQ(session.prompt(), "Router#") << path.prompt;
  }
}

// The table above has every mode that a router's operator gets into.
TEST(Modes, AreAllGoneThrough) {
  for (const ModeInfo& mode : modes()) {
    if (is_exec(mode.mode) || mode.mode == Mode::kAnyConfig || mode.mode == Mode::kPix) continue;
    if (mode.prompt == "(ca-identity)") continue;  // tested where certificates are asked for
    EXPECT_TRUE(std::any_of(mode_paths().begin(), mode_paths().end(), [&](const ModePath& path) {
      return path.mode == mode.mode;
    })) << mode.title;
  }
}

// R-CLI-6, R-CLI-10: the host's name is in all of them, a PIX has one mode.
TEST(Modes, CarryTheName) {
  FakeBackend backend;
  Configuration configuration(backend, "/nonexistent/startup-config");
  Session session(configuration, true);
  session.execute("configure terminal");
  session.execute("hostname 1720-1");
  EXPECT_EQ(session.execute("crypto isakmp profile P").prompt, "1720-1(conf-isa-prof)#");
  session.execute("end");
  EXPECT_EQ(session.execute("disable").prompt, "1720-1>");
  Configuration pix(backend, "/nonexistent/startup-config");
  ASSERT_TRUE(pix.set_dialect(Dialect::kPix));
  Session at_pix(pix, true);
  at_pix.execute("configure terminal");
  at_pix.execute("hostname pix520-1");
  EXPECT_EQ(at_pix.prompt(), "pix520-1(config)#");
  EXPECT_EQ(at_pix.execute("exit").prompt, "pix520-1#");
}

}  // namespace
}  // namespace spa::config
