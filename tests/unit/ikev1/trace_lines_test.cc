// SPDX-License-Identifier: Apache-2.0
// Debug events in the words of each form, to the letter (R-DBG).
#include <gtest/gtest.h>

#include "userspace/ikev1/trace/phase2_events.h"
#include "userspace/ikev1/trace/teller.h"
#include "userspace/wire/v1/vendor_id.h"

namespace spa::ikev1::trace {
namespace {

using Lines = std::vector<std::string>;

const IpAddress kRouter = *IpAddress::parse("172.16.172.39");
const IpAddress kPix = *IpAddress::parse("172.16.172.34");
constexpr Tag kUnkeyed{110, false, false};
constexpr Tag kKeyed{110, true, false};
constexpr Tag kCard{5, true, true};

// What goes on with the line before begins with a plus sign.
template <typename Event>
Lines in(DebugForm form, const Event& event, const Tag& tag = kKeyed) {
  Lines lines;
  for (const DebugLine& line : Told<Event>(tag, event).lines(form)) {
    lines.push_back((line.stamped ? "" : "+") + line.text);
  }
  return lines;
}

// R-DBG-16: an SA without keys has no number yet, but for the oldest release. R-DBG-23, R-DBG-25,
// R-ENG-9
TEST(TraceLines, TagsOfAnSa) {
  const Said said{" processing", kInAll, Style::kColon};
  EXPECT_EQ(in(DebugForm::kA, said, kUnkeyed), Lines{"ISAKMP:(0): processing"});
  EXPECT_EQ(in(DebugForm::kA, said), Lines{"ISAKMP:(110): processing"});
  EXPECT_EQ(in(DebugForm::kB, said, kCard), Lines{"ISAKMP:(0:5:HW:2): processing"});
  EXPECT_EQ(in(DebugForm::kB, said, kUnkeyed), Lines{"ISAKMP:(0:0:N/A:0): processing"});
  EXPECT_EQ(in(DebugForm::kC, said, kUnkeyed), Lines{"ISAKMP (0:110): processing"});
  EXPECT_EQ(in(DebugForm::kC, said, {}), Lines{"ISAKMP (0:0): processing"});
  EXPECT_EQ(in(DebugForm::kPix, said), Lines{"ISAKMP (0): processing"});
  // 0x10000005: the card made the keys of SA 5.
  const Said blank{"ID payload", kInAll, Style::kSpaced};
  EXPECT_EQ(in(DebugForm::kB, blank, kCard), Lines{"ISAKMP (0:268435461): ID payload"});
  EXPECT_EQ(in(DebugForm::kA, blank), Lines{"ISAKMP (110): ID payload"});
}

// R-DBG-11, R-DBG-15, R-DBG-25, R-DBG-31, R-VRF-5
TEST(TraceLines, MessagesThatCome) {
  Received event{{kRouter, 500},   {kPix, 500},   "fvrf",
                 Role::kResponder, "MM_KEY_EXCH", v1::ExchangeType::kIdentityProtection};
  EXPECT_EQ(in(DebugForm::kA, event),
            Lines{"ISAKMP (110): received packet from 172.16.172.34 dport 500 sport 500 fvrf (R) "
                  "MM_KEY_EXCH"});
  EXPECT_EQ(in(DebugForm::kC, event),
            Lines{"ISAKMP (0:110): received packet from 172.16.172.34 (R) MM_KEY_EXCH"});
  EXPECT_EQ(in(DebugForm::kPix, event),
            (Lines{"crypto_isakmp_process_block: src 172.16.172.34, dest 172.16.172.39",
                   "OAK_MM exchange"}));
  event.vrf.clear();
  EXPECT_EQ(in(DebugForm::kB, event, kCard),
            Lines{"ISAKMP (0:268435461): received packet from 172.16.172.34 dport 500 sport 500 "
                  "Global (R) MM_KEY_EXCH"});
  event.exchange = v1::ExchangeType::kQuickMode;
  EXPECT_EQ(in(DebugForm::kPix, event),
            (Lines{"crypto_isakmp_process_block: src 172.16.172.34, dest 172.16.172.39",
                   "OAK_QM exchange", "oakley_process_quick_mode:", "OAK_QM_IDLE"}));
  EXPECT_EQ(in(DebugForm::kPix, Returned{}), Lines{"return status is IKMP_NO_ERROR"});
  EXPECT_EQ(in(DebugForm::kPix, Returned{true}), Lines{"return status is IKMP_ERR_RETRANS"});
  EXPECT_TRUE(in(DebugForm::kA, Returned{}).empty());
}

// R-DBG-11, R-DBG-25
TEST(TraceLines, MessagesThatGo) {
  const Sent event{{kRouter, 500}, {kPix, 500}, Role::kResponder, "MM_KEY_EXCH", true};
  EXPECT_EQ(in(DebugForm::kA, event),
            Lines{"ISAKMP:(110): sending packet to 172.16.172.34 my_port 500 peer_port 500 (R) "
                  "MM_KEY_EXCH"});
  EXPECT_EQ(in(DebugForm::kC, event),
            Lines{"ISAKMP (0:110): sending packet to 172.16.172.34 (R) QM_IDLE"});
  EXPECT_TRUE(in(DebugForm::kPix, event).empty());
}

// R-DBG-23
TEST(TraceLines, ContentsOfAMessage) {
  const Contents event{
      v1::ExchangeType::kIdentityProtection, 1, 892, {"ID payload", "CERT payload"}};
  EXPECT_EQ(in(DebugForm::kB, event),
            (Lines{"ISAKMP: Main Mode packet contents (flags 1, len 892):", "          ID payload",
                   "          CERT payload"}));
  EXPECT_TRUE(in(DebugForm::kA, event).empty());
}

// R-DBG-11
TEST(TraceLines, PeersThatAreFound) {
  const PeerFound found{{kRouter, 500}, {kPix, 500}, "Vlan2", false, 7, 2};
  const Lines lines = in(DebugForm::kA, found, kUnkeyed);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "ISAKMP: Found a peer struct for 172.16.172.34, peer port 500");
  EXPECT_TRUE(lines[1].starts_with("ISAKMP: Locking peer struct 0x"));
  EXPECT_TRUE(lines[1].ends_with(", refcount 3 for crypto_isakmp_process_block"));
  EXPECT_EQ(lines[2], "ISAKMP[R]: sa->swdb: Vlan2");
  EXPECT_EQ(lines[3], "ISAKMP: local port 500, remote port 500");
  EXPECT_EQ(lines[4],
            "ISAKMP: Find a dup sa in the avl tree during calling isadb_insert sa = 00000007");
  EXPECT_EQ(in(DebugForm::kC, found), Lines{"ISAKMP: local port 500, remote port 500"});
}

// R-DBG-11, R-DBG-13, R-DBG-17
TEST(TraceLines, States) {
  StateChange event{"FROM_PEER", "IKE_MM_EXCH", "IKE_READY", "IKE_R_MM1", 0};
  EXPECT_EQ(in(DebugForm::kA, event, kUnkeyed),
            (Lines{"ISAKMP:(0):Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH",
                   "ISAKMP:(0):Old State = IKE_READY  New State = IKE_R_MM1", "+"}));
  EXPECT_EQ(in(DebugForm::kB, event, kCard)[0],
            "ISAKMP:(0:5:HW:2):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH");
  EXPECT_TRUE(in(DebugForm::kC, event).empty());
  event = {"FROM_PEER", "IKE_QM_EXCH", "IKE_QM_READY", "IKE_QM_SPI_STARVE", 0xf7fe8486};
  EXPECT_EQ(in(DebugForm::kA, event),
            (Lines{"ISAKMP:(110):Node -134314874, Input = IKE_MSG_FROM_PEER, IKE_QM_EXCH",
                   "ISAKMP:(110):Old State = IKE_QM_READY  New State = IKE_QM_SPI_STARVE"}));
}

// R-DBG-17, R-PIX-17
TEST(TraceLines, MessageIdsAreSignedOnARouter) {
  const Processing event{"HASH", 0xf7a2cee7};
  EXPECT_EQ(in(DebugForm::kA, event),
            Lines{"ISAKMP:(110): processing HASH payload. message ID = -140325145"});
  EXPECT_EQ(in(DebugForm::kPix, Processing{"NONCE", 0xf7a2cee7}),
            Lines{"ISAKMP (0): processing NONCE payload. message ID = 4154642151"});
  EXPECT_TRUE(in(DebugForm::kPix, event).empty());  // of that one a firewall says nothing
}

// R-DBG-11, R-DBG-25, R-DBG-39, R-POL-12, R-POL-22
TEST(TraceLines, PoliciesOfPhase1) {
  TransformChecked event;
  event.number = 1;
  event.priority = 10;
  event.offered.encryption = v1::Phase1Encryption::k3DesCbc;
  event.offered.hash = v1::Phase1Hash::kMd5;
  event.offered.auth = v1::Phase1Auth::kRsaSignature;
  event.offered.group = wire::DhId::kModp768;
  event.offered.life.seconds = 86400;
  event.variable_life = true;
  event.last = false;
  EXPECT_EQ(in(DebugForm::kA, event, kUnkeyed),
            (Lines{"ISAKMP:(0):Checking ISAKMP transform 1 against priority 10 policy",
                   "ISAKMP:      encryption 3DES-CBC", "ISAKMP:      hash MD5",
                   "ISAKMP:      default group 1", "ISAKMP:      auth RSA sig",
                   "ISAKMP:      life type in seconds",
                   "ISAKMP:      life duration (VPI) of 0x0 0x1 0x51 0x80",
                   "ISAKMP:(0):atts are acceptable. Next payload is 3"}));
  event.last = true;
  event.mismatch = "Hash algorithm";
  EXPECT_EQ(in(DebugForm::kC, event),
            (Lines{"ISAKMP (0:110): Checking ISAKMP transform 1 against priority 10 policy",
                   "ISAKMP:      encryption 3DES-CBC", "ISAKMP:      hash MD5",
                   "ISAKMP:      default group 1", "ISAKMP:      auth RSA sig",
                   "ISAKMP (0:110): Hash algorithm offered does not match policy!",
                   "ISAKMP (0:110): atts are not acceptable. Next payload is 0"}));
}

// R-DBG-18: the 15th octet, which the ID of XAUTH does not have; nothing is read beyond its end.
TEST(TraceLines, VendorIds) {
  const auto told = [](v1::Vendor vendor) {
    return in(DebugForm::kA, VendorId{v1::vendor_id(vendor).data, true});
  };
  EXPECT_EQ(told(v1::Vendor::kNatTDraft07),
            (Lines{"ISAKMP:(110): processing vendor id payload",
                   "ISAKMP:(110): vendor ID seems Unity/DPD but major 245 mismatch",
                   "ISAKMP (110): vendor ID is NAT-T v7"}));
  EXPECT_EQ(told(v1::Vendor::kNatTDraft03)[1],
            "ISAKMP:(110): vendor ID seems Unity/DPD but major 157 mismatch");
  EXPECT_EQ(told(v1::Vendor::kNatTDraft03)[2], "ISAKMP:(110): vendor ID is NAT-T v3");
  EXPECT_EQ(told(v1::Vendor::kNatTDraft02Newline)[1],
            "ISAKMP:(110): vendor ID seems Unity/DPD but major 123 mismatch");
  EXPECT_EQ(told(v1::Vendor::kXauth),
            (Lines{"ISAKMP:(110): processing vendor id payload",
                   "ISAKMP:(110): vendor ID seems Unity/DPD but major 0 mismatch",
                   "ISAKMP:(110): vendor ID is XAUTH"}));
  EXPECT_EQ(told(v1::Vendor::kDpd), (Lines{"ISAKMP:(110): processing vendor id payload",
                                           "ISAKMP:(110): vendor ID is DPD"}));
  EXPECT_EQ(in(DebugForm::kA, VendorId{Bytes(14, 9), false})[1],
            "ISAKMP:(110): vendor ID seems Unity/DPD but major 0 mismatch");
  EXPECT_EQ(in(DebugForm::kC, VendorId{Bytes(16, 9), true}),
            (Lines{"ISAKMP (0:110): processing vendor id payload",
                   "ISAKMP (0:110): speaking to another IOS box!"}));
}

// R-DBG-22
TEST(TraceLines, Names) {
  const Name hub{{"cn", "HUB"},
                 {"ou", "lsbu"},
                 {"o", "cisco"},
                 {"unstructuredname", "HUB.cisco.com"},
                 {"serialnumber", "1234D"}};
  EXPECT_EQ(print_name(hub, DebugForm::kA),
            "cn=HUB,ou=lsbu,o=cisco,hostname=HUB.cisco.com,serialNumber=1234D");
  const NameSaid ca{" peer want cert issued by", {{"ou", "sjvpn"}, {"o", "cisco"}, {"c", "us"}}};
  EXPECT_EQ(in(DebugForm::kC, ca),
            Lines{"ISAKMP (0:110): peer want cert issued by OU = sjvpn, O = cisco, C = us"});
}

// R-DBG-10, R-DBG-19
TEST(TraceLines, Identities) {
  Identified event{v1::PayloadType::kCert, v1::IdType::kUserFqdn, "a@vrf2.com", 17, 500, 10, true};
  EXPECT_EQ(in(DebugForm::kA, event),
            (Lines{"ISAKMP (110): ID payload", "+        next-payload : 6",
                   "+        type         : 3", "+        USER FQDN    : a@vrf2.com",
                   "+        protocol     : 17", "+        port         : 500",
                   "+        length       : 18", "ISAKMP:(110):Total payload length: 18"}));
  event = {v1::PayloadType::kCert, v1::IdType::kFqdn, "1720-1.cisco.com", 17, 500, 16, true};
  EXPECT_EQ(
      in(DebugForm::kC, event),
      (Lines{"ISAKMP (110): ID payload", "+        next-payload : 6", "+        type         : 2",
             "+        protocol     : 17", "+        port         : 500",
             "+        length       : 20", "ISAKMP (110): Total payload length: 24"}));
  event = {v1::PayloadType::kSignature, v1::IdType::kIpv4Addr, "10.0.0.1", 17, 500, 4, true};
  const Lines pix = in(DebugForm::kPix, event);
  EXPECT_EQ(pix[0], "ISAKMP (0): ID payload");
  EXPECT_EQ(pix[5], "+        length       : 8");
  EXPECT_EQ(pix[6], "ISAKMP (0): Total payload length: 12");
  event.ours = false;
  EXPECT_TRUE(in(DebugForm::kC, event).empty());
}

// R-DBG-11, R-DBG-25, R-DBG-31
TEST(TraceLines, Authentication) {
  EXPECT_EQ(in(DebugForm::kA, Authenticated{kPix}),
            (Lines{"ISAKMP:(110):SA authentication status:", "+    authenticated",
                   "ISAKMP:(110):SA has been authenticated with 172.16.172.34"}));
  EXPECT_EQ(in(DebugForm::kPix, Authenticated{kPix}),
            Lines{"ISAKMP (0): SA has been authenticated"});
}

// R-DBG-38
TEST(TraceLines, DeadPeerDetection) {
  DpdSaid event{false, true, kPix, 0x1a2b, 77, 0xffffffff};
  EXPECT_EQ(in(DebugForm::kA, event),
            (Lines{"ISAKMP:(110):Sending NOTIFY DPD/R_U_THERE protocol 1 spi 77, message ID = -1",
                   "ISAKMP:(110): seq. no 0x1A2B"}));
  event.sent = false;
  event.acknowledges = true;
  EXPECT_EQ(in(DebugForm::kA, event),
            Lines{"ISAKMP (110): DPD/R_U_THERE_ACK received from peer 172.16.172.34, sequence "
                  "0x1A2B"});
}

// R-DBG-31
TEST(TraceLines, NotificationsOnAPix) {
  const Notified event{v1::NotifyType::kResponderLifetime, 3, 3611334428, 4154642151, false};
  EXPECT_EQ(in(DebugForm::kPix, event),
            (Lines{"ISAKMP (0): processing NOTIFY payload 24576 protocol 3",
                   "+        spi 3611334428, message ID = 4154642151"}));
}

ProposalChecked triple_des() {
  ProposalChecked event;
  event.proposal = 1;
  event.transform = 1;
  event.protocol = v1::ProtocolId::kEsp;
  event.offered.id = static_cast<std::uint8_t>(v1::EspTransformId::k3Des);
  event.offered.encapsulation = v1::EncapsulationMode::kTunnel;
  event.offered.auth = v1::AuthAlgorithm::kHmacSha1;
  event.offered.life = {3600, 4608000};
  event.variable_kilobytes = true;
  return event;
}

// R-DBG-11
TEST(TraceLines, ProposalsOfPhase2) {
  EXPECT_EQ(
      in(DebugForm::kA, triple_des()),
      (Lines{"ISAKMP:(110):Checking IPsec proposal 1", "ISAKMP: transform 1, ESP_3DES",
             "ISAKMP:   attributes in transform:", "ISAKMP:     encaps is 1 (Tunnel)",
             "ISAKMP:     SA life type in seconds", "ISAKMP:     SA life duration (basic) of 3600",
             "ISAKMP:     SA life type in kilobytes",
             "ISAKMP:     SA life duration (VPI) of 0x0 0x46 0x50 0x0",
             "ISAKMP:     authenticator is HMAC-SHA"}));
}

// R-DBG-25, R-DBG-31
TEST(TraceLines, ProposalsOfPhase2InOlderForms) {
  const Lines lines = in(DebugForm::kC, triple_des());
  EXPECT_EQ(lines[0], "ISAKMP (0:110): Checking IPSec proposal 1");
  EXPECT_EQ(lines[3], "ISAKMP:      encaps is 1");
  EXPECT_EQ(lines[7], "ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0");
  EXPECT_EQ(in(DebugForm::kPix, triple_des())[0], "ISAKMP : Checking IPSec proposal 1");
}

PairMade pair(bool installed) {
  PairMade event;
  event.installed = installed;
  event.local = kRouter;
  event.remote = kPix;
  event.local_proxy = "1.1.1.0";
  event.remote_proxy = "192.168.4.0";
  event.spi_in = 0xD740971C;
  event.spi_out = 0x3803A0C1;
  event.connection_in = 200;
  event.connection_out = 201;
  event.seconds = 3600;
  event.kilobytes = 4608000;
  event.front_vrf = 1;
  event.inside_vrf = 714;
  return event;
}

// R-DBG-11, R-DBG-26, R-VRF-6
TEST(TraceLines, PairsInTheNewestForm) {
  EXPECT_EQ(
      in(DebugForm::kA, pair(false)),
      (Lines{"ISAKMP:(110): Creating IPsec SAs",
             "        inbound SA from 172.16.172.34 to 172.16.172.39 (f/i)  1/714",
             "+        (proxy 192.168.4.0 to 1.1.1.0)", "        has spi 0xD740971C and conn_id 0",
             "        lifetime of 3600 seconds", "        lifetime of 4608000 kilobytes",
             "        outbound SA from 172.16.172.39 to 172.16.172.34 (f/i) 1/714",
             "+        (proxy 1.1.1.0 to 192.168.4.0)", "        has spi  0x3803A0C1 and conn_id 0",
             "        lifetime of 3600 seconds", "        lifetime of 4608000 kilobytes",
             "ISAKMP: Failed to find peer index node to update peer_info_list"}));
  EXPECT_TRUE(in(DebugForm::kA, pair(true)).empty());
}

// R-DBG-25, R-DBG-26, R-DBG-27
TEST(TraceLines, PairsInTheOldestForm) {
  EXPECT_EQ(in(DebugForm::kC, pair(true)),
            (Lines{"ISAKMP (0:110): Creating IPSec SAs",
                   "        inbound SA from 172.16.172.34 to 172.16.172.39",
                   "+        (proxy 192.168.4.0 to 1.1.1.0)",
                   "        has spi 0xD740971C and conn_id 200 and flags 4",
                   "        lifetime of 3600 seconds", "        lifetime of 4608000 kilobytes",
                   "        outbound SA from 172.16.172.39 to 172.16.172.34 (proxy 1.1.1.0 to "
                   "192.168.4.0)",
                   "        has spi 939761857 and conn_id 201 and flags C",
                   "        lifetime of 3600 seconds", "        lifetime of 4608000 kilobytes"}));
  const Lines pix = in(DebugForm::kPix, pair(true));
  EXPECT_EQ(pix[0], "ISAKMP (0): Creating IPsec SAs");
  EXPECT_EQ(pix[2], "        has spi 3611334428 and conn_id 200 and flags 4");
  EXPECT_EQ(pix[6], "        has spi 939761857 and conn_id 201 and flags 4");
}

Protection protection() {
  Protection what{kRouter,
                  kPix,
                  policy::TrafficSelector::of(*IpPrefix::parse("1.1.1.0/24")),
                  policy::TrafficSelector::of(*IpPrefix::parse("192.168.4.0/24")),
                  {}};
  what.suite.cipher = wire::EncrId::kDes;
  what.suite.integrity = wire::IntegId::kHmacMd5_96;
  return what;
}

// R-DBG-25, R-DBG-10
TEST(TraceLines, ProposalsThatAreValidated) {
  EXPECT_EQ(
      in(DebugForm::kC, ProposalValidated{protection(), false}),
      (Lines{"IPSEC(validate_proposal_request): proposal part #1,",
             "+  (key eng. msg.) INBOUND local= 172.16.172.39, remote= 172.16.172.34,",
             "+    local_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),",
             "+    remote_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),",
             "+    protocol= ESP, transform= esp-des esp-md5-hmac ,", "+    lifedur= 0s and 0kb,",
             "+    spi= 0x0(0), conn_id= 0, keysize= 0, flags= 0x4"}));
  // R-DBG-32: the firewall began.
  EXPECT_EQ(in(DebugForm::kPix, ProposalValidated{protection(), true})[1],
            "+  (key eng. msg.) dest= 172.16.172.34, src= 172.16.172.39,");
}

// R-DBG-25, R-DBG-27
TEST(TraceLines, SasThatAreMade) {
  const SasInitialized event{protection(), {3600, 4608000}, 0xD740971C, 0x3803A0C1, 200, 201};
  const Lines lines = in(DebugForm::kC, event);
  ASSERT_EQ(lines.size(), 23U);
  EXPECT_EQ(lines[0], "IPSEC(key_engine): got a queue event...");
  EXPECT_EQ(lines[1], "IPSEC(initialize_sas): ,");
  EXPECT_EQ(lines[6], "+    lifedur= 3600s and 4608000kb,");
  EXPECT_EQ(lines[7], "+    spi= 0xD740971C(3611334428), conn_id= 200, keysize= 0, flags= 0x4");
  EXPECT_EQ(lines[9], "+  (key eng. msg.) OUTBOUND local= 172.16.172.39, remote= 172.16.172.34,");
  EXPECT_EQ(lines[14], "+    spi= 0x3803A0C1(939761857), conn_id= 201, keysize= 0, flags= 0xC");
  EXPECT_EQ(Lines(lines.begin() + 15, lines.begin() + 19),
            (Lines{"IPSEC(create_sa): sa created,", "+  (sa) sa_dest= 172.16.172.39, sa_prot= 50,",
                   "+    sa_spi= 0xD740971C(3611334428),",
                   "+    sa_trans= esp-des esp-md5-hmac , sa_conn_id= 200"}));
}

// R-DBG-27, R-DBG-32: what comes is named by its destination, what goes by its source.
TEST(TraceLines, SasThatAreMadeOnAPix) {
  const SasInitialized event{protection(), {3600, 4608000}, 0xD740971C, 0x3803A0C1, 4, 3};
  const Lines lines = in(DebugForm::kPix, event);
  ASSERT_EQ(lines.size(), 15U);
  EXPECT_EQ(Lines(lines.begin() + 2, lines.begin() + 5),
            (Lines{"+  (key eng. msg.) dest= 172.16.172.39, src= 172.16.172.34,",
                   "+    dest_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),",
                   "+    src_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),"}));
  EXPECT_EQ(Lines(lines.begin() + 9, lines.begin() + 12),
            (Lines{"+  (key eng. msg.) src= 172.16.172.39, dest= 172.16.172.34,",
                   "+    src_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),",
                   "+    dest_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),"}));
  EXPECT_EQ(lines[14], "+    spi= 0x3803a0c1(939761857), conn_id= 3, keysize= 0, flags= 0x4");
}

// R-DBG-25, R-DBG-31
TEST(TraceLines, NumbersForWhatWeReceive) {
  const SpiGiven event{kRouter, kPix, 3611334428, 3};
  EXPECT_EQ(in(DebugForm::kC, event),
            (Lines{"IPSEC(key_engine): got a queue event...",
                   "IPSEC(spi_response): getting spi 3611334428 for SA",
                   "+        from 172.16.172.39 to 172.16.172.34 for prot 3"}));
  EXPECT_EQ(in(DebugForm::kPix, event)[1],
            "IPSEC(spi_response): getting spi 0xd740971c(3611334428)");
}

// R-DBG-39
TEST(TraceLines, ProposalsThatAreRefused) {
  EXPECT_EQ(in(DebugForm::kA, ProposalRefused{}),
            Lines{"IPSEC(validate_transform_proposal): proxy identities not supported"});
  EXPECT_EQ(in(DebugForm::kA, ProposalRefused{protection().suite}),
            (Lines{"IPSEC(validate_transform_proposal): transform proposal not supported for "
                   "identity:",
                   "+    {esp-des esp-md5-hmac }"}));
}

// R-ENG-12
TEST(TraceLines, EngineHasThreePrefixesAndIsNoPix) {
  const EngineSaid event{{"Crypto engine 0: a", "CryptoEngine0: b", "CRYPTO_ENGINE: c"}};
  EXPECT_EQ(in(DebugForm::kC, event),
            (Lines{"Crypto engine 0: a", "CryptoEngine0: b", "CRYPTO_ENGINE: c"}));
  EXPECT_TRUE(in(DebugForm::kPix, event).empty());
}

}  // namespace
}  // namespace spa::ikev1::trace
