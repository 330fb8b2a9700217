// SPDX-License-Identifier: Apache-2.0
// A stream of frames, cut anywhere; what decodes encodes to the same message again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "userspace/control/line_reader.h"
#include "userspace/control/protocol.h"

namespace {

using namespace spa::control;

void check_request(std::string_view line) {
  const auto request = decode_request(line);
  if (!request) return;
  std::string message = encode(*request);
  message.pop_back();
  const auto again = decode_request(message);
  if (!again || again->id != request->id || again->type != request->type ||
      again->line != request->line || again->json != request->json)
    std::abort();
}

void check_reply(std::string_view line) {
  const auto reply = decode_reply(line);
  if (!reply) return;
  std::string message = encode(*reply);
  message.pop_back();
  const auto again = decode_reply(message);
  if (!again || again->index() != reply->index()) std::abort();
  if (const auto* response = std::get_if<Response>(&*reply))
    if (std::get<Response>(*again).text != response->text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = data[0] % 64 + 1;
  std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  LineReader reader(4096);
  while (!stream.empty()) {
    const std::size_t length = std::min(step, stream.size());
    if (!reader.feed(stream.substr(0, length))) return 0;
    stream.remove_prefix(length);
    while (const auto line = reader.next()) {
      check_request(*line);
      check_reply(*line);
    }
  }
  return 0;
}
