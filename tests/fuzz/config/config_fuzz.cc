// SPDX-License-Identifier: Apache-2.0
// Lines into a session: whatever they are, what is printed can be read again and means the same, in
// the router's language and, where the first line says PIX, in that one. What the importer makes of
// the latter is taken too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/import_pix.h"
#include "userspace/config/session.h"

namespace {

using namespace spa;
using namespace spa::config;

// Without the comments, where it says when it was changed, and without the checksum over them.
std::string commands(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (text.front() != '!' && text.front() != ':') out += text.substr(0, end + 1);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return out;
}

void check_fixed_point(const Configuration& configuration) {
  const std::string first = configuration.running_config();
  FakeBackend fresh;
  Configuration again(fresh, "/nonexistent/startup-config");
  const auto messages = again.load(first);
  if (!messages) std::abort();
  for (const LoadMessage& message : *messages)
    if (message.rejected) std::abort();
  if (commands(again.running_config()) != commands(first)) std::abort();
}

// A converted configuration has no line that the router does not know.
void check_import(std::string_view text) {
  const Import import = import_pix(text);
  FakeBackend fresh;
  Configuration router(fresh, "/nonexistent/startup-config");
  const auto messages = router.load(import.configuration);
  if (!messages) std::abort();
  for (const LoadMessage& message : *messages)
    if (message.rejected) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FakeBackend backend;
  Configuration configuration(backend, "/nonexistent/startup-config");
  Session session(configuration, true);
  session.execute("configure terminal");
  session.begin_batch();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with("PIX Version")) check_import(text);
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
  check_fixed_point(configuration);
  return 0;
}
