// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/message.h"

#include <type_traits>

#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

template <typename T>
Result<Payload> as_payload(Result<T> parsed) {
  if (!parsed) return tl::unexpected<Error>(std::move(parsed.error()));
  return Payload(std::move(*parsed));
}

bool is_known(PayloadType type) {
  return (type >= PayloadType::kSa && type <= PayloadType::kEap) ||
         type == PayloadType::kEncryptedFragment || type == PayloadType::kNone;
}

bool is_encrypted(PayloadType type) {
  return type == PayloadType::kEncrypted || type == PayloadType::kEncryptedFragment;
}

Result<std::vector<Payload>> parse_chain(PayloadType first, ByteView chain, std::size_t base,
                                         bool inside) {
  std::vector<Payload> payloads;
  PayloadCursor cursor(first, chain, base);
  PayloadView view;
  while (cursor.advance(view)) {
    if (inside && is_encrypted(view.type)) {
      return fail(Errc::kInvalid, "payload " + to_string(view.type) + " at offset " +
                                      std::to_string(view.offset) + ": inside an SK payload");
    }
    Result<Payload> payload = parse_payload(view);
    if (!payload) return tl::unexpected<Error>(std::move(payload.error()));
    payloads.push_back(std::move(*payload));
  }
  if (Status status = cursor.status(); !status) {
    return tl::unexpected<Error>(std::move(status.error()));
  }
  return payloads;
}

// What the generic header of the last payload says: the first one inside an Encrypted payload,
// otherwise none.
PayloadType next_of_last(const Payload& payload) {
  if (const auto* sk = std::get_if<EncryptedPayload>(&payload)) return sk->first_inner;
  if (const auto* skf = std::get_if<EncryptedFragmentPayload>(&payload)) return skf->first_inner;
  return PayloadType::kNone;
}

void write_chain(Writer& out, std::span<const Payload> payloads) {
  if (payloads.size() > kMaxPayloads) {
    return out.refuse(std::to_string(payloads.size()) + " payloads in one message");
  }
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const Payload& payload = payloads[i];
    const bool last = i + 1 == payloads.size();
    if (is_encrypted(type_of(payload)) && !last) out.refuse("payloads after an Encrypted payload");
    const auto* unknown = std::get_if<UnknownPayload>(&payload);
    if (unknown != nullptr && is_known(unknown->type)) {
      out.refuse("a known payload type in an unknown payload");
    }
    const std::size_t start = out.size();
    out.u8(static_cast<std::uint8_t>(last ? next_of_last(payload) : type_of(payloads[i + 1])));
    out.u8(unknown != nullptr && unknown->critical ? 0x80 : 0);
    out.u16(0);
    std::visit([&out](const auto& body) { write_body(out, body); }, payload);
    out.set_length16(start + 2, start);
  }
}

template <typename T, typename Match>
const T* find_if(std::span<const Payload> payloads, Match match) {
  for (const Payload& payload : payloads) {
    const T* found = std::get_if<T>(&payload);
    if (found != nullptr && match(*found)) return found;
  }
  return nullptr;
}

}  // namespace

PayloadType type_of(const Payload& payload) {
  return std::visit(
      Overloaded{
          [](const SaPayload&) { return PayloadType::kSa; },
          [](const KePayload&) { return PayloadType::kKe; },
          [](const IdPayload& id) {
            return id.side == Side::kInitiator ? PayloadType::kIdi : PayloadType::kIdr;
          },
          [](const CertPayload&) { return PayloadType::kCert; },
          [](const CertReqPayload&) { return PayloadType::kCertReq; },
          [](const AuthPayload&) { return PayloadType::kAuth; },
          [](const NoncePayload&) { return PayloadType::kNonce; },
          [](const NotifyPayload&) { return PayloadType::kNotify; },
          [](const DeletePayload&) { return PayloadType::kDelete; },
          [](const VendorIdPayload&) { return PayloadType::kVendorId; },
          [](const TsPayload& ts) {
            return ts.side == Side::kInitiator ? PayloadType::kTsi : PayloadType::kTsr;
          },
          [](const ConfigPayload&) { return PayloadType::kConfig; },
          [](const EapPayload&) { return PayloadType::kEap; },
          [](const EncryptedPayload&) { return PayloadType::kEncrypted; },
          [](const EncryptedFragmentPayload&) { return PayloadType::kEncryptedFragment; },
          [](const UnknownPayload& unknown) { return unknown.type; },
      },
      payload);
}

Result<Payload> parse_payload(const PayloadView& view) {
  const auto reader = [&view](std::string_view what) {
    return Reader(view.body, what, view.offset);
  };
  const auto run = [](Reader body, auto parser, auto... more) {
    return as_payload(parser(body, more...));
  };
  switch (view.type) {
    case PayloadType::kSa:
      return run(reader("SA payload"), parse_sa);
    case PayloadType::kKe:
      return run(reader("KE payload"), parse_ke);
    case PayloadType::kIdi:
      return run(reader("IDi payload"), parse_id, Side::kInitiator);
    case PayloadType::kIdr:
      return run(reader("IDr payload"), parse_id, Side::kResponder);
    case PayloadType::kCert:
      return run(reader("CERT payload"), parse_cert);
    case PayloadType::kCertReq:
      return run(reader("CERTREQ payload"), parse_cert_req);
    case PayloadType::kAuth:
      return run(reader("AUTH payload"), parse_auth);
    case PayloadType::kNonce:
      return run(reader("Nonce payload"), parse_nonce);
    case PayloadType::kNotify:
      return run(reader("Notify payload"), parse_notify);
    case PayloadType::kDelete:
      return run(reader("Delete payload"), parse_delete);
    case PayloadType::kTsi:
      return run(reader("TSi payload"), parse_ts, Side::kInitiator);
    case PayloadType::kTsr:
      return run(reader("TSr payload"), parse_ts, Side::kResponder);
    case PayloadType::kConfig:
      return run(reader("CP payload"), parse_config);
    case PayloadType::kEncrypted:
      return run(reader("SK payload"), parse_encrypted, view.next);
    case PayloadType::kEncryptedFragment:
      return run(reader("SKF payload"), parse_encrypted_fragment, view.next);
    case PayloadType::kVendorId:
      return Payload(VendorIdPayload{to_bytes(view.body)});
    case PayloadType::kEap:
      return Payload(EapPayload{to_bytes(view.body)});
    case PayloadType::kNone:
      break;
  }
  return Payload(UnknownPayload{view.type, view.critical, to_bytes(view.body)});
}

Result<Message> parse(ByteView datagram) {
  Result<Header> header = parse_header(datagram);
  if (!header) return tl::unexpected<Error>(std::move(header.error()));
  if (header->major_version != 2) {
    return fail(Errc::kUnsupported, "header at offset 17: major version " +
                                        std::to_string(header->major_version) + " is not IKEv2");
  }
  Result<std::vector<Payload>> payloads = parse_chain(
      header->next_payload, datagram.subspan(Header::kSize), Header::kSize, /*inside=*/false);
  if (!payloads) return tl::unexpected<Error>(std::move(payloads.error()));
  return Message{*header, std::move(*payloads)};
}

Result<std::vector<Payload>> parse_payloads(PayloadType first, ByteView chain) {
  return parse_chain(first, chain, 0, /*inside=*/true);
}

Result<Bytes> serialize(const Message& message) {
  Writer out;
  Header header = message.header;
  header.next_payload =
      message.payloads.empty() ? PayloadType::kNone : type_of(message.payloads.front());
  if (header.major_version != 2) out.refuse("header: major version is not 2");
  write_header(out, header);
  write_chain(out, message.payloads);
  if (out.size() > kMaxMessageSize) {
    out.refuse("a message of " + std::to_string(out.size()) + " octets");
  }
  out.set_u32(24, static_cast<std::uint32_t>(out.size()));
  return out.take();
}

Result<PayloadChain> serialize_payloads(std::span<const Payload> payloads) {
  Writer out;
  for (const Payload& payload : payloads) {
    if (is_encrypted(type_of(payload))) out.refuse("an Encrypted payload inside another");
  }
  write_chain(out, payloads);
  Result<Bytes> octets = out.take();
  if (!octets) return tl::unexpected<Error>(std::move(octets.error()));
  return PayloadChain{payloads.empty() ? PayloadType::kNone : type_of(payloads.front()),
                      std::move(*octets)};
}

const NotifyPayload* find_notify(std::span<const Payload> payloads, NotifyType type) {
  return find_if<NotifyPayload>(payloads, [type](const auto& n) { return n.type == type; });
}

const IdPayload* find_id(std::span<const Payload> payloads, Side side) {
  return find_if<IdPayload>(payloads, [side](const auto& id) { return id.side == side; });
}

const TsPayload* find_ts(std::span<const Payload> payloads, Side side) {
  return find_if<TsPayload>(payloads, [side](const auto& ts) { return ts.side == side; });
}

}  // namespace spa::wire
