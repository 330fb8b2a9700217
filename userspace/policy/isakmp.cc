// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/isakmp.h"

namespace spa::policy {

using wire::DhId;
using wire::EncrId;
using wire::PrfId;

const IsakmpSuite& default_isakmp_suite(bool legacy) {
  static const IsakmpSuite classic{
      {EncrId::kDes, 0},     PrfId::kHmacSha1, IsakmpAuth::kRsaSig, DhId::kModp768, 86400,
      kDefaultIsakmpPriority};
  static const IsakmpSuite modern{
      {EncrId::kAesCbc, 256}, PrfId::kHmacSha256, IsakmpAuth::kRsaSig, DhId::kModp2048, 86400,
      kDefaultIsakmpPriority};
  return legacy ? classic : modern;
}

IsakmpSuite IsakmpPolicy::suite(bool legacy) const {
  const IsakmpSuite& base = default_isakmp_suite(legacy);
  return {cipher.value_or(base.cipher),
          hash.value_or(base.hash),
          auth.value_or(base.auth),
          group.value_or(base.group),
          lifetime_seconds.value_or(base.lifetime_seconds),
          kDefaultIsakmpPriority};
}

bool is_legacy(const IsakmpSuite& suite) {
  return suite.cipher.id == EncrId::kDes || suite.hash == PrfId::kHmacMd5 ||
         suite.group == DhId::kModp768 || suite.group == DhId::kModp1024 ||
         suite.group == DhId::kModp1536;
}

}  // namespace spa::policy
