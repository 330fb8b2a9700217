#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.1 --pcap
# vm: --kernel 6.12 --pcap
# A foreign daemon uses the card: strongSwan programs its SAs into it (hw_offload = yes), against another strongSwan
# with kernel ESP on a plain NIC of the same wire. The counters of the card, of the kernel and of both daemons agree,
# and what is on the wire is ESP that opens, with the SA's keys, to the packets that were sent.
set -euo pipefail
. "$SPA_ROOT/tools/lib/peers.sh"
. "$SPA_ROOT/tools/lib/cases.sh"
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

card_counter() { in_node router ethtool -S spa0 | awk -v c="$1:" '$1 == c { print $2 }'; }

check "the tunnel comes up" swan router --initiate --child net --timeout 30
offloaded() { in_node router ip xfrm state | grep -c 'crypto offload parameters: dev spa0'; }
check "both SAs lie in the card" equal 2 "$(offloaded)"
check "ping from behind the card" ping_in router 1.1.1.1 192.168.4.1 $pings
check "ping from behind the peer" ping_in peer 192.168.4.1 1.1.1.1 $pings
check "the card has sent every packet as ESP" equal $((2 * pings)) "$(card_counter drv_tx_esp)"
check "the card has verified every packet" equal $((2 * pings)) "$(card_counter drv_rx_esp_ok)"
for side in router peer; do
    check "$side: strongSwan counts what came in" equal $((2 * pings)) "$(swan_packets $side in)"
    check "$side: strongSwan counts what went out" equal $((2 * pings)) "$(swan_packets $side out)"
done

# The card records its wire. One line per SA for Wireshark's table: addresses, SPI, cipher and key with salt.
mkdir -p "$work/wireshark"
in_node router ip xfrm state | awk '
    /^src/       { src = $2; dst = $4 }
    /proto esp/  { spi = $4 }
    /aead/       { printf "\"IPv4\",\"%s\",\"%s\",\"%s\",\"AES-GCM with 16 octet ICV [RFC4106]\",\"%s\",\"NULL\",\"\"\n", src, dst, spi, $3 }
' >"$work/wireshark/esp_sa"
decrypted() {
    WIRESHARK_CONFIG_DIR=$work/wireshark tshark -n -r /out/card0.pcap -o esp.enable_encryption_decode:TRUE -Y "$1" \
        2>"$work/tshark.log" | wc -l
}
check "no packet is on the wire in the clear" equal 0 "$(decrypted 'icmp && !esp')"
check "all ESP on the wire opens to the pings and their answers" equal $((4 * pings)) "$(decrypted 'esp && icmp')"
cp "$work"/*/*.log /out/ 2>/dev/null || true
finish
