# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The network of the table: router and peer on two wires with a box between them that forwards and, when told, translates.
#   router 172.16.1.39 --- 172.16.1.1 box 172.16.2.1 --- 172.16.2.34 peer        and the same with fd00:1:: and fd00:2::
# Inside: 10.1.1.1 and fd01::1 behind the router, 10.2.2.1 and fd02::1 behind the peer. Needs tools/lib/peers.sh.

router_outside=172.16.1.39 box_left=172.16.1.1 box_right=172.16.2.1 peer_outside=172.16.2.34
router_outside6=fd00:1::39 box_left6=fd00:1::1 box_right6=fd00:2::1 peer_outside6=fd00:2::34
router_inside=10.1.1.1 peer_inside=10.2.2.1 router_inside6=fd01::1 peer_inside6=fd02::1
nat_now=

# outside_address NODE DEVICE IPV4 IPV6: a device of the node gets its addresses and comes up.
outside_address() {
    in_node "$1" sysctl -qw "net.ipv6.conf.$2.accept_dad=0" "net.ipv6.conf.$2.disable_ipv6=0"
    in_node "$1" ip addr add "$3/24" dev "$2"
    in_node "$1" ip link set "$2" up
    in_node "$1" ip addr add "$4/64" dev "$2" nodad
}

# wire NODE-A DEVICE-A NODE-B DEVICE-B
wire() {
    ip link add "$peers_prefix-a" type veth peer name "$peers_prefix-b"
    ip link set "$peers_prefix-a" netns "$(node_ns "$1")" name "$2"
    ip link set "$peers_prefix-b" netns "$(node_ns "$3")" name "$4"
}

# end_node NODE DEVICE IPV4 IPV6 GATEWAY GATEWAY6 INSIDE INSIDE6: addresses and default routes of an end.
end_node() {
    outside_address "$1" "$2" "$3" "$4"
    in_node "$1" ip route add default via "$5" dev "$2" src "$3"
    in_node "$1" ip -6 route add default via "$6" dev "$2" src "$4"
    in_node "$1" ip addr add "$7/24" dev lo
    in_node "$1" ip addr add "$8/64" dev lo nodad
}

# matrix_network [DEVICE NIC]: all of it. DEVICE is the router's own, NIC the box's on the same wire: a card's.
matrix_network() {
    local device=${1:-outside} nic=${2:-left} name
    for name in router box peer; do
        node $name
        in_node $name sysctl -qw net.ipv6.conf.all.forwarding=1
    done
    if [ $# = 0 ]; then
        wire router outside box left
    else
        ip link set "$device" netns "$(node_ns router)"
        ip link set "$nic" netns "$(node_ns box)"
    fi
    wire box right peer outside
    outside_address box "$nic" $box_left $box_left6
    outside_address box right $box_right $box_right6
    end_node router "$device" $router_outside $router_outside6 $box_left $box_left6 $router_inside $router_inside6
    end_node peer outside $peer_outside $peer_outside6 $box_right $box_right6 $peer_inside $peer_inside6
    box_left_device=$nic
}

# Rules of a port translator that hides one end: what it sends gets another source port, what comes for IKE's ports is
# forwarded to it. ESP and AH do not pass.
hidden_end() { # ADDRESS PUBLIC-ADDRESS IN-DEVICE OUT-DEVICE
    cat <<END
add rule ip box source iifname $3 oifname $4 ip saddr $1 meta l4proto udp snat to $2:20000-29999
add rule ip box target iifname $4 ip daddr $2 udp dport { 500, 4500 } dnat to $1
END
}

# nat none|router|peer|both: who stands behind a NAT.
nat() {
    [ "$1" != "$nat_now" ] || return 0
    {
        echo 'flush ruleset'
        if [ "$1" != none ]; then
            echo 'add table ip box'
            echo 'add chain ip box source { type nat hook postrouting priority 100; }'
            echo 'add chain ip box target { type nat hook prerouting priority -100; }'
            echo 'add chain ip box pass { type filter hook forward priority 0; }'
            echo 'add rule ip box pass meta l4proto { esp, ah } drop'
        fi
        if [[ $1 =~ router|both ]]; then hidden_end $router_outside $box_right "$box_left_device" right; fi
        if [[ $1 =~ peer|both ]]; then hidden_end $peer_outside $box_left right "$box_left_device"; fi
    } | in_node box nft -f - || return 1
    # What was translated before would go on being translated.
    in_node box conntrack -F >/dev/null 2>&1
    nat_now=$1
}
