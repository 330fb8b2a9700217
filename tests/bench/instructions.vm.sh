#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Guest instructions per packet: the kernel's own ESP, and two cards back to back in crypto and in packet mode. QEMU
# counts every instruction of the guest (tools/vm --icount), so the figures do not depend on how fast or busy the machine
# is. Each is the difference of a long and a short run, divided by the packets between them: starting programs and waiting
# cancel out. Sending is measured with nobody at the other end; receiving is what both ends take, less sending, by the
# packets that arrived.
# tools/bench runs it: it tests nothing beyond its own premises.
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

short=200 long=2200 instructions=0 arrived=0 port=4999
gcm="aead rfc4106(gcm(aes)) $(key 20) 128"
cbc="enc cbc(aes) $(key 16) auth-trunc hmac(sha256) $(key 32) 128"

# icount: how many instructions the guest has executed.
icount() {
    local line
    echo '{"execute":"query-replay"}' >&5
    while read -r -t 60 line <&5; do
        case $line in
            *'"icount": '*)
                line=${line#*\"icount\": }
                echo "${line%%[!0-9]*}"
                return
                ;;
        esac
    done
    echo "QEMU's monitor does not answer" >&2
    exit 1
}

# run COUNT OCTETS: sends, waits for the cards to be done. Sets instructions and arrived.
run() {
    local instructions_before arrived_before
    arrived_before=$(received)
    instructions_before=$(icount)
    router "$tools/spa-datagrams" send $PI4 $port "$@" || return 1
    sleep 1
    instructions=$(($(icount) - instructions_before))
    arrived=$(($(received) - arrived_before))
}

# long_less_short OCTETS: sets instructions and arrived to what the packets took that the long run had more.
long_less_short() {
    local few few_arrived
    run $short "$1"
    run $short "$1"
    few=$instructions few_arrived=$arrived
    run $long "$1"
    instructions=$((instructions - few)) arrived=$((arrived - few_arrived))
}

# rules SIDE OFFLOAD-DEVICE-OR-NONE ALGORITHM...: tunnel mode between the two inner addresses, for ip -batch.
rules() {
    local side=$1 device=$2 to=out from=in offload_to='' offload_from='' tunnel="proto esp reqid 1 mode tunnel"
    shift 2
    [ "$side" = router ] || { to=in from=out; }
    [ -z "$device" ] || { offload_to="offload dev $device dir $to" offload_from="offload dev $device dir $from"; }
    cat <<END
xfrm policy add src $RI4 dst $PI4 dir $to tmpl src $R4 dst $P4 $tunnel
xfrm policy add src $PI4 dst $RI4 dir $from tmpl src $P4 dst $R4 $tunnel
xfrm state add src $R4 dst $P4 spi 0x1001 $tunnel replay-window 64 $* $offload_to
xfrm state add src $P4 dst $R4 spi 0x1002 $tunnel replay-window 64 $* $offload_from
END
}

by_ip() { # DEVICE-OF-ROUTER DEVICE-OF-PEER ALGORITHM...
    rules router "$1" "${@:3}" >/run/rules-router
    rules peer "$2" "${@:3}" >/run/rules-peer
    ip -n router -batch /run/rules-router && ip -n peer -batch /run/rules-peer
}

# in_packet_mode SIDE DEVICE OUT IN: Debian 12's iproute2 has no word for it.
in_packet_mode() {
    local xfrm="ip netns exec $1 $tools/spa-xfrm" key
    key=$(key 20)
    $xfrm state "$2" "$3" $R4 $P4 0x1001 1 "${key#0x}" tunnel window 64 &&
        $xfrm state "$2" "$4" $P4 $R4 0x1002 1 "${key#0x}" tunnel window 64 &&
        $xfrm policy "$2" "$3" $RI4/32 $PI4/32 1 1 tunnel $R4 $P4 &&
        $xfrm policy "$2" "$4" $PI4/32 $RI4/32 1 1 tunnel $P4 $R4
}

# protect METHOD ALGORITHM...
protect() {
    clear_security
    case $1 in
        plain) ;;
        kernel) check "$1: both sides take the SAs" by_ip '' '' "${@:2}" ;;
        crypto) check "$1: both sides take the SAs" by_ip spa0 spa1 "${@:2}" ;;
        packet) check "$1: both sides take the SAs" \
            eval 'in_packet_mode router spa0 out in && in_packet_mode peer spa1 in out' ;;
    esac
}

# measure NAME METHOD OCTETS ALGORITHM...: one line of the table.
measure() {
    local name=$1 method=$2 octets=$3 sending sealed
    shift 3
    ip -n peer link set spa1 down
    protect "$method" "$@"
    long_less_short "$octets"
    sending=$instructions
    ip -n peer link set spa1 up
    check "$name: the link comes up" within 20 links_up
    # The peer's interface lost its neighbours and routes with the link.
    dress_peer
    sealed=$(card_stat tx_esp_ok)
    long_less_short "$octets"
    # The cable between the cards drops what comes too fast; what was dropped cost nobody anything.
    check "$name: enough packets have arrived" at_least $(((long - short) / 10)) $arrived
    [ "$method" = plain ] || [ "$method" = kernel ] ||
        check "$name: the card has sealed every packet" equal $((2 * short + long)) $(($(card_stat tx_esp_ok) - sealed))
    printf '%s\t%s\t%s\t%s\n' "$name" "$octets" $((sending / (long - short))) \
        $(((instructions - sending) / (arrived > 0 ? arrived : 1))) >>/run/table
}

received() { peer cat /sys/class/net/spa1/statistics/rx_packets; }

links_up() { carrier && [ "$(peer cat /sys/class/net/spa1/carrier)" = 1 ]; }

dress_peer() {
    ip -n peer addr replace $P4/24 dev spa1
    ip -n peer route replace $RI4/32 via $R4 src $PI4
    ip -n peer neigh replace $R4 lladdr "$(router cat /sys/class/net/spa0/address)" dev spa1 nud permanent
}

exec 5<>"$SPA_MONITOR"
echo '{"execute":"qmp_capabilities"}' >&5
# The kernel's best: what udev would have loaded by the processor's name.
modprobe -qa aesni_intel ghash_clmulni_intel sha256_ssse3 || true
check "the driver takes both cards" load_driver
make_namespaces
ip -n peer link set "$SPA_WIRE_NIC" down
ip -n peer addr flush dev "$SPA_WIRE_NIC"
check "the first card's link comes up" attach_card
ip link set spa1 netns peer
# One processor sends all of a run before it looks at what has come.
check "the second card's ring holds a run" peer ethtool -G spa1 rx 2048
ip -n peer link set spa1 up
dress_peer
ip -n router neigh replace $P4 lladdr "$(peer cat /sys/class/net/spa1/address)" dev spa0 nud permanent
peer "$tools/spa-datagrams" sink $port &

: >/run/table
for octets in 64 1420; do
    measure "no ESP" plain $octets
    measure "GCM-128, kernel" kernel $octets $gcm
    measure "GCM-128, card, crypto mode" crypto $octets $gcm
    measure "GCM-128, card, packet mode" packet $octets $gcm
    measure "CBC-128 SHA-256, kernel" kernel $octets $cbc
    measure "CBC-128 SHA-256, card, crypto mode" crypto $octets $cbc
done

clear_security
echo "# The kernel's AES-GCM: $(awk '/^name/ && $3 ~ /gcm\(aes\)/ { gcm = 1 } /^driver/ && gcm { print $3; exit }' /proc/crypto)"
# Ratios to the kernel's ESP of the same algorithm and size: the line above with "kernel".
awk -F'\t' '
    BEGIN { printf "# %-36s %6s %9s %9s %9s %9s\n", "guest instructions per packet", "octets", "send", "receive", "ratio", "ratio" }
    { split($1, n, ","); key = n[1] $2
      if ($1 ~ /kernel$/) { send[key] = $3; receive[key] = $4 }
      rs = rr = "-"
      if ($1 ~ /card/) { rs = sprintf("%.2f", $3 / send[key]); rr = sprintf("%.2f", $4 / receive[key]) }
      printf "# %-36s %6s %9d %9d %9s %9s\n", $1, $2, $3, $4, rs, rr }' /run/table
finish
