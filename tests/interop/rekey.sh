#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# CREATE_CHILD_SA of both kinds against strongSwan, both directions (RFC 7296 1.3, 2.8, 2.18): traffic goes on and the
# SPIs are new.
. "$(dirname "$0")/lib.sh"

nodes
# The least that the router's language allows; ten thousand large pings outlive it.
crypto_map_lines=" set security-association lifetime kilobytes 2560"
router_psk cisco123
swan_psk peer cisco123
up
check "the tunnel comes up" traffic_brings_it_up

# The peer's counters are summed over its CHILD SAs: an old one that leaves would take its share along.
one_child() { [ "$(swan peer --list-sas --raw | grep -oE 'spi-in=' | wc -l)" = 1 ]; }

before=$(peer_spi in)
check "the peer rekeys the CHILD SA" swan peer --rekey --child net
new_child() { [ -n "$(peer_spi in)" ] && [ "$(peer_spi in)" != "$before" ]; }
check "the peer sees a new SPI" await 10 new_child
check "the old one leaves" await 15 one_child
check "the new CHILD SA carries" tunnel_carries router 1.1.1.1 192.168.4.1

ike_spi() { swan peer --list-sas --raw | grep -oE 'initiator-spi=[0-9a-f]+' | tail -n 1; }
before_ike=$(ike_spi)
check "the peer rekeys the IKE SA" swan peer --rekey --ike tunnel
new_ike() { [ "$(ike_spi)" != "$before_ike" ]; }
check "the peer sees a new IKE SPI" await 10 new_ike
check "the CHILD SA lives on below the new IKE SA" tunnel_carries peer 192.168.4.1 1.1.1.1

before=$(peer_spi in)
flood() { in_node router ping -q -f -s 1300 -c 2500 -I 1.1.1.1 192.168.4.1; }
check "the router's volume lifetime is used up" flood
check "the router has rekeyed the CHILD SA" await 15 new_child
check "the old one is deleted" await 15 one_child
check "and the new one carries" tunnel_carries router 1.1.1.1 192.168.4.1
finish
