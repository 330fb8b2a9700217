// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/half_open.h"

namespace spa::ike {

IpAddress HalfOpen::key(const IpAddress& source) {
  return source.is_v6() ? IpPrefix{source, 64}.first() : source;
}

HalfOpen::Verdict HalfOpen::judge(const IpAddress& source, bool cookie_ok,
                                  const Limits& limits) const {
  if (count_ >= limits.cookie_threshold && !cookie_ok) return Verdict::kAskCookie;
  if (count_ >= limits.maximum) return Verdict::kRefuseFull;
  if (count_ >= limits.maximum / 2) {
    const auto found = by_source_.find(key(source));
    if (found != by_source_.end() && found->second >= limits.maximum / 8) {
      return Verdict::kRefuseSource;
    }
  }
  return Verdict::kAccept;
}

void HalfOpen::add(const IpAddress& source) {
  ++count_;
  ++by_source_[key(source)];
}

void HalfOpen::remove(const IpAddress& source) {
  const auto found = by_source_.find(key(source));
  if (found == by_source_.end()) return;
  --count_;
  if (--found->second == 0) by_source_.erase(found);
}

}  // namespace spa::ike
