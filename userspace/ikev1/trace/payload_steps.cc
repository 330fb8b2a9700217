// SPDX-License-Identifier: Apache-2.0
// What is told of payloads: names, identities, vendor IDs, proposals.
#include <algorithm>
#include <cctype>

#include "userspace/ikev1/find_key.h"
#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/ikev1/shard.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1::trace {

void processing(const IsakmpSa& sa, std::string_view payload, std::uint32_t message_id) {
  tell(sa, [&] { return Processing{payload, message_id}; });
}

void vendor_ids(const Teller& to, const Payloads& payloads) {
  const bool with_key_exchange = v1::find<v1::KePayload>(payloads) != nullptr;
  if (!to.on(kIsakmp)) return;
  for (const auto* vendor : v1::find_all<v1::VendorIdPayload>(payloads)) {
    to([&] { return VendorId{vendor->data, with_key_exchange}; });
  }
}

namespace {

// What the newer ones alone tell twice.
struct VendorIdAgain : VendorId {};
void write(Page& page, const VendorIdAgain& event) {
  if (page.is_new()) write(page, static_cast<const VendorId&>(event));
}

void checked(const Teller& to, const Checks& checks) {
  for (const TransformChecked& check : checks) to([&] { return check; });
}

}  // namespace

void accepted_offer(const IsakmpSa& sa, const Payloads& payloads, const Checks& checks) {
  const Teller to = teller(sa);
  if (!to.on(kIsakmp)) return;
  processing(sa, "SA");
  vendor_ids(to, payloads);
  checked(to, checks);
  // They go through them once more, now that there is a policy to go with them.
  for (const auto* vendor : v1::find_all<v1::VendorIdPayload>(payloads)) {
    to([&] { return VendorIdAgain{{vendor->data, false}}; });
  }
}

void refused_offer(const Teller& to, const Payloads& payloads, const Checks& checks,
                   const Endpoint& local, const Endpoint& remote) {
  if (!to.on(kIsakmp)) return;
  to([] { return Processing{"SA", 0}; });
  vendor_ids(to, payloads);
  checked(to, checks);
  say(to, "no offers accepted!");
  say(to, " phase 1 SA policy not acceptable! (local " + local.address.to_string() + " remote " +
              remote.address.to_string() + ")");
  to([] { return Returned{true}; });
}

void checked_answer(const IsakmpSa& sa, const Checks& checks) {
  const Teller to = teller(sa);
  if (!sa.profile.empty()) {  // R-PROF-22
    to([&] {
      return Said{"ISAKMP : Looking for xauth in profile " + sa.profile, kInNewer, Style::kLine};
    });
  }
  checked(to, checks);
}

void name(const IsakmpSa& sa, std::string_view text, ByteView der, unsigned forms, Style style) {
  tell(sa, [&] {
    return NameSaid{text, sa.shard.ports.credentials.name_attributes(der), forms, style};
  });
}

void constructed_vendor_id(const IsakmpSa& sa, v1::Vendor vendor) {
  std::string_view version;
  switch (vendor) {
    case v1::Vendor::kNatTRfc3947:
      version = "rfc3947";
      break;
    case v1::Vendor::kNatTDraft07:
      version = "07";
      break;
    case v1::Vendor::kNatTDraft03:
      version = "03";
      break;
    case v1::Vendor::kNatTDraft02:
    case v1::Vendor::kNatTDraft02Newline:
      version = "02";
      break;
    default:
      return;
  }
  tell(sa, [&] {
    return Said{" constructed NAT-T vendor-" + std::string(version) + " ID", kInNewer,
                Style::kColon};
  });
}

void certificate_requests(const IsakmpSa& sa, const Payloads& payloads) {
  if (!watched(sa)) return;
  ports::Credentials& credentials = sa.shard.ports.credentials;
  for (const auto* request : v1::find_all<v1::CertReqPayload>(payloads)) {
    processing(sa, "CERT_REQ");
    if (request->encoding != v1::CertEncoding::kX509Signature) continue;
    say(sa, " peer wants a CT_X509_SIGNATURE cert");
    name(sa, " peer want cert issued by", request->authority, kInRouter);
    for (const policy::Trustpoint& trustpoint : sa.shard.snapshot->trustpoints) {
      const std::vector<Bytes> authorities = credentials.ca_names({trustpoint.name});
      const bool ours = std::ranges::any_of(authorities, [&](const Bytes& authority) {
        return credentials.same_name(authority, request->authority);
      });
      if (!ours) continue;
      say(sa, " Choosing trustpoint " + trustpoint.name + " as issuer", kInNewer);
      break;
    }
  }
}

namespace {

Identified identified(const v1::IdPayload& id, const policy::Identity& identity,
                      v1::PayloadType next, bool ours, const IsakmpSa& sa) {
  Identified event{next, id.type, identity.to_string(), id.protocol, id.port, id.data.size(), ours};
  if (identity.kind == policy::Identity::Kind::kDn) {
    event.text =
        print_name(sa.shard.ports.credentials.name_attributes(identity.der), DebugForm::kA);
  }
  return event;
}

// The method of phase 1 in words, and the type of an identity as the router names it.
const char* name_of(policy::IsakmpAuth auth) {
  switch (auth) {
    case policy::IsakmpAuth::kPreShare:
      return "pre-shared key";
    case policy::IsakmpAuth::kRsaSig:
      return "RSA signature";
    case policy::IsakmpAuth::kRsaEncr:
      return "RSA encryption";
  }
  return "";
}

std::string lower_without_blanks(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    if (std::isspace(c) == 0) out += static_cast<char>(std::tolower(c));
  }
  return out;
}

}  // namespace

void claimed_identity(const IsakmpSa& sa, const Incoming& message,
                      const policy::Identity& identity) {
  if (!watched(sa)) return;
  processing(sa, "ID");
  for (std::size_t i = 0; i < message.payloads.size(); ++i) {
    const auto* id = std::get_if<v1::IdPayload>(&message.payloads[i]);
    if (id == nullptr) continue;
    const bool last = i + 1 == message.payloads.size();
    const v1::PayloadType next =
        last ? v1::PayloadType::kNone : v1::type_of(message.payloads[i + 1]);
    tell(sa, [&] { return identified(*id, identity, next, false, sa); });
    break;
  }
  if (sa.initiator) return;
  const std::string profile = likely_profile(*sa.shard.snapshot, sa.local.address, identity);
  say(sa,
      profile.empty() ? ": peer matches *none* of the profiles"
                      : ": peer matches " + profile + " profile",
      kInNewer);
}

void certificates(const IsakmpSa& sa, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    processing(sa, "CERT");
    say(sa, " processing a CT_X509_SIGNATURE cert");
  }
}

void signature(const IsakmpSa& sa, const policy::Identity& identity) {
  processing(sa, "SIG");
  if (identity.kind == policy::Identity::Kind::kFqdn) {
    tell(sa, [&] {
      return Said{"sa->peer.name = , sa->peer_id.id.id_fqdn.fqdn = " + identity.text, kInOlder,
                  Style::kNumbered};
    });
  }
  rsa_verified(sa);
  hmac(sa);
}

void growing_buffer(const IsakmpSa& sa, const Payloads& payloads) {
  constexpr std::size_t kFirst = 1024;
  constexpr std::size_t kStep = 2048;
  tell(sa, [&] {
    std::size_t size = v1::Header::kSize;
    for (const v1::Payload& payload : payloads) {
      const auto* certificate = std::get_if<v1::CertPayload>(&payload);
      if (certificate != nullptr) size += certificate->data.size();
    }
    Said said{{}, 0, Style::kLine};
    if (size <= kFirst) return said;
    const std::size_t grown = kFirst + (size - kFirst + kStep - 1) / kStep * kStep;
    said.text = print("ISKAMP: growing send buffer from %zu to %zu", kFirst, grown);
    said.forms = kInNewer;
    return said;
  });
}

void own_identity(const IsakmpSa& sa, const v1::IdPayload& id, const policy::Identity& identity,
                  v1::PayloadType next) {
  tell(sa, [&] {
    return Said{std::string("SA is doing ") + name_of(sa.suite.auth) +
                    " authentication using id type " + v1::to_string(id.type),
                kInAll, Style::kColon};
  });
  tell(sa, [&] { return identified(id, identity, next, true, sa); });
}

void nat_found(const IsakmpSa& sa) {
  // R-NAT-11, and what the router says when nobody is behind one, although it contradicts itself.
  if (!sa.local_behind_nat && !sa.remote_behind_nat) {
    say(sa, "His hash no match - this node outside NAT", kInNewer, Style::kSpaced);
    say(sa, "No NAT Found for self or peer", kInNewer, Style::kSpaced);
    return;
  }
  say(sa,
      sa.local_behind_nat ? "NAT found, this node inside NAT" : "NAT found, the peer is inside NAT",
      kInNewer, Style::kSpaced);
}

void matched_names(const IsakmpSa& sa, ByteView subject, std::string_view certificate_map) {
  if (!watched(sa)) return;
  for (const auto& attribute : sa.shard.ports.credentials.name_attributes(subject)) {
    const std::string held = lower_without_blanks(attribute.first + "=" + attribute.second);
    const auto& entries = sa.shard.snapshot->certificate_maps;
    const bool named = std::ranges::any_of(entries, [&](const policy::CertificateMapEntry& entry) {
      return entry.label == certificate_map &&
             std::ranges::any_of(entry.criteria, [&](const policy::CertificateCriterion& line) {
               return line.field == "subject-name" && line.operation == "co" &&
                      held.find(lower_without_blanks(line.value)) != std::string::npos;
             });
    });
    if (named) say(sa, " " + print_name({attribute}, DebugForm::kC), kInNewer);
  }
}

// --- phase 2 ---

void began_quick_mode(const IsakmpSa& sa, std::uint32_t node) {
  tell(sa, [&] {
    return Said{"beginning Quick Mode exchange, M-ID of " + message_id(node, DebugForm::kA),
                kInRouter, Style::kColon};
  });
  tell(sa, [&] {
    return Said{"beginning Quick Mode exchange, M-ID of " + message_id(node, DebugForm::kA) +
                    print(":%x", node),
                kInPix, Style::kColon};
  });
}

void quick_mode_values(const IsakmpSa& sa, std::uint32_t node, const Payloads& payloads) {
  processing(sa, "NONCE", node);
  if (v1::find<v1::KePayload>(payloads) != nullptr) processing(sa, "KE", node);
  for (std::size_t i = 0; i < v1::find_all<v1::IdPayload>(payloads).size(); ++i) {
    processing(sa, "ID", node);
  }
}

void got_spi(const IsakmpSa& sa, std::uint32_t spi, v1::ProtocolId protocol, bool initiator) {
  if (!initiator) say(sa, "QM Responder gets spi", kInNewer);
  say(sa, "asking for 1 spis from ipsec", kInC);
  tell(sa, [&] {
    return SpiGiven{sa.local.address, sa.remote.address, spi, static_cast<unsigned>(protocol)};
  });
  say(sa, "received ke message (2/1)", kInC, Style::kPlain);
}

void accepted_proposal(const IsakmpSa& sa, const Protection& what, bool initiator) {
  validated(sa, "proposal");
  say(sa, "atts are acceptable.");
  tell(sa, [&] { return ProposalValidated{what, initiator}; });
  validated(sa, "proposal request");
}

void refused_proposal(const IsakmpSa& sa, std::optional<ports::EspSuite> suite) {
  tell(sa, [&] { return ProposalRefused{suite}; });
  say(sa, " IPSec policy invalidated proposal");
}

void notification(const IsakmpSa& sa, const v1::NotifyPayload& notify, std::uint32_t node) {
  tell(sa, [&] {
    const v1::Proposal named{1, notify.protocol, notify.spi, {}};
    return Notified{notify.type, static_cast<unsigned>(notify.protocol), v1::spi32(named), node};
  });
}

void responder_lifetime(const IsakmpSa& sa, const v1::NotifyPayload& notify, std::uint32_t node,
                        std::uint32_t seconds) {
  notification(sa, notify, node);
  say(sa, "processing responder lifetime");
  tell(sa,
       [&] { return Said{print("responder lifetime of %us", seconds), kInAll, Style::kColon}; });
}

void no_proposal(const IsakmpSa& sa) {
  tell(sa, [&] {
    return Said{" phase 2 SA policy not acceptable! (local " + sa.local.address.to_string() +
                    " remote " + sa.remote.address.to_string() + ")",
                kInAll, Style::kColon};
  });
}

void proposal(const IsakmpSa& sa, const v1::Proposal& proposal, const v1::Transform& transform) {
  tell(sa, [&] {
    const auto decoded = v1::decode_phase2(transform);
    return ProposalChecked{proposal.number,
                           transform.number,
                           proposal.protocol,
                           decoded ? *decoded : v1::Phase2Transform{.id = transform.id},
                           v1::has_long_duration(transform.attributes, v1::Phase::kTwo, false),
                           v1::has_long_duration(transform.attributes, v1::Phase::kTwo, true)};
  });
}

}  // namespace spa::ikev1::trace
