#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.1 --pcap --timeout 600
# vm: --kernel 6.12 --pcap --timeout 600
# vm-debug: 141
# A foreign daemon uses the card: strongSwan programs its SAs into it (hw_offload = yes), against another strongSwan
# with kernel ESP on a plain NIC of the same wire. The counters of the card, of the kernel and of both daemons agree,
# and what is on the wire is ESP that opens, with the SA's keys, to the packets that were sent.
set -euo pipefail
. "$SPA_ROOT/tools/lib/peers.sh"
. "$SPA_ROOT/tools/lib/cases.sh"
. "$SPA_ROOT/tools/lib/router.sh"
work=$(mktemp -d)
trap peers_cleanup EXIT
pings=8

insmod "$SPA_MODULE"
node router
node peer
own_device router spa0 172.16.172.39/24 172.16.172.34
own_device peer "$SPA_WIRE_NIC" 172.16.172.34/24 172.16.172.39
inside router 1.1.1.1/24
inside peer 192.168.4.1/24

child_lines="hw_offload = yes" swan_psk router cisco123
swan_psk peer cisco123
swan_start router kernel
swan_start peer kernel

check "the tunnel comes up" swan router --initiate --child net --timeout 90
check "both SAs lie in the card" equal 2 "$(offloaded)"
check "ping from behind the card" ping_in router 1.1.1.1 192.168.4.1 $pings
check "ping from behind the peer" ping_in peer 192.168.4.1 1.1.1.1 $pings
check "the card has sent every packet as ESP" equal $((2 * pings)) "$(card_counter drv_tx_esp)"
check "the card has verified every packet" equal $((2 * pings)) "$(card_counter drv_rx_esp_ok)"
for side in router peer; do
    check "$side: strongSwan counts what came in" equal $((2 * pings)) "$(swan_packets $side in)"
    check "$side: strongSwan counts what went out" equal $((2 * pings)) "$(swan_packets $side out)"
done

check "no packet is on the wire in the clear" equal 0 "$(wire_opens /out/card0.pcap 'icmp && !esp')"
check "all ESP on the wire opens to the pings and their answers" equal $((4 * pings)) \
    "$(wire_opens /out/card0.pcap 'esp && icmp')"
cp "$work"/*/*.log /out/ 2>/dev/null || true
finish
