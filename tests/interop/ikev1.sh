#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# IKEv1 against strongSwan, both roles: main mode with pre-shared keys and with RSA signatures, aggressive mode with
# pre-shared keys (RFC 2409 5.1, 5.4, 5.5; RFC 3947 in every case, because strongSwan's data plane in user space
# speaks ESP in UDP only). The soft data plane against kernel-libipsec, with ping and the counters of both ends.
. "$(dirname "$0")/lib.sh"

export ike_proposals=aes256-sha256-modp2048
export esp_proposals=aes256gcm16

# router_v1 AUTHENTICATION LINES: the startup-config of a router that speaks IKEv1.
router_v1() { router_isakmp "$2" " authentication $1"$'\n group 14\n lifetime 3600'; }

# swan_v1: what swan_psk and swan_certificates wrote, as IKEv1.
swan_v1() { sed -i 's/version = 2/version = 1/' "$work/peer/swanctl/swanctl.conf"; }

qm_idle() { tool router show crypto isakmp sa | grep QM_IDLE >/dev/null; }
no_sa() { ! qm_idle; }

# both_roles NAME: the tunnel comes up from either side, and carries.
both_roles() {
    check "$1, initiator: traffic brings the tunnel up" traffic_brings_it_up
    check "$1, initiator: ping, and ESP is counted at both ends" tunnel_carries router 1.1.1.1 192.168.4.1
    check "$1: ping from the peer's side" tunnel_carries peer 192.168.4.1 1.1.1.1
    check "$1: show crypto isakmp sa: QM_IDLE" qm_idle
    check "$1: show crypto ipsec sa counts encaps" at_least 10 "$(router_counts encaps)"
    check "$1: show crypto ipsec sa counts decaps" at_least 10 "$(router_counts decaps)"
    tool router clear crypto session >/dev/null
    check "$1: clear crypto session ends it at the peer too" await 10 not_established
    check "$1, responder: strongSwan initiates" swan peer --initiate --child net --timeout 20
    check "$1, responder: ping, and ESP is counted at both ends" tunnel_carries peer 192.168.4.1 1.1.1.1
    before=$(peer_spi in)
    check "$1: the peer rekeys the pair" swan peer --rekey --child net
    new_child() { [ -n "$(peer_spi in)" ] && [ "$(peer_spi in)" != "$before" ]; }
    check "$1: the peer sees a new SPI" await 10 new_child
    check "$1: the new pair carries" ping_in router 1.1.1.1 192.168.4.1 5
    swan peer --terminate --ike tunnel >/dev/null
    check "$1: a delete from the peer is obeyed" await 10 no_sa
}

# again: both daemons with what is configured now.
again() {
    stop peer charon || true
    stop router iked || true
    up
}

nodes
router_v1 pre-share "crypto isakmp key cisco123 address 172.16.172.34"
swan_psk peer cisco123
swan_v1
up
# R-POL-3: IKE is on as soon as a crypto map is bound, and says so.
is_on() { tool router show logging | grep -F '%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON' >/dev/null; }
check "the log says that ISAKMP is on" await 10 is_on
both_roles "main mode, pre-shared key"

export connection_lines="aggressive = yes"
export charon_lines="i_dont_care_about_security_and_use_aggressive_mode_psk = yes"
export crypto_map_lines=" set isakmp-profile AGGRESSIVE"
router_v1 pre-share "crypto keyring KEYS
 pre-shared-key address 172.16.172.34 key cisco123
!
crypto isakmp profile AGGRESSIVE
 match identity address 172.16.172.34 255.255.255.255
 keyring KEYS
 initiate mode aggressive"
swan_psk peer cisco123
swan_v1
again
both_roles "aggressive mode, pre-shared key"

export connection_lines="" crypto_map_lines=""
pki_ca "$work/ca" "Lab CA"
pki_issue "$work/ca" router 172.16.172.39
pki_issue "$work/ca" peer 172.16.172.34
pki_pkcs12 "$work/ca" router secret99 "$work/router.p12"
cp "$work/ca/crl.pem" "$work/crls.pem"
router_v1 rsa-sig "crypto pki trustpoint LAB
 revocation-check crl
 crl query file://$work/crls.pem
!
crypto isakmp identity dn"
swan_certificates peer "$work/ca" peer "O=Example, CN=router"
swan_v1
again
check "crypto pki import pkcs12" tool router crypto pki import LAB pkcs12 "$work/router.p12" password secret99
both_roles "main mode, RSA signatures"
check "the daemon ends cleanly" stop router iked
finish
