// SPDX-License-Identifier: Apache-2.0
// How the forms put what happens in phase 1 (R-DBG-11, 23, 25, 31).
#include <algorithm>
#include <cctype>

#include "userspace/ikev1/trace/events.h"
#include "userspace/wire/v1/vendor_id.h"

namespace spa::ikev1::trace {

namespace {

unsigned bit_of(DebugForm form) {
  return 1U << static_cast<unsigned>(form);
}

void put(Page& page, Style style, const std::string& text) {
  switch (style) {
    case Style::kColon:
      return page.colon(text);
    case Style::kSpaced:
      return page.spaced(text);
    case Style::kNumbered:
      return page.numbered(text);
    case Style::kPlain:
      return page.plain(text);
    case Style::kLine:
      return page.line(text);
  }
}

// Phase 1 and phase 2 apart, the firewall names the exchange as its standard does.
void pix_exchange(Page& page, v1::ExchangeType exchange) {
  switch (exchange) {
    case v1::ExchangeType::kIdentityProtection:
      return page.line("OAK_MM exchange");
    case v1::ExchangeType::kAggressive:
      return page.line("OAK_AG exchange");
    case v1::ExchangeType::kQuickMode:
      page.line("OAK_QM exchange");
      page.line("oakley_process_quick_mode:");
      return page.line("OAK_QM_IDLE");
    default:
      return page.line("ISAKMP (0): processing other exchange");
  }
}

}  // namespace

void write(Page& page, const Said& event) {
  if ((event.forms & bit_of(page.form())) != 0) put(page, event.style, event.text);
}

void write(Page& page, const EngineSaid& event) {
  if (page.is_pix()) return;
  for (const std::string& line : event.lines) page.line(line);
}

// --- messages ---

void write(Page& page, const Received& event) {
  const std::string peer = event.remote.address.to_string();
  if (page.is_pix()) {
    page.line("crypto_isakmp_process_block: src " + peer + ", dest " +
              event.local.address.to_string());
    return pix_exchange(page, event.exchange);
  }
  const std::string role = std::string(" (") + static_cast<char>(event.role) + ") " + event.state;
  if (!page.is_new()) return page.colon("received packet from " + peer + role);
  page.spaced(
      "received packet from " + peer +
      print(" dport %u sport %u ", unsigned{event.local.port}, unsigned{event.remote.port}) +
      (event.vrf.empty() ? "Global" : event.vrf) + role);
}

void write(Page& page, const Contents& event) {
  if (page.form() != DebugForm::kB) return;
  const char* mode = event.exchange == v1::ExchangeType::kIdentityProtection ? "Main Mode"
                     : event.exchange == v1::ExchangeType::kAggressive       ? "Aggressive Mode"
                     : event.exchange == v1::ExchangeType::kQuickMode        ? "Quick Mode"
                                                                             : "Informational";
  page.plain(print("%s packet contents (flags %u, len %zu):", mode, event.flags, event.size));
  for (const std::string& payload : event.payloads) page.line("          " + payload);
}

void write(Page& page, const Sent& event) {
  if (page.is_pix()) return;
  const std::string peer = " sending packet to " + event.remote.address.to_string();
  const std::string role = std::string(" (") + static_cast<char>(event.role) + ") ";
  if (!page.is_new()) {
    return page.colon(peer + role + (event.last_of_phase1 ? "QM_IDLE" : event.state));
  }
  page.colon(
      peer +
      print(" my_port %u peer_port %u", unsigned{event.local.port}, unsigned{event.remote.port}) +
      role + event.state);
}

void write(Page& page, const Returned& event) {
  if (!page.is_pix()) return;
  page.line(event.again ? "return status is IKMP_ERR_RETRANS" : "return status is IKMP_NO_ERROR");
}

// --- a new SA ---

void write(Page& page, const PeerFound& event) {
  const char* who = event.initiator ? "isakmp_initiator" : "crypto_isakmp_process_block";
  if (page.is_new()) {
    // A number that stays the same for a peer; where anything lies in memory is nobody's business.
    std::uint32_t handle = 2166136261;
    for (const std::uint8_t octet : event.remote.address.bytes()) {
      handle = (handle ^ octet) * 16777619;
    }
    page.plain(std::string(event.others == 0 ? "Created" : "Found") + " a peer struct for " +
               event.remote.address.to_string() +
               print(", peer port %u", unsigned{event.remote.port}));
    page.plain(
        print("Locking peer struct 0x%08X, refcount %zu for %s", handle, event.others + 1, who));
    if (!event.interface.empty()) {
      page.line(std::string("ISAKMP[") + (event.initiator ? 'I' : 'R') +
                "]: sa->swdb: " + event.interface);
    }
  }
  if (page.is_pix()) return;
  page.plain(print("local port %u, remote port %u", unsigned{event.local.port},
                   unsigned{event.remote.port}));
  if (!page.is_new()) return;
  if (event.initiator) page.plain("set new node 0 to QM_IDLE");
  if (event.others != 0) {
    return page.plain(
        print("Find a dup sa in the avl tree during calling isadb_insert sa = %08X", event.sa));
  }
  page.colon(print("insert sa successfully sa = %08X", event.sa));
}

// --- states ---

void write(Page& page, const StateChange& event) {
  if (!page.is_new()) return;
  // The older of the two spells it out.
  const std::string input =
      std::string("Input = IKE_") + (page.form() == DebugForm::kB ? "MESG_" : "MSG_");
  const std::string node =
      event.node == 0 ? "" : "Node " + message_id(event.node, page.form()) + ", ";
  page.colon(node + input + std::string(event.from) + ", " + std::string(event.event));
  page.colon("Old State = " + std::string(event.before) +
             "  New State = " + std::string(event.after));
  if (event.node == 0) page.more("");
}

// --- policies ---

namespace {

const char* name_of(v1::Phase1Hash hash) {
  switch (hash) {
    case v1::Phase1Hash::kMd5:
      return "MD5";
    case v1::Phase1Hash::kSha1:
      return "SHA";
    case v1::Phase1Hash::kSha256:
      return "SHA256";
    case v1::Phase1Hash::kSha384:
      return "SHA384";
    case v1::Phase1Hash::kSha512:
      return "SHA512";
    default:
      return "?";
  }
}

std::string name_of(v1::Phase1Auth auth) {
  switch (auth) {
    case v1::Phase1Auth::kPreSharedKey:
      return "pre-share";
    case v1::Phase1Auth::kRsaSignature:
      return "RSA sig";
    case v1::Phase1Auth::kRsaEncryption:
      return "RSA encr";
    default:
      return v1::to_string(auth);
  }
}

}  // namespace

void write(Page& page, const TransformChecked& event) {
  page.colon(print("Checking ISAKMP transform %u against priority %u policy", event.number,
                   event.priority));
  const auto attribute = [&](const std::string& text) { page.plain("     " + text); };
  const v1::Phase1Transform& t = event.offered;
  attribute("encryption " + v1::to_string(t.encryption));
  if (t.key_length != 0) attribute(print("keylength of %u", unsigned{t.key_length}));
  attribute(std::string("hash ") + name_of(t.hash));
  attribute(print("default group %u", static_cast<unsigned>(t.group)));
  attribute("auth " + name_of(t.auth));
  if (t.life.seconds && page.is_new()) {
    const std::uint32_t life = *t.life.seconds;
    attribute("life type in seconds");
    attribute(event.variable_life ? print("life duration (VPI) of 0x%x 0x%x 0x%x 0x%x", life >> 24,
                                          (life >> 16) & 0xff, (life >> 8) & 0xff, life & 0xff)
                                  : print("life duration (basic) of %u", life));
  }
  const unsigned next = event.last ? 0 : static_cast<unsigned>(v1::PayloadType::kTransform);
  if (event.mismatch.empty()) {
    return page.colon(print("atts are acceptable. Next payload is %u", next));
  }
  page.colon(std::string(event.mismatch) + " offered does not match policy!");
  page.colon(print("atts are not acceptable. Next payload is %u", next));
}

// --- payloads ---

void write(Page& page, const Processing& event) {
  if (page.is_pix() && event.message_id != 0 && event.payload == "HASH") return;
  page.colon(" processing " + std::string(event.payload) +
             " payload. message ID = " + message_id(event.message_id, page.form()));
}

void write(Page& page, const VendorId& event) {
  constexpr std::size_t kMajor = 14;  // of Unity and DPD: the first of two octets of version
  page.colon(" processing vendor id payload");
  const v1::Vendor vendor = v1::vendor_of(event.data);
  const bool says_ios =
      vendor == v1::Vendor::kUnknown && event.with_key_exchange && event.data.size() == 16;
  if (says_ios) return page.colon(" speaking to another IOS box!");
  if (!page.is_new()) return;
  const bool versioned = vendor == v1::Vendor::kDpd || vendor == v1::Vendor::kUnity;
  if (!versioned) {
    const unsigned major = event.data.size() > kMajor ? event.data[kMajor] : 0;
    page.colon(print(" vendor ID seems Unity/DPD but major %u mismatch", major));
  }
  switch (vendor) {
    case v1::Vendor::kNatTRfc3947:
      return page.spaced("vendor ID is NAT-T RFC 3947");
    case v1::Vendor::kNatTDraft07:
      return page.spaced("vendor ID is NAT-T v7");
    case v1::Vendor::kNatTDraft03:
      return page.colon(" vendor ID is NAT-T v3");
    case v1::Vendor::kNatTDraft02:
    case v1::Vendor::kNatTDraft02Newline:
      return page.colon(" vendor ID is NAT-T v2");
    case v1::Vendor::kDpd:
      return page.colon(" vendor ID is DPD");
    case v1::Vendor::kUnity:
      return page.colon(" vendor ID is Unity");
    case v1::Vendor::kXauth:
      return page.colon(" vendor ID is XAUTH");
    default:
      return;
  }
}

std::string print_name(const Name& name, DebugForm form) {
  const bool old = form == DebugForm::kC || form == DebugForm::kPix;
  std::string text;
  for (const auto& [attribute, value] : name) {
    std::string key = attribute == "unstructuredname" ? "hostname"
                      : attribute == "serialnumber"   ? "serialNumber"
                                                      : attribute;
    if (old && key.size() <= 2) {
      std::transform(key.begin(), key.end(), key.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    }
    if (!text.empty()) text += old ? ", " : ",";
    text += key + (old ? " = " : "=") + value;
  }
  return text;
}

void write(Page& page, const NameSaid& event) {
  if ((event.forms & bit_of(page.form())) == 0) return;
  put(page, event.style, std::string(event.text) + " " + print_name(event.name, page.form()));
}

namespace {

const char* label_of(v1::IdType type) {
  switch (type) {
    case v1::IdType::kIpv4Addr:
    case v1::IdType::kIpv6Addr:
      return "address";
    case v1::IdType::kFqdn:
      return "FQDN name";
    case v1::IdType::kUserFqdn:
      return "USER FQDN";
    case v1::IdType::kDerAsn1Dn:
      return "Dist. name";
    case v1::IdType::kKeyId:
      return "group id";
    default:
      return nullptr;
  }
}

}  // namespace

void write(Page& page, const Identified& event) {
  constexpr std::size_t kBody = 4;  // type, protocol and port, before the data
  constexpr std::size_t kGeneric = 4;
  if (!page.is_new() && !event.ours) return;
  page.numbered("ID payload");
  const auto field = [&](const char* label, const std::string& value) {
    page.more(print("        %-12s : ", label) + value);
  };
  field("next-payload", std::to_string(static_cast<unsigned>(event.next)));
  field("type", std::to_string(static_cast<unsigned>(event.type)));
  const char* label = label_of(event.type);
  if (page.is_new() && label != nullptr) field(label, event.text);
  field("protocol", std::to_string(event.protocol));
  field("port", std::to_string(event.port));
  const std::size_t body = kBody + event.size;
  const std::size_t total = body + kGeneric;
  field("length", std::to_string(page.is_new() ? total : body));
  if (!event.ours) return;
  const std::string length = "Total payload length: " + std::to_string(total);
  if (page.is_new()) return page.colon(length);
  page.numbered(length);
}

void write(Page& page, const Authenticated& event) {
  if (page.is_new()) {
    page.colon("SA authentication status:");
    page.more("    authenticated");
  }
  page.colon("SA has been authenticated" +
             (page.is_pix() ? "" : " with " + event.peer.to_string()));
}

void write(Page& page, const Notified& event) {
  const bool dpd =
      event.type == v1::NotifyType::kRUThere || event.type == v1::NotifyType::kRUThereAck;
  std::string name = v1::to_string(event.type);
  std::replace(name.begin(), name.end(), '-', '_');
  if (dpd) name.insert(0, "DPD/");
  const std::string what =
      page.is_pix() ? print("payload %u", static_cast<unsigned>(event.type)) : name;
  if (event.sent && page.is_pix()) return;
  page.colon((event.sent ? "Sending NOTIFY " : " processing NOTIFY ") + what +
             print(" protocol %u", event.protocol));
  page.more(print("        spi %u, message ID = ", event.spi) +
            message_id(event.message_id, page.form()));
}

// --- DPD ---

void write(Page& page, const DpdSaid& event) {
  if (!page.is_new()) return;
  const std::string what = event.acknowledges ? "DPD/R_U_THERE_ACK" : "DPD/R_U_THERE";
  if (!event.sent) {
    return page.spaced(what + " received from peer " + event.peer.to_string() +
                       print(", sequence 0x%X", event.sequence));
  }
  page.colon("Sending NOTIFY " + what + print(" protocol 1 spi %u, message ID = ", event.spi) +
             message_id(event.message_id, page.form()));
  page.colon(print(" seq. no 0x%X", event.sequence));
}

}  // namespace spa::ikev1::trace
