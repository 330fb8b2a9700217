// SPDX-License-Identifier: Apache-2.0
// Whole transcripts of `debug crypto …`: main mode with RSA signatures and a quick mode, as their
// responder tells them in each form (R-DBG-7). NODE is the message ID of the quick mode and HANDLE
// a peer's number; a plus sign begins what goes on with the line before and has no time (R-DBG-10).
#include <sstream>

#include "tests/exchange/debugged_routers.h"

namespace spa::exchange {
namespace {

Lines lines_of(const char* text) {
  Lines lines;
  std::stringstream stream(text);
  std::string line;
  std::getline(stream, line);  // the empty one behind the bracket
  while (std::getline(stream, line)) lines.push_back(line);
  return lines;
}

// Line by line: a mismatch tells where, not two pages.
void expect_same(const Lines& seen, const Lines& wanted) {
  for (std::size_t i = 0; i < std::min(seen.size(), wanted.size()); ++i) {
    ASSERT_EQ(seen[i], wanted[i]) << "line " << i + 1;
  }
  EXPECT_EQ(seen.size(), wanted.size());
}

class Ikev1Transcript : public DebuggedRouters {
 protected:
  void negotiate() {
    use_signatures();
    start();
    bring_up(left);
    expect_tunnel();
    run(Duration(60000));
  }
};

// R-DBG-11, 13 to 17, 19, 20 and 22, R-PROF-12, R-VRF-5, R-VRF-6
constexpr const char* kNewest = R"debug(
ISAKMP (0): received packet from 172.16.172.34 dport 500 sport 500 fvrf (N) NEW SA
ISAKMP: Created a peer struct for 172.16.172.34, peer port 500
ISAKMP: Locking peer struct 0xHANDLE, refcount 1 for crypto_isakmp_process_block
ISAKMP[R]: sa->swdb: Vlan2
ISAKMP: local port 500, remote port 500
ISAKMP:(0):insert sa successfully sa = 00000001
ISAKMP:(0):Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
ISAKMP:(0):Old State = IKE_READY  New State = IKE_R_MM1
+
ISAKMP:(0): processing SA payload. message ID = 0
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 69 mismatch
ISAKMP (0): vendor ID is NAT-T RFC 3947
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 245 mismatch
ISAKMP (0): vendor ID is NAT-T v7
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 157 mismatch
ISAKMP:(0): vendor ID is NAT-T v3
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 123 mismatch
ISAKMP:(0): vendor ID is NAT-T v2
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 164 mismatch
ISAKMP:(0): vendor ID is NAT-T v2
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 0 mismatch
ISAKMP:(0): vendor ID is XAUTH
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID is Unity
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID is DPD
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 194 mismatch
ISAKMP:(0):Checking ISAKMP transform 1 against priority 10 policy
ISAKMP:      encryption 3DES-CBC
ISAKMP:      hash MD5
ISAKMP:      default group 1
ISAKMP:      auth RSA sig
ISAKMP:      life type in seconds
ISAKMP:      life duration (VPI) of 0x0 0x1 0x51 0x80
ISAKMP:(0):atts are acceptable. Next payload is 3
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 69 mismatch
ISAKMP (0): vendor ID is NAT-T RFC 3947
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 245 mismatch
ISAKMP (0): vendor ID is NAT-T v7
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 157 mismatch
ISAKMP:(0): vendor ID is NAT-T v3
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 123 mismatch
ISAKMP:(0): vendor ID is NAT-T v2
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 164 mismatch
ISAKMP:(0): vendor ID is NAT-T v2
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 0 mismatch
ISAKMP:(0): vendor ID is XAUTH
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID is Unity
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID is DPD
ISAKMP:(0): processing vendor id payload
ISAKMP:(0): vendor ID seems Unity/DPD but major 194 mismatch
ISAKMP:(0):Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
ISAKMP:(0):Old State = IKE_R_MM1  New State = IKE_R_MM1
+
ISAKMP:(0): constructed NAT-T vendor-rfc3947 ID
ISAKMP:(0): sending packet to 172.16.172.34 my_port 500 peer_port 500 (R) MM_SA_SETUP
ISAKMP:(0):Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
ISAKMP:(0):Old State = IKE_R_MM1  New State = IKE_R_MM2
+
ISAKMP (0): received packet from 172.16.172.34 dport 500 sport 500 fvrf (R) MM_SA_SETUP
ISAKMP:(0):Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
ISAKMP:(0):Old State = IKE_R_MM2  New State = IKE_R_MM3
+
ISAKMP:(0): processing KE payload. message ID = 0
ISAKMP:(0): processing NONCE payload. message ID = 0
ISAKMP (1): His hash no match - this node outside NAT
ISAKMP (1): No NAT Found for self or peer
ISAKMP:(1):Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
ISAKMP:(1):Old State = IKE_R_MM3  New State = IKE_R_MM3
+
ISAKMP (1): constructing CERT_REQ for issuer cn=Test CA
ISAKMP:(1): sending packet to 172.16.172.34 my_port 500 peer_port 500 (R) MM_KEY_EXCH
ISAKMP:(1):Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
ISAKMP:(1):Old State = IKE_R_MM3  New State = IKE_R_MM4
+
ISAKMP (1): received packet from 172.16.172.34 dport 500 sport 500 fvrf (R) MM_KEY_EXCH
ISAKMP:(1):Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
ISAKMP:(1):Old State = IKE_R_MM4  New State = IKE_R_MM5
+
ISAKMP:(1): processing ID payload. message ID = 0
ISAKMP (1): ID payload
+        next-payload : 6
+        type         : 2
+        FQDN name    : left.example.com
+        protocol     : 0
+        port         : 0
+        length       : 24
ISAKMP:(1):: peer matches V1 profile
ISAKMP:(1): processing CERT payload. message ID = 0
ISAKMP:(1): processing a CT_X509_SIGNATURE cert
ISAKMP:(1): peer's pubkey isn't cached
ISAKMP (1): adding peer's pubkey to cache
ISAKMP:(1): processing SIG payload. message ID = 0
ISAKMP:(1):SA authentication status:
+    authenticated
ISAKMP:(1):SA has been authenticated with 172.16.172.34
ISAKMP:(1): processing CERT_REQ payload. message ID = 0
ISAKMP:(1): peer wants a CT_X509_SIGNATURE cert
ISAKMP:(1): peer want cert issued by cn=Test CA
ISAKMP:(1): Choosing trustpoint TP as issuer
ISAKMP:(1):Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
ISAKMP:(1):Old State = IKE_R_MM5  New State = IKE_R_MM5
+
ISAKMP:(1):SA is doing RSA signature authentication using id type ID_FQDN
ISAKMP (1): ID payload
+        next-payload : 6
+        type         : 2
+        FQDN name    : right.example.com
+        protocol     : 0
+        port         : 0
+        length       : 25
ISAKMP:(1):Total payload length: 25
ISAKMP (1): constructing CERT payload for cn=right,ou=lsbu,o=cisco
ISAKMP:(1): using the TP trustpoint's keypair to sign
ISAKMP:(1): sending packet to 172.16.172.34 my_port 500 peer_port 500 (R) MM_KEY_EXCH
ISAKMP:(1):Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
ISAKMP:(1):Old State = IKE_R_MM5  New State = IKE_P1_COMPLETE
+
ISAKMP:(1):Input = IKE_MSG_INTERNAL, IKE_PHASE1_COMPLETE
ISAKMP:(1):Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE
+
ISAKMP (1): received packet from 172.16.172.34 dport 500 sport 500 fvrf (R) QM_IDLE
ISAKMP: set new node NODE to QM_IDLE
ISAKMP:(1): processing HASH payload. message ID = NODE
ISAKMP:(1): processing SA payload. message ID = NODE
ISAKMP:(1):Checking IPsec proposal 1
ISAKMP: transform 1, ESP_3DES
ISAKMP:   attributes in transform:
ISAKMP:     encaps is 1 (Tunnel)
ISAKMP:     SA life type in seconds
ISAKMP:     SA life duration (basic) of 3600
ISAKMP:     SA life type in kilobytes
ISAKMP:     SA life duration (VPI) of 0x0 0x46 0x50 0x0
ISAKMP:     authenticator is HMAC-SHA
ISAKMP:(1):atts are acceptable.
ISAKMP:(1): processing NONCE payload. message ID = NODE
ISAKMP:(1): processing ID payload. message ID = NODE
ISAKMP:(1): processing ID payload. message ID = NODE
ISAKMP:(1):QM Responder gets spi
ISAKMP:(1):Node NODE, Input = IKE_MSG_FROM_PEER, IKE_QM_EXCH
ISAKMP:(1):Old State = IKE_QM_READY  New State = IKE_QM_SPI_STARVE
ISAKMP:(1): Creating IPsec SAs
        inbound SA from 172.16.172.34 to 172.16.172.39 (f/i)  1/2
+        (proxy 192.168.4.0 to 1.1.1.0)
        has spi 0x9000 and conn_id 0
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
        outbound SA from 172.16.172.39 to 172.16.172.34 (f/i) 1/2
+        (proxy 1.1.1.0 to 192.168.4.0)
        has spi  0x1000 and conn_id 0
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
ISAKMP: Failed to find peer index node to update peer_info_list
ISAKMP:(1): sending packet to 172.16.172.34 my_port 500 peer_port 500 (R) QM_IDLE
ISAKMP:(1):Node NODE, Input = IKE_MSG_INTERNAL, IKE_GOT_SPI
ISAKMP:(1):Old State = IKE_QM_SPI_STARVE  New State = IKE_QM_R_QM2
ISAKMP (1): received packet from 172.16.172.34 dport 500 sport 500 fvrf (R) QM_IDLE
ISAKMP:(1):deleting node NODE error FALSE reason "QM done (await)"
ISAKMP:(1):Node NODE, Input = IKE_MSG_FROM_PEER, IKE_QM_EXCH
ISAKMP:(1):Old State = IKE_QM_R_QM2  New State = IKE_QM_PHASE2_COMPLETE
ISAKMP:(1):purging node NODE
)debug";

TEST_F(Ikev1Transcript, NewestForm) {
  negotiate();
  expect_same(masked(right, right.log.watch(DebugForm::kA, {"isakmp"})), lines_of(kNewest));
}

// R-DBG-16, 25, 26 and 27, R-ENG-3 to 5, R-ENG-12
constexpr const char* kOldest = R"debug(
ISAKMP (0:0): received packet from 172.16.172.34 (N) NEW SA
ISAKMP: local port 500, remote port 500
ISAKMP (0:1): processing SA payload. message ID = 0
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): processing vendor id payload
ISAKMP (0:1): Checking ISAKMP transform 1 against priority 10 policy
ISAKMP:      encryption 3DES-CBC
ISAKMP:      hash MD5
ISAKMP:      default group 1
ISAKMP:      auth RSA sig
ISAKMP (0:1): atts are acceptable. Next payload is 3
ISAKMP (0:1): sending packet to 172.16.172.34 (R) MM_SA_SETUP
ISAKMP (0:1): received packet from 172.16.172.34 (R) MM_SA_SETUP
ISAKMP (0:1): processing KE payload. message ID = 0
CryptoEngine0: generate alg parameter
CryptoEngine0: CRYPTO_ISA_DH_CREATE(sw)(ipsec)
CRYPTO_ENGINE: Dh phase 1 status: 0
CryptoEngine0: generate alg parameter
CryptoEngine0: CRYPTO_ISA_DH_SHARE_SECRET(sw)(ipsec)
ISAKMP (0:1): processing NONCE payload. message ID = 0
CryptoEngine0: calculate pkey hmac for conn id 1
CryptoEngine0: CRYPTO_ISA_IKE_HMAC(sw)(ipsec)
CryptoEngine0: create ISAKMP SKEYID for conn id 1
CryptoEngine0: CRYPTO_ISA_SA_CREATE(sw)(ipsec)
ISAKMP (0:1): SKEYID state generated
ISAKMP (0:1): sending packet to 172.16.172.34 (R) MM_KEY_EXCH
ISAKMP (0:1): received packet from 172.16.172.34 (R) MM_KEY_EXCH
CryptoEngine0: CRYPTO_ISA_IKE_DECRYPT(sw)(ipsec)
ISAKMP (0:1): processing ID payload. message ID = 0
ISAKMP (0:1): processing CERT payload. message ID = 0
ISAKMP (0:1): processing a CT_X509_SIGNATURE cert
ISAKMP (0:1): processing SIG payload. message ID = 0
ISAKMP (1): sa->peer.name = , sa->peer_id.id.id_fqdn.fqdn = left.example.com
Crypto engine 0: RSA decrypt with public key
CryptoEngine0: CRYPTO_RSA_PUB_DECRYPT
CryptoEngine0: generate hmac context for conn id 1
CryptoEngine0: CRYPTO_ISA_IKE_HMAC(sw)(ipsec)
ISAKMP (0:1): SA has been authenticated with 172.16.172.34
ISAKMP (0:1): processing CERT_REQ payload. message ID = 0
ISAKMP (0:1): peer wants a CT_X509_SIGNATURE cert
ISAKMP (0:1): peer want cert issued by CN = Test CA
CryptoEngine0: generate hmac context for conn id 1
CryptoEngine0: CRYPTO_ISA_IKE_HMAC(sw)(ipsec)
ISAKMP (0:1): SA is doing RSA signature authentication using id type ID_FQDN
ISAKMP (1): ID payload
+        next-payload : 6
+        type         : 2
+        protocol     : 0
+        port         : 0
+        length       : 21
ISAKMP (1): Total payload length: 25
Crypto engine 0: RSA encrypt with private key
CryptoEngine0: CRYPTO_RSA_PRIV_ENCRYPT
CRYPTO_ENGINE: key process suspended and continued
CryptoEngine0: clear dh number for conn id 1
CryptoEngine0: CRYPTO_ISA_DH_DELETE(sw)(ipsec)
CryptoEngine0: CRYPTO_ISA_IKE_ENCRYPT(sw)(ipsec)
ISAKMP (0:1): sending packet to 172.16.172.34 (R) QM_IDLE
ISAKMP (0:1): received packet from 172.16.172.34 (R) QM_IDLE
CryptoEngine0: CRYPTO_ISA_IKE_DECRYPT(sw)(ipsec)
CryptoEngine0: generate hmac context for conn id 1
CryptoEngine0: CRYPTO_ISA_IKE_HMAC(sw)(ipsec)
ISAKMP (0:1): processing HASH payload. message ID = NODE
ISAKMP (0:1): processing SA payload. message ID = NODE
ISAKMP (0:1): Checking IPSec proposal 1
ISAKMP: transform 1, ESP_3DES
ISAKMP:   attributes in transform:
ISAKMP:      encaps is 1
ISAKMP:      SA life type in seconds
ISAKMP:      SA life duration (basic) of 3600
ISAKMP:      SA life type in kilobytes
ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0
ISAKMP:      authenticator is HMAC-SHA
validate proposal 0
ISAKMP (0:1): atts are acceptable.
IPSEC(validate_proposal_request): proposal part #1,
+  (key eng. msg.) INBOUND local= 172.16.172.39, remote= 172.16.172.34,
+    local_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),
+    remote_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),
+    protocol= ESP, transform= esp-3des esp-sha-hmac ,
+    lifedur= 0s and 0kb,
+    spi= 0x0(0), conn_id= 0, keysize= 0, flags= 0x4
validate proposal request 0
ISAKMP (0:1): processing NONCE payload. message ID = NODE
ISAKMP (0:1): processing ID payload. message ID = NODE
ISAKMP (0:1): processing ID payload. message ID = NODE
ISAKMP (0:1): asking for 1 spis from ipsec
IPSEC(key_engine): got a queue event...
IPSEC(spi_response): getting spi 36864 for SA
+        from 172.16.172.39 to 172.16.172.34 for prot 3
ISAKMP: received ke message (2/1)
CryptoEngine0: generate hmac context for conn id 1
CryptoEngine0: CRYPTO_ISA_IKE_HMAC(sw)(ipsec)
CryptoEngine0: CRYPTO_ISA_IKE_ENCRYPT(sw)(ipsec)
ISAKMP (0:1): sending packet to 172.16.172.34 (R) QM_IDLE
ISAKMP (0:1): received packet from 172.16.172.34 (R) QM_IDLE
CryptoEngine0: CRYPTO_ISA_IKE_DECRYPT(sw)(ipsec)
CryptoEngine0: generate hmac context for conn id 1
CryptoEngine0: CRYPTO_ISA_IKE_HMAC(sw)(ipsec)
ipsec allocate flow 0
ipsec allocate flow 0
CryptoEngine0: CRYPTO_ISA_IPSEC_KEY_CREATE(sw)(ipsec)
CryptoEngine0: CRYPTO_ISA_IPSEC_KEY_CREATE(sw)(ipsec)
ISAKMP (0:1): Creating IPSec SAs
        inbound SA from 172.16.172.34 to 172.16.172.39
+        (proxy 192.168.4.0 to 1.1.1.0)
        has spi 0x9000 and conn_id 200 and flags 4
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
        outbound SA from 172.16.172.39 to 172.16.172.34 (proxy 1.1.1.0 to 192.168.4.0)
        has spi 4096 and conn_id 201 and flags C
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
ISAKMP (0:1): deleting node NODE error FALSE reason "quick mode done (await())"
IPSEC(key_engine): got a queue event...
IPSEC(initialize_sas): ,
+  (key eng. msg.) INBOUND local= 172.16.172.39, remote= 172.16.172.34,
+    local_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),
+    remote_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),
+    protocol= ESP, transform= esp-3des esp-sha-hmac ,
+    lifedur= 3600s and 4608000kb,
+    spi= 0x9000(36864), conn_id= 200, keysize= 0, flags= 0x4
IPSEC(initialize_sas): ,
+  (key eng. msg.) OUTBOUND local= 172.16.172.39, remote= 172.16.172.34,
+    local_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),
+    remote_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),
+    protocol= ESP, transform= esp-3des esp-sha-hmac ,
+    lifedur= 3600s and 4608000kb,
+    spi= 0x1000(4096), conn_id= 201, keysize= 0, flags= 0xC
IPSEC(create_sa): sa created,
+  (sa) sa_dest= 172.16.172.39, sa_prot= 50,
+    sa_spi= 0x9000(36864),
+    sa_trans= esp-3des esp-sha-hmac , sa_conn_id= 200
IPSEC(create_sa): sa created,
+  (sa) sa_dest= 172.16.172.34, sa_prot= 50,
+    sa_spi= 0x1000(4096),
+    sa_trans= esp-3des esp-sha-hmac , sa_conn_id= 201
ISAKMP (0:1): purging node NODE
)debug";

TEST_F(Ikev1Transcript, OldestForm) {
  negotiate();
  expect_same(masked(right, right.log.watch(DebugForm::kC, {"isakmp", "ipsec", "engine"})),
              lines_of(kOldest));
}

// R-DBG-31, R-DBG-32
constexpr const char* kFirewall = R"debug(
crypto_isakmp_process_block: src 172.16.172.34, dest 172.16.172.39
OAK_MM exchange
ISAKMP (0): processing SA payload. message ID = 0
ISAKMP (0): processing vendor id payload
ISAKMP (0): processing vendor id payload
ISAKMP (0): processing vendor id payload
ISAKMP (0): processing vendor id payload
ISAKMP (0): processing vendor id payload
ISAKMP (0): processing vendor id payload
ISAKMP (0): processing vendor id payload
ISAKMP (0): processing vendor id payload
ISAKMP (0): processing vendor id payload
ISAKMP (0): Checking ISAKMP transform 1 against priority 10 policy
ISAKMP:      encryption 3DES-CBC
ISAKMP:      hash MD5
ISAKMP:      default group 1
ISAKMP:      auth RSA sig
ISAKMP (0): atts are acceptable. Next payload is 3
return status is IKMP_NO_ERROR
crypto_isakmp_process_block: src 172.16.172.34, dest 172.16.172.39
OAK_MM exchange
ISAKMP (0): processing KE payload. message ID = 0
ISAKMP (0): processing NONCE payload. message ID = 0
return status is IKMP_NO_ERROR
crypto_isakmp_process_block: src 172.16.172.34, dest 172.16.172.39
OAK_MM exchange
ISAKMP (0): processing ID payload. message ID = 0
ISAKMP (0): processing CERT payload. message ID = 0
ISAKMP (0): processing a CT_X509_SIGNATURE cert
ISAKMP (0): processing SIG payload. message ID = 0
ISAKMP (0): sa->peer.name = , sa->peer_id.id.id_fqdn.fqdn = left.example.com
ISAKMP (0): SA has been authenticated
ISAKMP (0): processing CERT_REQ payload. message ID = 0
ISAKMP (0): peer wants a CT_X509_SIGNATURE cert
ISAKMP (0): SA is doing RSA signature authentication using id type ID_FQDN
ISAKMP (0): ID payload
+        next-payload : 6
+        type         : 2
+        protocol     : 0
+        port         : 0
+        length       : 21
ISAKMP (0): Total payload length: 25
return status is IKMP_NO_ERROR
crypto_isakmp_process_block: src 172.16.172.34, dest 172.16.172.39
OAK_QM exchange
oakley_process_quick_mode:
OAK_QM_IDLE
ISAKMP (0): processing SA payload. message ID = NODE
ISAKMP : Checking IPSec proposal 1
ISAKMP: transform 1, ESP_3DES
ISAKMP:   attributes in transform:
ISAKMP:      encaps is 1
ISAKMP:      SA life type in seconds
ISAKMP:      SA life duration (basic) of 3600
ISAKMP:      SA life type in kilobytes
ISAKMP:      SA life duration (VPI) of 0x0 0x46 0x50 0x0
ISAKMP:      authenticator is HMAC-SHA
ISAKMP (0): atts are acceptable.
IPSEC(validate_proposal_request): proposal part #1,
+  (key eng. msg.) dest= 172.16.172.39, src= 172.16.172.34,
+    dest_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),
+    src_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),
+    protocol= ESP, transform= esp-3des esp-sha-hmac ,
+    lifedur= 0s and 0kb,
+    spi= 0x0(0), conn_id= 0, keysize= 0, flags= 0x4
ISAKMP (0): processing NONCE payload. message ID = NODE
ISAKMP (0): processing ID payload. message ID = NODE
ISAKMP (0): processing ID payload. message ID = NODE
IPSEC(key_engine): got a queue event...
IPSEC(spi_response): getting spi 0x9000(36864)
+        for SA from 172.16.172.34 to 172.16.172.39 for prot 3
return status is IKMP_NO_ERROR
crypto_isakmp_process_block: src 172.16.172.34, dest 172.16.172.39
OAK_QM exchange
oakley_process_quick_mode:
OAK_QM_IDLE
ISAKMP (0): Creating IPsec SAs
        inbound SA from 172.16.172.34 to 172.16.172.39 (proxy 192.168.4.0 to 1.1.1.0)
        has spi 36864 and conn_id 200 and flags 4
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
        outbound SA from 172.16.172.39 to 172.16.172.34 (proxy 1.1.1.0 to 192.168.4.0)
        has spi 4096 and conn_id 201 and flags 4
        lifetime of 3600 seconds
        lifetime of 4608000 kilobytes
IPSEC(key_engine): got a queue event...
IPSEC(initialize_sas): ,
+  (key eng. msg.) dest= 172.16.172.39, src= 172.16.172.34,
+    dest_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),
+    src_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),
+    protocol= ESP, transform= esp-3des esp-sha-hmac ,
+    lifedur= 3600s and 4608000kb,
+    spi= 0x9000(36864), conn_id= 200, keysize= 0, flags= 0x4
IPSEC(initialize_sas): ,
+  (key eng. msg.) src= 172.16.172.39, dest= 172.16.172.34,
+    src_proxy= 1.1.1.0/255.255.255.0/0/0 (type=4),
+    dest_proxy= 192.168.4.0/255.255.255.0/0/0 (type=4),
+    protocol= ESP, transform= esp-3des esp-sha-hmac ,
+    lifedur= 3600s and 4608000kb,
+    spi= 0x1000(4096), conn_id= 201, keysize= 0, flags= 0x4
return status is IKMP_NO_ERROR
)debug";

TEST_F(Ikev1Transcript, Firewall) {
  negotiate();
  expect_same(masked(right, right.log.watch(DebugForm::kPix, {"isakmp", "ipsec"})),
              lines_of(kFirewall));
}

}  // namespace
}  // namespace spa::exchange
