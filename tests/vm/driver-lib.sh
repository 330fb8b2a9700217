# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the driver's guest scripts share: the card in namespace "router", the plain NIC of the same wire in namespace
# "peer", security associations between them (offloaded on the router's side, kernel software on the peer's), TAP.

R4=10.9.0.1 P4=10.9.0.2 R6=fd09::1 P6=fd09::2     # on the wire
RI4=10.1.1.1 PI4=10.2.2.1 RI6=fd01::1 PI6=fd02::1 # behind the tunnels
tools=$SPA_ROOT/build/tests
. "$SPA_ROOT/tools/lib/cases.sh"

# within SECONDS COMMAND...: the command comes true in time. On a machine so slow that it takes long to ask, it is asked
# a few times all the same.
within() {
    local tries=10 until=$((SECONDS + $1))
    while [ $SECONDS -lt $until ] || [ $((tries--)) -gt 0 ]; do
        "${@:2}" && return 0
        sleep 0.1
    done
    echo "not within $1 s: ${*:2}"
    return 1
}

router() { ip netns exec router "$@"; }
peer() { ip netns exec peer "$@"; }

# fault CARD WORD...: the words of spa-fault to a card, 0 being the first: fault 0 set hang, fault 0 clear.
fault() {
    local port=SPA_CONTROL$1 reply
    exec 7<>"${!port}"
    echo "${*:2}" >&7
    read -r -t 30 reply <&7 || reply="-no answer"
    exec 7>&-
    [ "${reply:0:1}" = + ] || { echo "${*:2}: ${reply:1}"; return 1; }
}

load_driver() { insmod "$SPA_MODULE"; }

# Where the card sits on the PCI bus, while the driver has it.
slot() { basename /sys/bus/pci/drivers/spa/0000:*; }
# By the bus, as others may do it; the driver is told, and brings everything back. (devlink does nothing to a card that is
# healthy.)
reset_card() {
    local before
    before=$(dmesg | grep -c 'the card runs again')
    echo 1 >"/sys/bus/pci/devices/$(slot)/reset" && [ "$(dmesg | grep -c 'the card runs again')" -gt "$before" ]
}
card_is_there() { ip link show spa0 >/dev/null 2>&1; }
card_is_gone() { [ ! -e /dev/spa0 ] && ! router ip link show spa0 >/dev/null 2>&1 && ! card_is_there; }

# first_ping ADDRESS: waits until one comes back.
first_ping() { router ping -q -c 1 -i 0.2 -w 60 "$1"; }

# card_stat NAME: one counter of ethtool -S.
card_stat() { router ethtool -S spa0 | awk -v name="$1:" '$1 == name { print $2 }'; }
stat_is() { [ "$(card_stat "$1")" = "$2" ]; }
stat_above() { [ "$(card_stat "$1")" -gt "$2" ]; }

make_namespaces() {
    ip netns add router
    ip netns add peer
    ip -n router link set lo up
    ip -n peer link set lo up
    ip link set "$SPA_WIRE_NIC" netns peer
    for ns in router peer; do
        ip netns exec "$ns" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0
    done
    ip -n peer addr add $P4/24 dev "$SPA_WIRE_NIC"
    ip -n peer addr add $P6/64 dev "$SPA_WIRE_NIC" nodad
    ip -n peer link set "$SPA_WIRE_NIC" up
    ip -n peer addr add $PI4/32 dev lo
    ip -n peer addr add $PI6/128 dev lo
    ip -n router addr add $RI4/32 dev lo
    ip -n router addr add $RI6/128 dev lo
    ip -n peer route add $RI4/32 via $R4 src $PI4
    ip -n peer -6 route add $RI6/128 via $R6 src $PI6
}

# After the driver was loaded: the card's interface into its namespace, with addresses.
attach_card() {
    local mac
    ip link set spa0 netns router
    router sysctl -qw net.ipv6.conf.spa0.accept_dad=0
    ip -n router addr add $R4/24 dev spa0
    ip -n router addr add $R6/64 dev spa0 nodad
    bring_card_up
}

bring_card_up() {
    ip -n router link set spa0 up || return 1
    within 20 carrier || return 1
    ip -n router addr replace $R6/64 dev spa0 nodad
    ip -n router route replace $PI4/32 via $P4 src $RI4
    ip -n router -6 route replace $PI6/128 via $P6 src $RI6
    # Neighbour solicitations would match the policies of transport mode.
    mac=$(router cat /sys/class/net/spa0/address)
    ip -n peer -6 neigh replace $R6 lladdr "$mac" dev "$SPA_WIRE_NIC" nud permanent
    mac=$(peer cat "/sys/class/net/$SPA_WIRE_NIC/address")
    ip -n router -6 neigh replace $P6 lladdr "$mac" dev spa0 nud permanent
}

carrier() { [ "$(router cat /sys/class/net/spa0/carrier 2>/dev/null)" = 1 ]; }

# key OCTETS: as hexadecimal, always the same.
key() {
    local i out=0x octet
    for ((i = 1; i <= $1; i++)); do
        printf -v octet '%02x' $((i * 37 % 256))
        out+=$octet
    done
    echo "$out"
}

# wire_addresses 4|6, inner_addresses 4|6: sets a (router) and b (peer).
wire_addresses() { if [ "$1" = 4 ]; then a=$R4 b=$P4; else a=$R6 b=$P6; fi; }
inner_addresses() { if [ "$1" = 4 ]; then a=$RI4 b=$PI4; else a=$RI6 b=$PI6; fi; }

# secure MODE OUTER INNER STATE-ARGUMENT...: policies and states for one pair of SAs, the router's in the card. One batch
# a side: a guest starts processes slowly.
secure() {
    local mode=$1 a b sa sb policy="xfrm policy add" state="xfrm state add" rest="proto esp mode $1"
    wire_addresses "$2"
    sa=$a sb=$b
    [ "$mode" = transport ] || inner_addresses "$3"
    shift 3
    ip -n router -batch - <<END && ip -n peer -batch - <<END2
$policy src $a dst $b dir out tmpl src $sa dst $sb $rest
$policy src $b dst $a dir in tmpl src $sb dst $sa $rest
$state src $sa dst $sb spi 0x1001 $rest $* offload dev spa0 dir out
$state src $sb dst $sa spi 0x1002 $rest $* offload dev spa0 dir in
END
$policy src $a dst $b dir in tmpl src $sa dst $sb $rest
$policy src $b dst $a dir out tmpl src $sb dst $sa $rest
$state src $sa dst $sb spi 0x1001 $rest $*
$state src $sb dst $sa spi 0x1002 $rest $*
END2
}

clear_security() {
    local ns
    for ns in router peer; do
        printf 'xfrm policy flush\nxfrm state flush\n' | ip -n $ns -batch -
    done
}

# Everything that counts packets of the two SAs, in one line: card in, card out; router's states in, out; peer's in, out.
# A guest starts processes slowly, so each side is asked once.
counts() {
    router ethtool -S spa0 | awk '$1 == "rx_esp_ok:" || $1 == "tx_esp_ok:" { printf "%s ", $2 }'
    ip -n router -s xfrm state | awk "$sum_packets" first=0x00001002 second=0x00001001
    ip -n peer -s xfrm state | awk "$sum_packets" first=0x00001001 second=0x00001002
}
# shellcheck disable=SC2016 # awk's own variables
sum_packets='$2 == "esp" { spi = substr($4, 1, 10) }
    /\(bytes\), [0-9]+\(packets\)/ { sub(/\(packets\).*/, "", $2); n[spi] = $2 + 0 }
    END { printf "%d %d ", n[first], n[second] }'

# counted N CARD-IN CARD-OUT ...: since counts() said so, N packets each way, and everybody agrees.
counted() {
    local now got=() want
    read -ra now < <(counts)
    got=($((now[0] - $2)) $((now[1] - $3)) "${now[@]:2}")
    want="$1 $1 $1 $1 $1 $1"
    [ "${got[*]}" = "$want" ] || { echo "card in out, router in out, peer in out: ${got[*]}, expected $want"; return 1; }
}

# shellcheck disable=SC2016 # awk's own variables
xfrm_errors() { for ns in router peer; do ip netns exec $ns awk '$2 != 0' /proc/net/xfrm_stat; done; }

# protected NAME TARGET SECURE-ARGUMENT...: pings through a pair of SAs; card and both kernels count the same.
protected() {
    local name=$1 target=$2 before errors
    shift 2
    errors=$(xfrm_errors)
    read -ra before < <(counts)
    check "$name: the SAs are taken" secure "$@"
    check "$name: ping" router ping -q -c 8 -i 0.05 -W 10 "$target"
    check "$name: all counters agree" counted 8 "${before[@]:0:2}"
    check "$name: no XFRM error" [ "$(xfrm_errors)" = "$errors" ]
}

# flow DIRECTION HOST OCTETS: one TCP connection, every octet checked. DIRECTION: up (router sends) or down.
flow() {
    local from=router to=peer pid
    [ "$1" = up ] || { from=peer; to=router; }
    ip netns exec $to "$tools/spa-flow" receive 5201 "$3" &
    pid=$!
    within 20 listening $to || return 1
    ip netns exec $from timeout 240 "$tools/spa-flow" send "$2" 5201 "$3" && wait $pid
}
listening() { ip netns exec "$1" grep -qi ':1451 .* 0A ' /proc/net/tcp6; }
