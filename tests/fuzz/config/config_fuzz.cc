// SPDX-License-Identifier: Apache-2.0
// Lines into a session: whatever they are, what is printed can be read again and means the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace {

using namespace spa;
using namespace spa::config;

void check_fixed_point(FakeBackend& backend, const Configuration& configuration) {
  const std::string first = configuration.running_config();
  FakeBackend fresh;
  Configuration again(fresh, "/nonexistent/startup-config");
  const auto messages = again.load(first);
  if (!messages) std::abort();
  for (const LoadMessage& message : *messages)
    if (message.rejected) std::abort();
  fresh.time = backend.time;
  const auto body = [](const std::string& text) {
    const auto start = text.find("\n!\n");
    return start == std::string::npos ? text : text.substr(start);
  };
  if (body(again.running_config()) != body(first)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FakeBackend backend;
  Configuration configuration(backend, "/nonexistent/startup-config");
  Session session(configuration, true);
  session.execute("configure terminal");
  session.begin_batch();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const auto newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == text.npos ? text.size() : newline + 1);
    static_cast<void>(session.complete(line));
    static_cast<void>(session.help(line));
    static_cast<void>(session.execute(line, OutputFormat::kJson));
  }
  session.end();
  session.end_batch();
  check_fixed_point(backend, configuration);
  return 0;
}
