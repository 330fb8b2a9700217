// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/message.h"

#include <algorithm>

#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
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

// Which payload bodies public-key encryption hides.
bool is_hidden(PayloadType type, Bodies bodies) {
  switch (type) {
    case PayloadType::kId:
    case PayloadType::kNonce:
      return bodies != Bodies::kPlain;
    case PayloadType::kKe:
    case PayloadType::kCert:
      return bodies == Bodies::kEncryptedRevised;
    default:
      return false;
  }
}

// Types that an OpaquePayload may not have, since a parser exists that would read them differently.
bool is_transparent(PayloadType type) {
  switch (type) {
    case PayloadType::kNone:
    case PayloadType::kSa:
    case PayloadType::kProposal:
    case PayloadType::kTransform:
    case PayloadType::kCertReq:
    case PayloadType::kHash:
    case PayloadType::kSignature:
    case PayloadType::kNotify:
    case PayloadType::kDelete:
    case PayloadType::kVendorId:
    case PayloadType::kAttributes:
    case PayloadType::kFragment:
      return true;
    default:
      return is_nat_d(type) || is_nat_oa(type);
  }
}

Status parse_chain(PayloadCursor& cursor, Bodies bodies, std::vector<Payload>& payloads,
                   std::size_t& after_first) {
  PayloadView view;
  while (cursor.advance(view)) {
    if (payloads.empty()) after_first = cursor.consumed();
    Result<Payload> payload = parse_payload(view, bodies);
    if (!payload) return tl::unexpected<Error>(std::move(payload.error()));
    payloads.push_back(std::move(*payload));
  }
  return cursor.status();
}

void write_chain(Writer& out, std::span<const Payload> payloads) {
  if (payloads.size() > kMaxPayloads) {
    return out.refuse(std::to_string(payloads.size()) + " payloads in one message");
  }
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const auto* opaque = std::get_if<OpaquePayload>(&payloads[i]);
    if (opaque != nullptr && is_transparent(opaque->type)) {
      out.refuse("an opaque payload of type " + to_string(opaque->type));
    }
    const bool last = i + 1 == payloads.size();
    const std::size_t start = out.size();
    out.u8(static_cast<std::uint8_t>(last ? PayloadType::kNone : type_of(payloads[i + 1])));
    out.u8(0);
    out.u16(0);
    std::visit([&out](const auto& body) { write_body(out, body); }, payloads[i]);
    out.set_length16(start + 2, start);
  }
}

PayloadType first_type(std::span<const Payload> payloads) {
  return payloads.empty() ? PayloadType::kNone : type_of(payloads.front());
}

Result<Bytes> finish_message(Writer& out) {
  if (out.size() > kMaxMessageSize) {
    out.refuse("a message of " + std::to_string(out.size()) + " octets");
  }
  out.set_u32(24, static_cast<std::uint32_t>(out.size()));
  return out.take();
}

}  // namespace

PayloadType type_of(const Payload& payload) {
  return std::visit(Overloaded{
                        [](const SaPayload&) { return PayloadType::kSa; },
                        [](const KePayload&) { return PayloadType::kKe; },
                        [](const IdPayload&) { return PayloadType::kId; },
                        [](const CertPayload&) { return PayloadType::kCert; },
                        [](const CertReqPayload&) { return PayloadType::kCertReq; },
                        [](const HashPayload&) { return PayloadType::kHash; },
                        [](const SignaturePayload&) { return PayloadType::kSignature; },
                        [](const NoncePayload&) { return PayloadType::kNonce; },
                        [](const NotifyPayload&) { return PayloadType::kNotify; },
                        [](const DeletePayload&) { return PayloadType::kDelete; },
                        [](const VendorIdPayload&) { return PayloadType::kVendorId; },
                        [](const ConfigPayload&) { return PayloadType::kAttributes; },
                        [](const NatDPayload& nat_d) { return nat_d.type; },
                        [](const NatOaPayload& nat_oa) { return nat_oa.type; },
                        [](const FragmentPayload&) { return PayloadType::kFragment; },
                        [](const OpaquePayload& opaque) { return opaque.type; },
                    },
                    payload);
}

Result<Payload> parse_payload(const PayloadView& view, Bodies bodies) {
  const auto run = [&view](std::string_view what, auto parser, auto... more) {
    Reader body(view.body, what, view.offset);
    return as_payload(parser(body, more...));
  };
  if (is_hidden(view.type, bodies)) {
    return Payload(OpaquePayload{view.type, to_bytes(view.body)});
  }
  switch (view.type) {
    case PayloadType::kSa:
      return run("SA payload", parse_sa);
    case PayloadType::kKe:
      return run("KE payload", parse_ke);
    case PayloadType::kId:
      return run("ID payload", parse_id);
    case PayloadType::kCert:
      return run("CERT payload", parse_cert);
    case PayloadType::kCertReq:
      return run("CR payload", parse_cert_req);
    case PayloadType::kHash:
      return run("HASH payload", parse_hash);
    case PayloadType::kSignature:
      return run("SIG payload", parse_signature);
    case PayloadType::kNonce:
      return run("NONCE payload", parse_nonce);
    case PayloadType::kNotify:
      return run("N payload", parse_notify);
    case PayloadType::kDelete:
      return run("D payload", parse_delete);
    case PayloadType::kVendorId:
      return run("VID payload", parse_vendor_id);
    case PayloadType::kAttributes:
      return run("ATTR payload", parse_config);
    case PayloadType::kFragment:
      return run("FRAGMENT payload", parse_fragment);
    case PayloadType::kProposal:
    case PayloadType::kTransform:
      return fail(Errc::kInvalid, "payload chain at offset " + std::to_string(view.offset) +
                                      ": a " + to_string(view.type) +
                                      " payload outside an SA payload");
    default:
      break;
  }
  if (is_nat_d(view.type)) return run("NAT-D payload", parse_nat_d, view.type);
  if (is_nat_oa(view.type)) return run("NAT-OA payload", parse_nat_oa, view.type);
  return Payload(OpaquePayload{view.type, to_bytes(view.body)});
}

Result<Message> parse(ByteView datagram, Bodies bodies) {
  Result<Header> header = parse_header(datagram);
  if (!header) return tl::unexpected<Error>(std::move(header.error()));
  if (header->encrypted()) {
    return fail(Errc::kState, "header at offset 19: the message is encrypted");
  }
  Message message{*header, {}};
  PayloadCursor cursor(header->next_payload, datagram.subspan(Header::kSize),
                       PayloadCursor::Tail::kNone);
  std::size_t after_first = 0;
  if (Status status = parse_chain(cursor, bodies, message.payloads, after_first); !status) {
    return tl::unexpected<Error>(std::move(status.error()));
  }
  return message;
}

Result<Decrypted> parse_payloads(PayloadType first, ByteView chain, Bodies bodies) {
  Decrypted decrypted;
  PayloadCursor cursor(first, chain, PayloadCursor::Tail::kPadding, 0);
  Status status = parse_chain(cursor, bodies, decrypted.payloads, decrypted.after_first);
  if (!status) return tl::unexpected<Error>(std::move(status.error()));
  decrypted.size = cursor.consumed();
  return decrypted;
}

ByteView find_body(PayloadType first, ByteView chain, PayloadType wanted) {
  PayloadCursor cursor(first, chain, PayloadCursor::Tail::kPadding, 0);
  PayloadView view;
  while (cursor.advance(view)) {
    if (view.type == wanted) return view.body;
  }
  return {};
}

ByteView find_body(ByteView datagram, PayloadType wanted) {
  const Result<Header> header = parse_header(datagram);
  if (!header || header->encrypted()) return {};
  return find_body(header->next_payload, datagram.subspan(Header::kSize), wanted);
}

Result<Bytes> serialize(const Message& message) {
  Writer out;
  if (message.header.encrypted()) out.refuse("header: the encryption flag on a message in clear");
  Header header = message.header;
  header.next_payload = first_type(message.payloads);
  write_header(out, header);
  write_chain(out, message.payloads);
  return finish_message(out);
}

Result<PayloadChain> serialize_payloads(std::span<const Payload> payloads) {
  Writer out;
  write_chain(out, payloads);
  Result<Bytes> octets = out.take();
  if (!octets) return tl::unexpected<Error>(std::move(octets.error()));
  return PayloadChain{first_type(payloads), std::move(*octets)};
}

PayloadChain with_hash(ByteView hash, const PayloadChain& rest) {
  Writer out;
  out.u8(static_cast<std::uint8_t>(rest.first));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(PayloadCursor::kGenericHeaderSize + hash.size()));
  out.bytes(hash);
  out.bytes(rest.octets);
  return {PayloadType::kHash, out.take().value_or(Bytes{})};
}

Result<Bytes> serialize_encrypted(const Header& header, PayloadType first, ByteView ciphertext) {
  Writer out;
  Header sealed = header;
  sealed.next_payload = first;
  sealed.flags |= Header::kFlagEncryption;
  write_header(out, sealed);
  out.bytes(ciphertext);
  return finish_message(out);
}

const OpaquePayload* find_opaque(std::span<const Payload> payloads, PayloadType type) {
  for (const Payload& payload : payloads) {
    const auto* found = std::get_if<OpaquePayload>(&payload);
    if (found != nullptr && found->type == type) return found;
  }
  return nullptr;
}

const NotifyPayload* find_notify(std::span<const Payload> payloads, NotifyType type) {
  for (const Payload& payload : payloads) {
    const auto* found = std::get_if<NotifyPayload>(&payload);
    if (found != nullptr && found->type == type) return found;
  }
  return nullptr;
}

}  // namespace spa::wire::v1
