// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/phase2_suite.h"

#include <algorithm>
#include <array>

#include "userspace/ikev1/shard.h"

namespace spa::ikev1 {

namespace {

using policy::EncapsulationMode;
using v1::ProtocolId;
using wire::DhId;
using wire::EncrId;
using wire::IntegId;
using wire::IpCompId;

constexpr std::uint32_t kReservedSpis = 256;   // RFC 4303 2.1
constexpr std::uint32_t kDefaultLife = 28800;  // RFC 2407 4.5
constexpr std::uint32_t kMaxKilobytes = ~0U;

// RFC 2407 4.4.4
constexpr std::array<std::pair<EncrId, v1::EspTransformId>, 9> kCiphers{{
    {EncrId::kDes, v1::EspTransformId::kDes},
    {EncrId::k3Des, v1::EspTransformId::k3Des},
    {EncrId::kNull, v1::EspTransformId::kNull},
    {EncrId::kAesCbc, v1::EspTransformId::kAesCbc},
    {EncrId::kAesCtr, v1::EspTransformId::kAesCtr},
    {EncrId::kAesGcm8, v1::EspTransformId::kAesGcm8},
    {EncrId::kAesGcm12, v1::EspTransformId::kAesGcm12},
    {EncrId::kAesGcm16, v1::EspTransformId::kAesGcm16},
    {EncrId::kNullAuthAesGmac, v1::EspTransformId::kNullAuthAesGmac},
}};
// RFC 2407 4.5, and 4.4.3: AH names its algorithm twice, and both must be of one kind.
struct Integrity {
  IntegId id;
  v1::AuthAlgorithm attribute;
  v1::AhTransformId ah;
};
constexpr std::array<Integrity, 5> kIntegrity{{
    {IntegId::kHmacMd5_96, v1::AuthAlgorithm::kHmacMd5, v1::AhTransformId::kMd5},
    {IntegId::kHmacSha1_96, v1::AuthAlgorithm::kHmacSha1, v1::AhTransformId::kSha1},
    {IntegId::kHmacSha256_128, v1::AuthAlgorithm::kHmacSha256, v1::AhTransformId::kSha256},
    {IntegId::kHmacSha384_192, v1::AuthAlgorithm::kHmacSha384, v1::AhTransformId::kSha384},
    {IntegId::kHmacSha512_256, v1::AuthAlgorithm::kHmacSha512, v1::AhTransformId::kSha512},
}};
// RFC 2407 4.4.5
constexpr std::array<std::pair<IpCompId, v1::IpcompTransformId>, 2> kCompression{{
    {IpCompId::kDeflate, v1::IpcompTransformId::kDeflate},
    {IpCompId::kLzs, v1::IpcompTransformId::kLzs},
}};

const Integrity* integrity_of(IntegId id) {
  const auto found = std::ranges::find(kIntegrity, id, &Integrity::id);
  return found == kIntegrity.end() ? nullptr : &*found;
}
const Integrity* integrity_of(v1::AuthAlgorithm attribute) {
  const auto found = std::ranges::find(kIntegrity, attribute, &Integrity::attribute);
  return found == kIntegrity.end() ? nullptr : &*found;
}

// RFC 3947 5, 5.1: the number of the mode tells how ESP travels.
v1::EncapsulationMode mode_number(const IsakmpSa& sa, EncapsulationMode mode) {
  const bool tunnel = mode == EncapsulationMode::kTunnel;
  if (!sa.udp_encapsulation) {
    return tunnel ? v1::EncapsulationMode::kTunnel : v1::EncapsulationMode::kTransport;
  }
  if (sa.nat == v1::NatTraversal::kDrafts00) {
    return tunnel ? v1::EncapsulationMode::kUdpTunnelDraft
                  : v1::EncapsulationMode::kUdpTransportDraft;
  }
  return tunnel ? v1::EncapsulationMode::kUdpTunnel : v1::EncapsulationMode::kUdpTransport;
}

// From the outside in, as packets are read.
std::vector<ProtocolId> protocols_of(const ports::EspSuite& suite) {
  std::vector<ProtocolId> out;
  if (suite.has_ah()) out.push_back(ProtocolId::kAh);
  if (suite.has_esp()) out.push_back(ProtocolId::kEsp);
  if (suite.has_ipcomp()) out.push_back(ProtocolId::kIpcomp);
  return out;
}

v1::Phase2Transform to_transform(const IsakmpSa& sa, const Phase2Suite& suite,
                                 ProtocolId protocol) {
  v1::Phase2Transform t;
  if (protocol == ProtocolId::kAh) {
    if (const Integrity* integrity = integrity_of(suite.esp.ah)) {
      t.id = static_cast<std::uint8_t>(integrity->ah);
      t.auth = integrity->attribute;
    }
  } else if (protocol == ProtocolId::kIpcomp) {
    for (const auto& [ours, theirs] : kCompression) {
      if (ours == suite.esp.compression) t.id = static_cast<std::uint8_t>(theirs);
    }
  } else {
    for (const auto& [ours, theirs] : kCiphers) {
      if (ours == suite.esp.cipher) t.id = static_cast<std::uint8_t>(theirs);
    }
    if (const Integrity* integrity = integrity_of(suite.esp.integrity)) {
      t.auth = integrity->attribute;
    }
    t.key_length = suite.esp.key_bits;
  }
  t.encapsulation = mode_number(sa, suite.mode);
  t.group = suite.group;
  t.life.seconds = suite.lifetime.seconds;
  t.life.kilobytes =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(suite.lifetime.kilobytes, kMaxKilobytes));
  return t;
}

// The algorithms of one protocol; false for what is not known.
bool read_algorithms(const v1::Phase2Transform& t, ProtocolId protocol, ports::EspSuite& suite) {
  if (protocol == ProtocolId::kAh) {
    const Integrity* integrity = integrity_of(t.auth);
    if (integrity == nullptr || static_cast<std::uint8_t>(integrity->ah) != t.id) return false;
    suite.ah = integrity->id;
    return t.key_length == 0;
  }
  if (protocol == ProtocolId::kIpcomp) {
    for (const auto& [ours, theirs] : kCompression) {
      if (static_cast<std::uint8_t>(theirs) == t.id) suite.compression = ours;
    }
    return suite.has_ipcomp() && t.key_length == 0 && t.auth == v1::AuthAlgorithm::kNone;
  }
  for (const auto& [ours, theirs] : kCiphers) {
    if (static_cast<std::uint8_t>(theirs) == t.id) suite.cipher = ours;
  }
  const Integrity* integrity = integrity_of(t.auth);
  if (integrity == nullptr && t.auth != v1::AuthAlgorithm::kNone) return false;
  suite.integrity = integrity != nullptr ? integrity->id : IntegId::kNone;
  suite.key_bits = t.key_length;
  if (suite.cipher == EncrId::kAesCbc && t.key_length == 0) suite.key_bits = 128;
  return suite.has_esp();
}

// Nothing for what is not known (RFC 2407 4.5.1, 4.5.3), and for a mode that does not fit what was
// found about NATs.
std::optional<Phase2Suite> from_transform(const IsakmpSa& sa, const v1::Phase2Transform& t,
                                          ProtocolId protocol) {
  if (!t.unknown.empty() || t.extended_sequence) return std::nullopt;
  Phase2Suite suite;
  if (!read_algorithms(t, protocol, suite.esp)) return std::nullopt;
  if (t.encapsulation) {
    if (!v1::is_known(*t.encapsulation)) return std::nullopt;
    if (v1::is_udp(*t.encapsulation) && !sa.udp_encapsulation) return std::nullopt;
    if (!v1::is_tunnel(*t.encapsulation)) suite.mode = EncapsulationMode::kTransport;
  }
  suite.group = t.group;
  suite.lifetime.seconds = t.life.seconds.value_or(kDefaultLife);
  suite.lifetime.kilobytes = t.life.kilobytes.value_or(0);
  return suite;
}

std::optional<Phase2Suite> from_transform(const IsakmpSa& sa, const v1::Transform& transform,
                                          ProtocolId protocol) {
  const auto decoded = v1::decode_phase2(transform);
  return decoded ? from_transform(sa, *decoded, protocol) : std::nullopt;
}

// Whether `part`, read from a transform of this protocol, is what `whole` has of it.
bool is_part(const ports::EspSuite& part, const ports::EspSuite& whole, ProtocolId protocol) {
  if (protocol == ProtocolId::kAh) return part.ah == whole.ah;
  if (protocol == ProtocolId::kIpcomp) return part.compression == whole.compression;
  return part.cipher == whole.cipher && part.key_bits == whole.key_bits &&
         part.integrity == whole.integrity && part.esn == whole.esn;
}

const v1::Proposal* of_protocol(std::span<const v1::Proposal> bundle, ProtocolId protocol) {
  const auto found = std::ranges::find(bundle, protocol, &v1::Proposal::protocol);
  return found == bundle.end() ? nullptr : &*found;
}

// Exactly these protocols, each once.
bool has_protocols(std::span<const v1::Proposal> bundle, const ports::EspSuite& suite) {
  const std::vector<ProtocolId> wanted = protocols_of(suite);
  return bundle.size() == wanted.size() && std::ranges::all_of(wanted, [&](ProtocolId protocol) {
           return of_protocol(bundle, protocol) != nullptr;
         });
}

// Whether a part that goes with the main one has its group. Each should name it (RFC 2409 5.5); where
// compression does not, as strongSwan's, it has no keys that could differ.
bool fits_group(ProtocolId protocol, DhId part, DhId whole) {
  return part == whole || (protocol == ProtocolId::kIpcomp && part == DhId::kNone);
}

// kInvalid for numbers that nobody may give out.
Result<Spis> spis_of(std::span<const v1::Proposal> bundle, const ports::EspSuite& suite) {
  Spis spis;
  for (const v1::Proposal& proposal : bundle) {
    const std::uint32_t spi = v1::spi32(proposal);
    if (proposal.protocol == ProtocolId::kIpcomp) {
      if (spi == 0 || spi > 0xffff) return fail(Errc::kInvalid, "a CPI of " + std::to_string(spi));
      spis.cpi = static_cast<std::uint16_t>(spi);
      continue;
    }
    if (spi < kReservedSpis) return fail(Errc::kInvalid, "a reserved SPI");
    (proposal.protocol == main_protocol(suite) ? spis.main : spis.ah) = spi;
  }
  return spis;
}

Bytes spi_of(ProtocolId protocol, const ports::EspSuite& suite, const Spis& spis) {
  if (protocol == ProtocolId::kIpcomp) return v1::cpi_octets(spis.cpi);
  return v1::spi_octets(protocol == main_protocol(suite) ? spis.main : spis.ah);
}

// The transforms of the other protocols that go with the main one of `suite`; nothing when one has
// none.
std::optional<std::vector<v1::Proposal>> companions(const IsakmpSa& sa, const Phase2Suite& suite,
                                                    std::span<const v1::Proposal> bundle,
                                                    const v1::Transform& main) {
  std::vector<v1::Proposal> out;
  for (const v1::Proposal& proposal : bundle) {
    v1::Proposal taken = proposal;
    taken.transforms.clear();
    if (proposal.protocol == main_protocol(suite.esp)) {
      taken.transforms.push_back(main);
    } else {
      for (const v1::Transform& transform : proposal.transforms) {
        const auto part = from_transform(sa, transform, proposal.protocol);
        // One mode for all: what differs is no bundle (RFC 2407 4.5 has it in every transform).
        if (!part || !is_part(part->esp, suite.esp, proposal.protocol)) continue;
        if (part->mode != suite.mode || !fits_group(proposal.protocol, part->group, suite.group)) {
          continue;
        }
        taken.transforms.push_back(transform);
        break;
      }
    }
    if (taken.transforms.empty()) return std::nullopt;
    out.push_back(std::move(taken));
  }
  return out;
}

// strongSwan writes its answer as it writes an offer: behind a bundle with compression the same
// without it, though an answer is one (RFC 2408 4.2). The first is what it takes, and what it logs.
bool repeats_without_compression(const std::vector<std::span<const v1::Proposal>>& bundles) {
  if (bundles.size() != 2 || bundles[0].size() != 2 || bundles[1].size() != 1) return false;
  const v1::Proposal* esp = of_protocol(bundles[0], ProtocolId::kEsp);
  const v1::Proposal& again = bundles[1].front();
  return esp != nullptr && of_protocol(bundles[0], ProtocolId::kIpcomp) != nullptr &&
         again.protocol == ProtocolId::kEsp && again.spi == esp->spi &&
         again.transforms == esp->transforms;
}

}  // namespace

std::string Phase2Suite::to_string() const {
  std::string text;
  if (esp.has_ah()) text = "AH " + wire::to_string(esp.ah);
  if (esp.has_ah() && esp.has_esp()) text += " around ";
  if (esp.has_esp()) text += wire::to_string(esp.cipher);
  if (esp.key_bits != 0) text += "-" + std::to_string(esp.key_bits);
  if (esp.integrity != IntegId::kNone) text += ", " + wire::to_string(esp.integrity);
  if (esp.has_ipcomp()) text += ", " + wire::to_string(esp.compression);
  if (group != DhId::kNone) text += ", PFS " + wire::to_string(group);
  return text + (mode == EncapsulationMode::kTunnel ? ", tunnel" : ", transport");
}

v1::ProtocolId main_protocol(const ports::EspSuite& suite) {
  return suite.has_esp() ? ProtocolId::kEsp : ProtocolId::kAh;
}

void OwnSpis::keep_for(const ports::EspSuite& suite) {
  if (!suite.has_ah() || !suite.has_esp()) ah = {};
  if (!suite.has_ipcomp()) cpi = {};
}

void OwnSpis::installed() {
  main.installed();
  ah.installed();
  cpi.installed();
}

Result<OwnSpis> reserve_spis(IsakmpSa& sa, const Phase2Suites& suites) {
  ports::SaDatabase& database = sa.shard.ports.sa_database;
  const IpAddress& local = sa.local.address;
  OwnSpis own;
  const auto needs = [&](auto what) {
    return std::ranges::any_of(suites, [what](const Phase2Suite& s) { return what(s.esp); });
  };
  const auto spi = database.allocate_spi(local, sa.remote.address);
  if (!spi) return tl::unexpected(spi.error());
  own.main = {database, local, *spi};
  if (needs([](const auto& s) { return s.has_ah() && s.has_esp(); })) {
    const auto ah = database.allocate_spi(local, sa.remote.address);
    if (!ah) return tl::unexpected(ah.error());
    own.ah = {database, local, *ah};
  }
  if (needs([](const auto& s) { return s.has_ipcomp(); })) {
    const auto cpi = database.allocate_cpi(local, sa.remote.address);
    if (!cpi) return tl::unexpected(cpi.error());
    own.cpi = {database, local, *cpi};
  }
  return own;
}

v1::SaPayload offer_of(const IsakmpSa& sa, const Phase2Suites& suites, const Spis& own) {
  v1::SaPayload offer;
  std::optional<ProtocolId> alone;  // the protocol of the last alternative, if it is one
  for (const Phase2Suite& suite : suites) {
    const std::vector<ProtocolId> protocols = protocols_of(suite.esp);
    const bool joins = protocols.size() == 1 && alone == protocols.front();
    const auto number = static_cast<std::uint8_t>(
        offer.proposals.empty() ? 1 : offer.proposals.back().number + (joins ? 0 : 1));
    for (const ProtocolId protocol : protocols) {
      if (!joins) {
        offer.proposals.push_back({number, protocol, spi_of(protocol, suite.esp, own), {}});
      }
      std::vector<v1::Transform>& transforms = offer.proposals.back().transforms;
      transforms.push_back(v1::encode_phase2(static_cast<std::uint8_t>(transforms.size() + 1),
                                             to_transform(sa, suite, protocol)));
    }
    alone = protocols.size() == 1 ? std::optional(protocols.front()) : std::nullopt;
  }
  return offer;
}

std::optional<Taken> take_bundle(const IsakmpSa& sa, const Phase2Suites& ours,
                                 std::span<const v1::Proposal> bundle,
                                 const std::function<bool(DhId)>& willing, Steps& steps) {
  const bool esp = of_protocol(bundle, ProtocolId::kEsp) != nullptr;
  const ProtocolId lead = esp ? ProtocolId::kEsp : ProtocolId::kAh;
  const std::string which = "IPsec proposal " + std::to_string(bundle.front().number);
  const v1::Proposal* main = of_protocol(bundle, lead);
  if (main == nullptr) {
    steps.push_back(which + ": neither ESP nor AH");
    return std::nullopt;
  }
  for (const v1::Transform& transform : main->transforms) {
    const std::string step = which + " transform " + std::to_string(transform.number) + ": ";
    const auto theirs = from_transform(sa, transform, lead);
    if (!theirs) {
      const auto decoded = v1::decode_phase2(transform);
      steps.push_back(step + (decoded ? "not known here" : decoded.error().text));
      continue;
    }
    for (const Phase2Suite& mine : ours) {
      const bool mode_fits =
          theirs->mode == mine.mode || theirs->mode == EncapsulationMode::kTunnel;
      const bool group_fits =
          theirs->group == mine.group || (mine.group == DhId::kNone && willing(theirs->group));
      if (!has_protocols(bundle, mine.esp) || !is_part(theirs->esp, mine.esp, lead) || !mode_fits ||
          !group_fits) {
        continue;
      }
      Taken taken;
      taken.suite = mine;
      taken.suite.mode = theirs->mode;
      taken.suite.group = theirs->group;
      taken.offered = theirs->lifetime;
      shorten(taken.suite.lifetime, theirs->lifetime);
      auto answer = companions(sa, taken.suite, bundle, transform);
      const Result<Spis> peer = spis_of(bundle, mine.esp);
      if (!peer) steps.push_back(step + peer.error().text);
      if (!answer || !peer) continue;
      taken.peer = *peer;
      taken.answer = std::move(*answer);
      steps.push_back(step + "taken, " + taken.suite.to_string());
      return taken;
    }
    steps.push_back(step + "atts not acceptable: " + theirs->to_string());
  }
  return std::nullopt;
}

Result<Answered> read_answer(const IsakmpSa& sa, const Phase2Suites& offered,
                             const v1::SaPayload& answer) {
  const std::vector<std::span<const v1::Proposal>> bundles = v1::bundles(answer);
  const bool one =
      (bundles.size() == 1 || repeats_without_compression(bundles)) &&
      std::ranges::all_of(bundles.front(), [](const v1::Proposal& proposal) {
        return proposal.transforms.size() == 1;
      });
  if (!one) return fail(Errc::kInvalid, "answer does not hold one transform of one proposal");
  const std::span<const v1::Proposal> bundle = bundles.front();
  for (const Phase2Suite& mine : offered) {
    if (!has_protocols(bundle, mine.esp)) continue;
    Answered answered{mine, {}};
    const bool same = std::ranges::all_of(bundle, [&](const v1::Proposal& proposal) {
      const auto theirs = from_transform(sa, proposal.transforms.front(), proposal.protocol);
      if (!theirs || !is_part(theirs->esp, mine.esp, proposal.protocol)) return false;
      shorten(answered.suite.lifetime, theirs->lifetime);
      return theirs->mode == mine.mode &&
             fits_group(proposal.protocol, theirs->group, mine.group);
    });
    if (!same) continue;
    const Result<Spis> peer = spis_of(bundle, mine.esp);
    if (!peer) return fail(Errc::kInvalid, "answer holds " + peer.error().text);
    answered.peer = *peer;
    return answered;
  }
  return fail(Errc::kInvalid, "answer holds what was not offered");
}

void shorten(policy::SaLifetime& ours, const policy::SaLifetime& theirs) {
  ours.seconds = std::min(ours.seconds, std::max(1U, theirs.seconds));
  if (theirs.kilobytes != 0 && (ours.kilobytes == 0 || theirs.kilobytes < ours.kilobytes)) {
    ours.kilobytes = theirs.kilobytes;
  }
}

void set_spis(std::vector<v1::Proposal>& proposals, const ports::EspSuite& suite, const Spis& own) {
  for (v1::Proposal& proposal : proposals) {
    proposal.spi = spi_of(proposal.protocol, suite, own);
  }
}

}  // namespace spa::ikev1
