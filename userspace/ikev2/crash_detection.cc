// SPDX-License-Identifier: Apache-2.0
// Tokens in our messages and in the peer's (RFC 6290 4.1).
#include "userspace/ikev2/crash_detection.h"

#include "userspace/ike/crash_token.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

using wire::NotifyType;

void offer_crash_token(const IkeSa& sa, Payloads& payloads) {
  const SecretBytes& secret = sa.shard.options.crash_secret;
  if (secret.empty() || !sa.shard.snapshot->crash_detection) return;
  Result<Bytes> token = ike::crash_token(secret, sa.spi_i(), sa.spi_r());
  if (token) {
    payloads.emplace_back(wire::notify(NotifyType::kQuickCrashDetection, std::move(*token)));
  }
}

ike::Task<> send_crash_token(IkeSa& sa) {
  Payloads request;
  offer_crash_token(sa, request);
  if (request.empty() || !sa.usable()) co_return;
  // HDR, SK {N(QCD_TOKEN)}  -->
  //                              <--  HDR, SK {}
  (void)co_await sa.request(wire::ExchangeType::kInformational, std::move(request));
}

void take_crash_token(IkeSa& sa, const Payloads& payloads) {
  const auto* notify = wire::find_notify(payloads, NotifyType::kQuickCrashDetection);
  if (notify == nullptr || !sa.shard.snapshot->crash_detection) return;
  const std::size_t size = notify->data.size();
  if (size < ike::kMinCrashToken || size > ike::kMaxCrashToken) return;
  sa.crash_token = notify->data;
}

bool shows_crash_token(const IkeSa& sa, ByteView datagram) {
  if (sa.crash_token.empty()) return false;
  const Result<wire::Message> message = wire::parse(datagram);
  if (!message) return false;
  for (const wire::Payload& payload : message->payloads) {
    const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
    if (notify == nullptr || notify->type != NotifyType::kQuickCrashDetection) continue;
    if (constant_time_equal(notify->data, sa.crash_token)) return true;
  }
  return false;
}

}  // namespace spa::ikev2
