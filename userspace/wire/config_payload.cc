// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/config_payload.h"

#include "userspace/wire/limits.h"

namespace spa::wire {

Result<ConfigPayload> parse_config(Reader& body) {
  ConfigPayload config;
  config.type = static_cast<ConfigType>(body.u8());
  body.skip(3);
  while (body.remaining() > 0) {
    if (config.attributes.size() == kMaxConfigAttributes) {
      body.refuse("more than " + std::to_string(kMaxConfigAttributes) + " attributes",
                  Errc::kExhausted);
      break;
    }
    ConfigAttribute attribute;
    attribute.type = body.u16() & 0x7fff;  // the reserved bit is ignored
    attribute.value = to_bytes(body.bytes(body.u16()));
    config.attributes.push_back(std::move(attribute));
  }
  return body.finish(std::move(config));
}

void write_body(Writer& out, const ConfigPayload& config) {
  if (config.attributes.size() > kMaxConfigAttributes) {
    out.refuse("CP payload with too many attributes");
  }
  out.u8(static_cast<std::uint8_t>(config.type));
  out.zeros(3);
  for (const ConfigAttribute& attribute : config.attributes) {
    if (attribute.type > 0x7fff) out.refuse("CP attribute type beyond 15 bits");
    out.u16(attribute.type);
    const std::size_t length_at = out.size();
    out.u16(0);
    out.bytes(attribute.value);
    out.set_length16(length_at, length_at + 2);
  }
}

}  // namespace spa::wire
