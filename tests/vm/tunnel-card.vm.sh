#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.1 --pcap --timeout 600
# vm: --kernel 6.12 --pcap --timeout 600
# vm-debug: 346
# Our daemon, the driver and the card against strongSwan with kernel ESP: traffic brings the tunnel up, its SAs lie in
# the card, every counter agrees, the wire holds nothing in the clear. With the card taken out of the configuration
# the same tunnel runs in the kernel's software.
set -euo pipefail
. "$SPA_ROOT/tools/lib/peers.sh"
. "$SPA_ROOT/tools/lib/cases.sh"
. "$SPA_ROOT/tools/lib/router.sh"
work=$(mktemp -d)
keep_logs() {
    peers_cleanup
    cp "$work"/*/*.log /out/ 2>/dev/null || true
}
trap keep_logs EXIT
pings=8

insmod "$SPA_MODULE"
node router
node peer
own_device router spa0 172.16.172.39/24 172.16.172.34
own_device peer "$SPA_WIRE_NIC" 172.16.172.34/24 172.16.172.39
inside router 1.1.1.1/24
inside peer 192.168.4.1/24

router_device=spa0 router_psk cisco123
swan_psk peer cisco123
swan_start peer kernel
iked_start router kernel
check "traffic that matches the crypto ACL brings the tunnel up" traffic_brings_it_up
check "both SAs lie in the card" equal 2 "$(offloaded)"
check "ping from the router's side" ping_in router 1.1.1.1 192.168.4.1 $pings
check "ping from the peer's side" ping_in peer 192.168.4.1 1.1.1.1 $pings
sent=$(card_counter drv_tx_esp) received=$(card_counter drv_rx_esp_ok)
check "the card has sent the packets as ESP" at_least $((2 * pings)) "$sent"
check "the card has verified the packets" at_least $((2 * pings)) "$received"
check "kernel and card agree on what went out" equal "$sent" "$(kernel_packets 172.16.172.39)"
check "kernel and card agree on what came in" equal "$received" "$(kernel_packets 172.16.172.34)"
check "show crypto ipsec sa and card agree on encaps" equal "$sent" "$(router_counts encaps)"
check "show crypto ipsec sa and card agree on decaps" equal "$received" "$(router_counts decaps)"
check "strongSwan and card agree on what the router sent" equal "$sent" "$(swan_packets peer in)"
check "strongSwan and card agree on what the peer sent" equal "$received" "$(swan_packets peer out)"
check "show crypto engine connections active names the card" has spa0 tool router show crypto engine connections active
# R-ENG-11
check "show crypto eli: the card is active with both SAs, and how many it takes" has "2 active, 16384 max" tool router show crypto eli
check "show crypto engine accelerator statistic and card agree on ESP" has "IPSec Packets............: $sent" \
    tool router show crypto engine accelerator statistic
check "no packet is on the wire in the clear" equal 0 "$(wire_opens /out/card0.pcap 'icmp && !esp')"
check "all ESP on the wire opens to what was sent" equal $((sent + received)) "$(wire_opens /out/card0.pcap 'esp && icmp')"
tool router clear crypto session >/dev/null
check "clear crypto session takes the SAs out of the card" await 20 eval '[ "$(offloaded)" = 0 ]'
check "the daemon ends cleanly" stop router iked
stop peer charon || true

# The same wire, but the router's address moves to a plain device.
in_node router ip addr flush dev spa0
in_node router ip link set spa0 down
in_node peer ip link set "$SPA_WIRE_NIC" down
in_node peer ip addr flush dev "$SPA_WIRE_NIC"
link router 172.16.172.39/24 peer 172.16.172.34/24
router_psk cisco123
swan_start peer kernel
iked_start router kernel
check "without the card: traffic brings the tunnel up" traffic_brings_it_up
check "without the card: no SA is offloaded" equal 0 "$(offloaded)"
check "without the card: it carries from the router's side" tunnel_carries router 1.1.1.1 192.168.4.1
check "without the card: it carries from the peer's side" tunnel_carries peer 192.168.4.1 1.1.1.1
finish
