#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Pre-shared keys against strongSwan, both roles (RFC 7296 1.2, 2.15), the soft data plane against kernel-libipsec.
. "$(dirname "$0")/lib.sh"

nodes
router_psk cisco123
swan_psk peer cisco123
up

check "initiator: traffic that matches the crypto ACL brings the tunnel up" traffic_brings_it_up
check "initiator: ping, and ESP is counted at both ends" tunnel_carries router 1.1.1.1 192.168.4.1
check "ping from the peer's side" tunnel_carries peer 192.168.4.1 1.1.1.1
check "show crypto ikev2 sa: READY" has READY tool router show crypto ikev2 sa
check "show crypto ipsec sa counts encaps" at_least 10 "$(router_counts encaps)"
check "show crypto ipsec sa counts decaps" at_least 10 "$(router_counts decaps)"
tool router clear crypto session >/dev/null
check "clear crypto session ends it at the peer too" await 10 not_established

check "responder: strongSwan initiates" swan peer --initiate --child net --timeout 20
check "responder: ping, and ESP is counted at both ends" tunnel_carries peer 192.168.4.1 1.1.1.1
# R-ENG-11
check "show crypto eli names the in-process card" has "(in process)" tool router show crypto eli
check "responder: show crypto ikev2 sa: READY" has READY tool router show crypto ikev2 sa
swan peer --terminate --ike tunnel >/dev/null
no_sa() { ! tool router show crypto ikev2 sa | grep -q READY; }
check "a delete from the peer is obeyed" await 10 no_sa
check "the daemon ends cleanly" stop router iked
finish
