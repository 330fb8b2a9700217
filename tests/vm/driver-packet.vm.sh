#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Packet mode: policies and states that lie in the card whole, against the kernel's own ESP on the other side. What the
# card enforces (selectors, replay, lifetimes), what passes it by (IKE), what the kernel hears of it, and a reset.
# Debian 12's iproute2 does not know "offload packet", so spa-xfrm tells the kernel; it is there from 6.2 on.
# vm: --kernel 6.12 --timeout 600
# vm-debug: 469
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

KEY=$(key 20)
read -ra algorithm <<<"aead rfc4106(gcm(aes)) $KEY 128"
REQID=7
LAN=10.1.2.2

# card_xfrm ARGUMENT...: one state or policy of the router, in the card.
card_xfrm() { router "$tools/spa-xfrm" "$1" spa0 "${@:2}"; }

# protect MODE OUTER INNER [CARD-OPTION...] [-- PEER-OPTION...]: as secure() of driver-lib, but whole in the card.
protect() {
    local mode=$1 a b sa sb bits ours=() rest="proto esp mode $1"
    wire_addresses "$2"
    sa=$a sb=$b
    [ "$mode" = transport ] || inner_addresses "$3"
    bits=32
    [[ $a != *:* ]] || bits=128
    shift 3
    while [ $# -gt 0 ] && [ "$1" != -- ]; do ours+=("$1"); shift; done
    shift || true
    [ "$mode" = transport ] || set -- "$@" flag af-unspec
    card_xfrm state out $sa $sb 0x1001 $REQID "$KEY" "$mode" "${ours[@]}" &&
        card_xfrm state in $sb $sa 0x1002 $REQID "$KEY" "$mode" "${ours[@]}" &&
        card_xfrm policy out $a/$bits $b/$bits 100 $REQID "$mode" $sa $sb &&
        card_xfrm policy in $b/$bits $a/$bits 100 $REQID "$mode" $sb $sa &&
        ip -n peer -batch - <<END
xfrm policy add src $a dst $b dir in tmpl src $sa dst $sb $rest
xfrm policy add src $b dst $a dir out tmpl src $sb dst $sa $rest
xfrm state add src $sa dst $sb spi 0x1001 $rest ${algorithm[*]} replay-window 64 $*
xfrm state add src $sb dst $sa spi 0x1002 $rest ${algorithm[*]} replay-window 64 $*
END
}

# packets_agree N CARD-OUT CARD-IN: since the card's counters said so, N each way, in the card, in the router's states
# and in the peer's. The kernel's numbers of a state in the card are those of the last question, so it is asked again.
packets_agree() {
    local now want="$1 $1 $1 $1 $1 $1"
    now="$(($(card_stat tx_packet_protected) - $2)) $(($(card_stat rx_packet_ok) - $3))"
    now+=" $(ip -n router -s xfrm state | awk "$sum_packets" first=0x00001002 second=0x00001001)"
    now+="$(ip -n peer -s xfrm state | awk "$sum_packets" first=0x00001001 second=0x00001002)"
    now=${now% }
    [ "$now" = "$want" ] || { echo "card out in, router in out, peer in out: $now, expected $want"; return 1; }
}

# one NAME TARGET PROTECT-ARGUMENT...
one() {
    local name=$1 target=$2 out in errors
    shift 2
    errors=$(xfrm_errors)
    out=$(card_stat tx_packet_protected) in=$(card_stat rx_packet_ok)
    check "$name: states and policies are taken" protect "$@"
    check "$name: ping" router ping -q -c 8 -i 0.05 -W 10 "$target"
    check "$name: all counters agree" within 1 packets_agree 8 "$out" "$in"
    check "$name: no XFRM error" [ "$(xfrm_errors)" = "$errors" ]
    clear_security
}

modes() {
    one "tunnel IPv4" $PI4 tunnel 4 4
    one "tunnel IPv6" $PI6 tunnel 6 6
    one "transport IPv4" $P4 transport 4 4
    one "transport IPv6" $P6 transport 6 6
    # RFC 4303 2.2.1: over the end of the lower half, both ways; the numbers are the card's.
    one "ESN over the epoch" $PI4 tunnel 4 4 esn seq 0xfffffffb -- flag esn replay-oseq 0xfffffffb replay-seq 0xfffffffb
}

# RFC 3948: the kernel leaves the UDP header to the card.
nat_traversal() {
    local socket
    peer "$tools/spa-flow" espinudp 4500 >/run/espinudp &
    socket=$!
    within 20 bound_4500
    one "tunnel IPv4 in UDP" $PI4 tunnel 4 4 encap 4500 -- encap espinudp 4500 4500 0.0.0.0
    kill $socket
    check "IPv6 in UDP is refused, with the reason" has 'in UDP over IPv4 only' \
        card_xfrm state out $R6 $P6 0x1001 $REQID "$KEY" tunnel encap 4500
}
bound_4500() { peer grep -qi ':1194 ' /proc/net/udp /proc/net/udp6; }

# A host behind the router: what the kernel forwards comes to the driver by another way than what it sends itself.
make_lan() {
    ip netns add lan
    ip -n router link add lan0 type veth peer name eth0 netns lan
    printf 'addr add 10.1.2.1/24 dev lan0\nlink set lan0 up\n' | ip -n router -batch -
    printf 'addr add %s/24 dev eth0\nlink set eth0 up\nroute add default via 10.1.2.1\n' $LAN | ip -n lan -batch -
    ip -n peer route add 10.1.2.0/24 via $R4 src $PI4
    router sysctl -qw net.ipv4.ip_forward=1
}

# lan_tunnel: the same tunnel for the host behind the router, and for all of 10.2/16 on the other side.
lan_tunnel() {
    card_xfrm policy out $LAN/32 $PI4/32 100 $REQID tunnel $R4 $P4 && card_xfrm policy in $PI4/32 $LAN/32 100 $REQID tunnel $P4 $R4 &&
        ip -n peer -batch - <<END
xfrm policy add src $LAN dst $PI4 dir in tmpl src $R4 dst $P4 proto esp mode tunnel
xfrm policy add src $PI4 dst $LAN dir out tmpl src $P4 dst $R4 proto esp mode tunnel
END
}

# lan_flow OCTETS: one TCP connection from the host behind the router to the peer.
lan_flow() {
    local pid
    peer "$tools/spa-flow" receive 5201 "$1" &
    pid=$!
    within 20 listening peer || return 1
    ip netns exec lan timeout 100 "$tools/spa-flow" send $PI4 5201 "$1" && wait $pid
}

streams() {
    local cut
    protect tunnel 4 4
    cut=$(card_stat tx_tso_frames)
    check "TCP out, in super-frames that the card cuts and protects" flow up $PI4 2000000
    check "the card has cut them" stat_above tx_tso_frames $((cut + 5))
    check "TCP in" flow down $RI4 1000000
    check "a host behind the router: policies are taken" lan_tunnel
    check "it is forwarded" ip netns exec lan ping -q -c 3 -i 0.1 -W 10 $PI4
    check "TCP from it" lan_flow 1000000
    check "nothing left the card in the clear that a policy protects" stat_is tx_packet_no_sa 0
}

# Goes on with the tunnel of streams().
enforcement() {
    local before
    before=$(card_stat rx_packet_selector)
    # Both ends of the peer's policy may do more than the card's.
    ip -n peer addr add 10.2.2.77/32 dev lo
    ip -n peer xfrm policy add src 10.2.2.77 dst $RI4 dir out tmpl src $P4 dst $R4 proto esp mode tunnel
    check "a packet in the tunnel that no policy wants is dropped" fails peer ping -q -c 3 -i 0.1 -W 1 -I 10.2.2.77 $RI4
    check "and counted" stat_is rx_packet_selector $((before + 3))
    before=$(card_stat rx_packet_blocked)
    ip -n peer xfrm policy delete src $PI4 dst $RI4 dir out
    check "a packet in the clear that should be protected is dropped" fails peer ping -q -c 3 -i 0.1 -W 1 -I $PI4 $RI4
    check "and counted" stat_is rx_packet_blocked $((before + 3))
    ip -n peer xfrm policy add src $PI4 dst $RI4 dir out tmpl src $P4 dst $R4 proto esp mode tunnel
    check "the tunnel goes on" router ping -q -c 3 -i 0.1 -W 10 $PI4

    before=$(card_stat rx_esp_replay)
    rewind_peer
    check "numbers that were there before are dropped by the card" fails peer ping -q -c 3 -i 0.1 -W 1 -I $PI4 $RI4
    check "and counted by it" stat_is rx_esp_replay $((before + 3))
    check "and by the kernel's state" within 2 replays_told 3
    clear_security
    check "a policy that names no SAs is refused, with the reason" \
        has 'it must not be 0' card_xfrm policy out $RI4/32 $PI4/32 100 0 tunnel $R4 $P4
}

# The peer's outbound numbers begin anew.
rewind_peer() {
    ip -n peer xfrm state delete src $P4 dst $R4 proto esp spi 0x1002
    ip -n peer xfrm state add src $P4 dst $R4 proto esp spi 0x1002 mode tunnel "${algorithm[@]}" replay-window 64 flag af-unspec
}
replays_told() { [ "$(ip -n router -s xfrm state list spi 0x1002 | awk '$3 == "replay" { print $4 }')" -ge "$1" ]; }

ike() {
    local before
    protect transport 4 4
    before=$(card_stat tx_packet_bypassed)
    # Its kernel has no exception for IKE; a daemon's socket has its own policy.
    ip -n peer xfrm policy flush
    check "IKE goes out past the policies" datagram router $P4 500 peer
    check "and in the card's book" stat_above tx_packet_bypassed "$before"
    check "and comes in past them, in the clear" datagram peer $R4 500 router
    before=$(card_stat rx_packet_blocked)
    check "what is not IKE does not" fails datagram peer $R4 501 router
    check "it was dropped by the card" stat_above rx_packet_blocked "$before"
    clear_security
}

# datagram FROM HOST PORT TO: one datagram reaches UDP on the other side, where nobody listens.
no_ports() { ip netns exec "$1" awk '$1 == "Udp:" && $2 ~ /^[0-9]/ { print $3 }' /proc/net/snmp; }
more_no_ports() { [ "$(no_ports "$1")" -gt "$2" ]; }
datagram() {
    local before
    before=$(no_ports "$4")
    # shellcheck disable=SC2016
    ip netns exec "$1" bash -c 'echo x >"/dev/udp/$1/$2"' datagram "$2" "$3"
    within 2 more_no_ports "$4" "$before"
}

lifetimes() {
    local monitor
    router ip -o xfrm monitor expire >/run/expire 2>&1 &
    monitor=$!
    protect tunnel 4 4 soft-packets 4 hard-packets 8
    check "within the limits: ping" router ping -q -c 3 -i 0.05 -W 10 $PI4
    check "no limit is reached" [ ! -s /run/expire ]
    router ping -q -c 3 -i 0.05 -W 10 $PI4 >/dev/null
    check "the soft limit is an event of the kernel" within 10 grep -q 'hard 0' /run/expire
    router ping -q -c 4 -i 0.05 -W 1 $PI4 >/dev/null
    check "and so is the hard limit" within 10 grep -q 'hard 1' /run/expire
    check "the states are gone then" within 4 no_states
    check "nothing passes, least of all in the clear" fails router ping -q -c 2 -i 0.1 -W 1 $PI4
    kill $monitor
    clear_security
}
no_states() { ! ip -n router xfrm state | grep 'spi 0x0000100' >/dev/null; }

# Numbers never repeat, outbound ones because they would be nonces, inbound ones because they would be replays.
recovery() {
    local before
    protect tunnel 4 4 -- replay-window 64
    check "before the reset" router ping -q -c 20 -i 0.02 -W 10 $PI4
    before=$(xfrm_errors)
    check "the card is reset" reset_card
    bring_card_up
    check "the tunnel goes on by itself" router ping -q -c 5 -i 0.1 -W 10 $PI4
    check "the peer has seen no number twice" [ "$(xfrm_errors)" = "$before" ]
    check "the kernel's count goes on" within 2 counted_above 24
    check "and again" reset_card
    bring_card_up
    rewind_peer
    before=$(card_stat rx_esp_replay)
    check "what came before the reset is still a replay after it" fails peer ping -q -c 3 -i 0.1 -W 1 -I $PI4 $RI4
    check "to the card" stat_is rx_esp_replay $((before + 3))
    clear_security
}
counted_above() { [ "$(ip -n router -s xfrm state | awk "$sum_packets" first=0x00001002 second=0x00001001 | cut -d' ' -f1)" -ge "$1" ]; }

load_driver
make_namespaces
check "the link comes up" attach_card
# The first frame to a next hop that is not known would be lost.
check "the next hop answers" router ping -q -c 1 -W 10 $P4
# What it sends itself the kernel gives to the next hop of the inner destination first, and only then to the driver.
ip -n router -6 neigh replace $PI6 lladdr "$(peer cat "/sys/class/net/$SPA_WIRE_NIC/address")" dev spa0 nud permanent
modes
nat_traversal
make_lan
streams
enforcement
ike
lifetimes
recovery
check "every SA that was added was deleted" within 30 eval '[ "$(card_stat drv_sa_added)" = "$(card_stat drv_sa_deleted)" ]'
check "the module unloads" rmmod spa
finish
