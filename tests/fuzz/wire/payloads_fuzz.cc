// SPDX-License-Identifier: Apache-2.0
// A decrypted chain of payloads: the first octet is the type of the first payload.
#include <cstdlib>

#include "userspace/wire/config_attributes.h"
#include "userspace/wire/message.h"
#include "userspace/wire/notice.h"
#include "userspace/wire/ppk.h"

namespace {

using namespace spa::wire;

// What an attribute holds is written as it came.
void look_into(const ConfigPayload& config) {
  for (const ConfigAttribute& attribute : config.attributes) {
    const auto address = address_in(attribute);
    if (address && is(attribute, ConfigAttributeType::kInternalIp4Address) &&
        address_attribute(*address) != attribute) {
      std::abort();
    }
    const auto subnet = subnet_in(attribute);
    if (subnet && subnet_in(subnet_attribute(*subnet)).value().last() != subnet->last()) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa::wire;
  if (size == 0) return 0;
  const auto payloads = parse_payloads(static_cast<PayloadType>(data[0]), {data + 1, size - 1});
  if (!payloads) return 0;
  const spa::Result<PayloadChain> chain = serialize_payloads(*payloads);
  if (!chain) std::abort();
  const auto again = parse_payloads(chain->first, chain->octets);
  if (!again || *again != *payloads) std::abort();
  for (const Payload& payload : *payloads) {
    if (const auto* config = std::get_if<ConfigPayload>(&payload)) look_into(*config);
    const auto* notify = std::get_if<NotifyPayload>(&payload);
    if (notify == nullptr) continue;
    (void)parse_invalid_ke(*notify);
    (void)parse_signature_hash_algorithms(*notify);
    (void)parse_ppk_identity(*notify);
    for (const AuthMethod method : {AuthMethod::kSharedKeyMic, AuthMethod::kDigitalSignature}) {
      const auto auth = parse_no_ppk_auth(*notify, method);
      if (!auth) continue;
      const auto back = no_ppk_auth(*auth);
      if (!back || back->data != notify->data) std::abort();
    }
    (void)parse_number_notice(*notify);
    (void)parse_additional_address(*notify);
    (void)parse_ticket_notice(*notify);
  }
  return 0;
}
