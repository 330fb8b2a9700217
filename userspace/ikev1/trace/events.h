// SPDX-License-Identifier: Apache-2.0
// What IKEv1 tells of phase 1 and of its messages under `debug crypto isakmp` and `debug crypto
// engine`. An event holds values that are no secrets; write() puts it into the words of a form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/ikev1/trace/page.h"
#include "userspace/wire/v1/notify_payload.h"
#include "userspace/wire/v1/phase1_transform.h"
#include "userspace/wire/v1/registry.h"

namespace spa::ikev1::trace {

namespace v1 = wire::v1;

inline constexpr std::string_view kIsakmp = "isakmp";
inline constexpr std::string_view kIpsec = "ipsec";
inline constexpr std::string_view kEngine = "engine";

// --- lines of one wording ---

enum Forms : unsigned { kInA = 1, kInB = 2, kInC = 4, kInPix = 8 };
inline constexpr unsigned kInNewer = kInA | kInB;
inline constexpr unsigned kInRouter = kInNewer | kInC;
inline constexpr unsigned kInOlder = kInC | kInPix;
inline constexpr unsigned kInAll = kInRouter | kInPix;

// As the methods of Page are called.
enum class Style : std::uint8_t { kColon, kSpaced, kNumbered, kPlain, kLine };

struct Said {
  static constexpr std::string_view kStream = kIsakmp;
  std::string text;
  unsigned forms = kInAll;
  Style style = Style::kColon;
};
void write(Page& page, const Said& event);

// R-ENG-12: three prefixes, which the text begins with. A PIX has no such stream.
struct EngineSaid {
  static constexpr std::string_view kStream = kEngine;
  std::vector<std::string> lines;
};
void write(Page& page, const EngineSaid& event);

// --- messages ---

enum class Role : char { kNew = 'N', kInitiator = 'I', kResponder = 'R' };

struct Received {
  static constexpr std::string_view kStream = kIsakmp;
  Endpoint local;
  Endpoint remote;
  std::string vrf;  // that it came in; empty: none (R-VRF-5)
  Role role = Role::kNew;
  std::string state;  // R-DBG-15
  v1::ExchangeType exchange{};
};
void write(Page& page, const Received& event);

// R-DBG-23: what was in it, told by one release alone.
struct Contents {
  static constexpr std::string_view kStream = kIsakmp;
  v1::ExchangeType exchange{};
  unsigned flags = 0;
  std::size_t size = 0;
  std::vector<std::string> payloads;
};
void write(Page& page, const Contents& event);

struct Sent {
  static constexpr std::string_view kStream = kIsakmp;
  Endpoint local;
  Endpoint remote;
  Role role = Role::kInitiator;
  std::string state;
  bool last_of_phase1 = false;  // the responder's: the oldest release is in phase 2 already
};
void write(Page& page, const Sent& event);

// What the firewall says when it is done with a message (R-DBG-31).
struct Returned {
  static constexpr std::string_view kStream = kIsakmp;
  bool again = false;  // it was of no use, and is awaited once more
};
void write(Page& page, const Returned& event);

// --- a new SA ---

struct PeerFound {
  static constexpr std::string_view kStream = kIsakmp;
  Endpoint local;
  Endpoint remote;
  std::string interface;  // with our address; empty: none is known
  bool initiator = false;
  std::uint32_t sa = 0;
  std::size_t others = 0;  // SAs with this peer besides
};
void write(Page& page, const PeerFound& event);

// --- states (R-DBG-13, R-DBG-14) ---

struct StateChange {
  static constexpr std::string_view kStream = kIsakmp;
  std::string_view from;   // "FROM_PEER", "INTERNAL" …
  std::string_view event;  // "IKE_MM_EXCH" …
  std::string_view before;
  std::string_view after;
  std::uint32_t node = 0;  // of phase 2
};
void write(Page& page, const StateChange& event);

// --- the policies of phase 1 ---

struct TransformChecked {
  static constexpr std::string_view kStream = kIsakmp;
  unsigned number = 0;
  std::uint32_t priority = 0;
  v1::Phase1Transform offered;
  bool variable_life = false;  // the duration came as an attribute of variable length
  bool last = true;            // of the proposal
  std::string_view mismatch;   // "Hash algorithm" …; empty: it fits
};
void write(Page& page, const TransformChecked& event);

// --- payloads ---

struct Processing {
  static constexpr std::string_view kStream = kIsakmp;
  std::string_view payload;  // "KE", "CERT_REQ" …
  std::uint32_t message_id = 0;
};
void write(Page& page, const Processing& event);

// R-DBG-18
struct VendorId {
  static constexpr std::string_view kStream = kIsakmp;
  Bytes data;
  bool with_key_exchange = false;  // where one router tells another what it is
};
void write(Page& page, const VendorId& event);

using Name = std::vector<std::pair<std::string, std::string>>;  // "cn", "Example"
// R-DBG-22
[[nodiscard]] std::string print_name(const Name& name, DebugForm form);

struct NameSaid {
  static constexpr std::string_view kStream = kIsakmp;
  std::string_view text;  // " peer want cert issued by"
  Name name;
  unsigned forms = kInAll;
  Style style = Style::kColon;
};
void write(Page& page, const NameSaid& event);

// An ID payload, ours or the peer's (R-DBG-19).
struct Identified {
  static constexpr std::string_view kStream = kIsakmp;
  v1::PayloadType next{};
  v1::IdType type{};
  std::string text;  // name or address, printed
  unsigned protocol = 0;
  unsigned port = 0;
  std::size_t size = 0;  // of the data
  bool ours = false;     // the older ones tell of ours alone
};
void write(Page& page, const Identified& event);

struct Authenticated {
  static constexpr std::string_view kStream = kIsakmp;
  IpAddress peer;
};
void write(Page& page, const Authenticated& event);

struct Notified {
  static constexpr std::string_view kStream = kIsakmp;
  v1::NotifyType type{};
  unsigned protocol = 0;
  std::uint32_t spi = 0;  // of 4 octets; else 0
  std::uint32_t message_id = 0;
  bool sent = false;
};
void write(Page& page, const Notified& event);

// --- DPD (R-DBG-38) ---

struct DpdSaid {
  static constexpr std::string_view kStream = kIsakmp;
  bool acknowledges = false;
  bool sent = false;
  IpAddress peer;
  std::uint32_t sequence = 0;
  std::uint32_t spi = 0;  // of what we send: the head of the first cookie, and its message ID
  std::uint32_t message_id = 0;
};
void write(Page& page, const DpdSaid& event);

}  // namespace spa::ikev1::trace
