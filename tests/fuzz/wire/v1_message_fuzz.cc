// SPDX-License-Identifier: Apache-2.0
// An IKEv1 datagram from the network, or a decrypted chain. The first octet says which, and which
// bodies a public key hides. What parses must write and parse again to the same value.
#include <cstdlib>

#include "userspace/wire/v1/message.h"
#include "userspace/wire/v1/phase1_transform.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace {

using namespace spa::wire::v1;

void look_into(const std::vector<Payload>& payloads) {
  for (const Payload& payload : payloads) {
    if (const auto* id = std::get_if<IdPayload>(&payload)) (void)address_range(*id);
    if (const auto* notify = std::get_if<NotifyPayload>(&payload)) {
      (void)parse_dpd(*notify, 1, 2);
      (void)parse_lifetimes(notify->data, Phase::kOne);
      (void)parse_lifetimes(notify->data, Phase::kTwo);
    }
    if (const auto* vendor = std::get_if<VendorIdPayload>(&payload)) {
      (void)nat_traversal_of(vendor_of(vendor->data));
    }
    if (const auto* config = std::get_if<ConfigPayload>(&payload)) {
      for (const Attribute& attribute : config->attributes) {
        (void)parse_unity_subnets(attribute.value);
      }
    }
  }
}

void datagram(spa::ByteView octets, Bodies bodies) {
  const spa::Result<Message> message = parse(octets, bodies);
  if (!message) {
    if (message.error().text.empty()) std::abort();
    return;
  }
  look_into(message->payloads);
  const spa::Result<spa::Bytes> written = serialize(*message);
  if (!written) std::abort();
  const spa::Result<Message> again = parse(*written, bodies);
  if (!again || again->payloads != message->payloads) std::abort();
}

void chain(PayloadType first, spa::ByteView octets, Bodies bodies) {
  const spa::Result<Decrypted> inside = parse_payloads(first, octets, bodies);
  if (!inside) return;
  if (inside->after_first > inside->size || inside->size > octets.size()) std::abort();
  look_into(inside->payloads);
  const spa::Result<PayloadChain> written = serialize_payloads(inside->payloads);
  if (!written) std::abort();
  const auto again = parse_payloads(written->first, written->octets, bodies);
  if (!again || again->payloads != inside->payloads) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto bodies = static_cast<Bodies>(data[0] % 3);
  if ((data[0] & 0x80) == 0) {
    datagram({data + 1, size - 1}, bodies);
  } else {
    chain(static_cast<PayloadType>(data[1]), {data + 2, size - 2}, bodies);
  }
  return 0;
}
