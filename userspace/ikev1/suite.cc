// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/suite.h"

#include <algorithm>
#include <array>

#include "userspace/crypto/cipher.h"
#include "userspace/crypto/dh.h"
#include "userspace/crypto/prf.h"

namespace spa::ikev1 {

namespace {

namespace v1 = wire::v1;
using policy::IsakmpAuth;
using policy::IsakmpSuite;
using wire::EncrId;
using wire::PrfId;

constexpr std::array<std::pair<EncrId, v1::Phase1Encryption>, 3> kCiphers{{
    {EncrId::kAesCbc, v1::Phase1Encryption::kAesCbc},
    {EncrId::k3Des, v1::Phase1Encryption::k3DesCbc},
    {EncrId::kDes, v1::Phase1Encryption::kDesCbc},
}};
constexpr std::array<std::pair<PrfId, v1::Phase1Hash>, 5> kHashes{{
    {PrfId::kHmacMd5, v1::Phase1Hash::kMd5},
    {PrfId::kHmacSha1, v1::Phase1Hash::kSha1},
    {PrfId::kHmacSha256, v1::Phase1Hash::kSha256},
    {PrfId::kHmacSha384, v1::Phase1Hash::kSha384},
    {PrfId::kHmacSha512, v1::Phase1Hash::kSha512},
}};
constexpr std::array<std::pair<IsakmpAuth, v1::Phase1Auth>, 3> kMethods{{
    {IsakmpAuth::kPreShare, v1::Phase1Auth::kPreSharedKey},
    {IsakmpAuth::kRsaSig, v1::Phase1Auth::kRsaSignature},
    {IsakmpAuth::kRsaEncr, v1::Phase1Auth::kRsaEncryption},
}};

template <typename Table, typename Key>
auto there(const Table& table, Key key) -> decltype(table[0].second) {
  for (const auto& [ours, theirs] : table) {
    if (ours == key) return theirs;
  }
  return table[0].second;
}
template <typename Table, typename Key>
auto back(const Table& table, Key key) -> std::optional<decltype(table[0].first)> {
  for (const auto& [ours, theirs] : table) {
    if (theirs == key) return ours;
  }
  return std::nullopt;
}

// The first difference that matters; empty when there is none (R-POL-11).
std::string difference(const IsakmpSuite& ours, const IsakmpSuite& theirs) {
  if (ours.cipher != theirs.cipher) return "encryption";
  if (ours.hash != theirs.hash) return "hash";
  if (ours.auth != theirs.auth || ours.xauth != theirs.xauth) return "authentication method";
  if (ours.group != theirs.group) return "Diffie-Hellman group";
  return "";
}

// The same as a debug line has it.
std::string_view debug_difference(const IsakmpSuite& ours, const IsakmpSuite& theirs) {
  if (ours.cipher != theirs.cipher) return "Encryption algorithm";
  if (ours.hash != theirs.hash) return "Hash algorithm";
  if (ours.auth != theirs.auth || ours.xauth != theirs.xauth) return "Authentication method";
  if (ours.group != theirs.group) return "Diffie-Hellman group";
  return "";
}

void note(Checks* checks, const v1::Transform& transform, const v1::Phase1Transform& decoded,
          const IsakmpSuite& mine, const IsakmpSuite& theirs, bool last) {
  if (checks == nullptr) return;
  checks->push_back({transform.number, mine.priority, decoded,
                     v1::has_long_duration(transform.attributes, v1::Phase::kOne, false), last,
                     debug_difference(mine, theirs)});
}

const v1::Proposal* isakmp_proposal(const v1::SaPayload& sa) {
  const auto found =
      std::find_if(sa.proposals.begin(), sa.proposals.end(),
                   [](const v1::Proposal& p) { return p.protocol == v1::ProtocolId::kIsakmp; });
  return found == sa.proposals.end() ? nullptr : &*found;
}

bool is_implemented(const IsakmpSuite& suite) {
  const auto cipher = crypto::encr_from_id(static_cast<std::uint16_t>(suite.cipher.id));
  return cipher && crypto::encr_key_size(*cipher, suite.cipher.key_bits) &&
         crypto::prf_from_id(static_cast<std::uint16_t>(suite.hash)) &&
         crypto::dh_from_id(static_cast<std::uint16_t>(suite.group));
}

}  // namespace

std::string to_string(const IsakmpSuite& suite) {
  std::string text = v1::to_string(there(kCiphers, suite.cipher.id));
  if (suite.cipher.key_bits != 0) text += "-" + std::to_string(suite.cipher.key_bits);
  return text + ", " + v1::to_string(there(kHashes, suite.hash)) + ", " +
         v1::to_string(there(kMethods, suite.auth)) + (suite.xauth ? " with XAUTH" : "") + ", " +
         wire::to_string(suite.group);
}

v1::Phase1Transform to_transform(const IsakmpSuite& suite) {
  v1::Phase1Transform t;
  t.encryption = there(kCiphers, suite.cipher.id);
  t.key_length = suite.cipher.id == EncrId::kAesCbc ? suite.cipher.key_bits : 0;
  t.hash = there(kHashes, suite.hash);
  t.auth = v1::with_xauth(there(kMethods, suite.auth),
                          suite.xauth ? v1::XauthSide::kInitiator : v1::XauthSide::kNobody);
  t.group = suite.group;
  t.life.seconds = suite.lifetime_seconds;
  return t;
}

std::optional<IsakmpSuite> from_transform(const v1::Phase1Transform& t) {
  const auto cipher = back(kCiphers, t.encryption);
  const auto hash = back(kHashes, t.hash);
  const auto method = back(kMethods, v1::base_method(t.auth));
  if (!cipher || !hash || !method || !t.unknown.empty()) return std::nullopt;
  // Nobody asks a responder for its user.
  if (v1::xauth_side(t.auth) == v1::XauthSide::kResponder) return std::nullopt;
  IsakmpSuite suite;
  suite.cipher = {*cipher, t.key_length};
  // RFC 3602 5.1: without the attribute the key has 128 bits.
  if (*cipher == EncrId::kAesCbc && t.key_length == 0) suite.cipher.key_bits = 128;
  suite.hash = *hash;
  suite.auth = *method;
  suite.xauth = v1::xauth_side(t.auth) == v1::XauthSide::kInitiator;
  suite.group = t.group;
  suite.lifetime_seconds = t.life.seconds.value_or(suite.lifetime_seconds);
  return suite;
}

Suites usable(const Suites& configured, std::vector<std::string>& steps) {
  Suites out;
  for (const IsakmpSuite& suite : configured) {
    if (is_implemented(suite)) {
      out.push_back(suite);
    } else {
      steps.push_back("policy " + std::to_string(suite.priority) +
                      " left out: " + to_string(suite) + " is not implemented");
    }
  }
  return out;
}

v1::SaPayload offer(const Suites& suites) {
  v1::Proposal proposal;
  for (const IsakmpSuite& suite : suites) {
    const auto number = static_cast<std::uint8_t>(proposal.transforms.size() + 1);
    proposal.transforms.push_back(v1::encode_phase1(number, to_transform(suite)));
  }
  v1::SaPayload sa;
  sa.proposals.push_back(std::move(proposal));
  return sa;
}

std::optional<Choice> choose(const Suites& ours, const v1::SaPayload& offered,
                             std::vector<std::string>& steps, Checks* checks) {
  const v1::Proposal* proposal = isakmp_proposal(offered);
  if (proposal == nullptr) {
    steps.emplace_back("no ISAKMP proposal is offered");
    return std::nullopt;
  }
  for (const v1::Transform& transform : proposal->transforms) {
    const std::string which = "Checking ISAKMP transform " + std::to_string(transform.number);
    const auto decoded = v1::decode_phase1(transform);
    const auto theirs = decoded ? from_transform(*decoded) : std::nullopt;
    if (!theirs) {
      steps.push_back(which + ": " +
                      (decoded ? "an algorithm or attribute is not known" : decoded.error().text));
      continue;
    }
    for (const IsakmpSuite& mine : ours) {
      const std::string step =
          which + " against priority " + std::to_string(mine.priority) + " policy: ";
      const std::string differs = difference(mine, *theirs);
      note(checks, transform, *decoded, mine, *theirs, &transform == &proposal->transforms.back());
      if (!differs.empty()) {
        steps.push_back(step + "atts are not acceptable: " + differs + " (offered " +
                        to_string(*theirs) + ")");
        continue;
      }
      steps.push_back(step + "atts are acceptable");
      Choice choice{mine, {}};
      choice.suite.lifetime_seconds = std::min(mine.lifetime_seconds, theirs->lifetime_seconds);
      v1::Proposal answer = *proposal;
      answer.transforms = {transform};
      choice.answer.proposals = {std::move(answer)};
      return choice;
    }
  }
  if (ours.empty()) steps.emplace_back("nothing usable is configured here");
  return std::nullopt;
}

Result<IsakmpSuite> accept(const Suites& offered, const v1::SaPayload& answer, Checks* checks) {
  const v1::Proposal* proposal = isakmp_proposal(answer);
  if (proposal == nullptr || answer.proposals.size() != 1 || proposal->transforms.size() != 1) {
    return fail(Errc::kInvalid, "answer does not hold one transform");
  }
  const auto decoded = v1::decode_phase1(proposal->transforms.front());
  if (!decoded) return tl::unexpected(decoded.error());
  const auto theirs = from_transform(*decoded);
  if (!theirs) return fail(Errc::kInvalid, "answer holds an algorithm that was not offered");
  for (const IsakmpSuite& mine : offered) {
    note(checks, proposal->transforms.front(), *decoded, mine, *theirs, true);
    if (!difference(mine, *theirs).empty()) continue;
    IsakmpSuite chosen = mine;
    chosen.lifetime_seconds = std::min(mine.lifetime_seconds, theirs->lifetime_seconds);
    return chosen;
  }
  return fail(Errc::kInvalid, to_string(*theirs) + " was not offered");
}

}  // namespace spa::ikev1
