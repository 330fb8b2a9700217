#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.12 --cards 0 --timeout 400
# vm-debug: - there is nothing of the card or its driver in it
# Our daemon against our daemon, ESP in the kernel: protected GRE in both modes and with both versions of IKE, clear
# GRE kept out; two VRFs with one peer address and the same networks; a dynamic crypto map with its reverse route.
set -euo pipefail
. "$SPA_ROOT/tools/lib/peers.sh"
. "$SPA_ROOT/tools/lib/cases.sh"
. "$SPA_ROOT/tools/lib/router.sh"
work=$(mktemp -d)
keep_logs() {
    peers_cleanup
    for log in "$work"/*/*.log; do
        [ ! -f "$log" ] || cp "$log" "/out/$(basename "$(dirname "$log")")-$(basename "$log")"
    done
}
trap keep_logs EXIT
modprobe -a veth xfrm_user esp4 xfrm4_tunnel ip_gre vrf xfrm_interface 2>/dev/null || true
for name in a b c; do node "$name"; done

# configuration NODE: what stands on standard input is its startup-config.
configuration() {
    mkdir -p "$work/$1/etc"
    { echo "hostname $1"; cat; } >"$work/$1/etc/startup-config"
}

isakmp_policy() {
    cat <<END
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
END
}

# esp_packets NODE FROM: what its kernel counts in the SAs from an address.
esp_packets() {
    in_node "$1" ip -s xfrm state | awk -v from="$2" '
        /^src/              { source = $2 }
        /lifetime current:/ { getline; if (source == from && match($0, /[0-9]+\(packets\)/)) n += substr($0, RSTART) + 0 }
        END                 { print n + 0 }'
}
# carried NODE FROM BEFORE: at least five packets more.
carried() { at_least $(($3 + 5)) "$(esp_packets "$1" "$2")"; }
xfrm_drops() { in_node "$1" awk '$1 == "XfrmInTmplMismatch" || $1 == "XfrmInNoPols" { n += $2 } END { print n + 0 }' /proc/net/xfrm_stat; }
received() { in_node "$1" cat "/sys/class/net/$2/statistics/rx_packets" 2>/dev/null || in_node "$1" ip -s link show "$2" | awk '/RX:/ { getline; print $2 }'; }
# ping_from NODE SOURCE TO [COUNT]
pings() { in_node "$1" ping -q -n -i 0.2 -W 2 -c "${4:-5}" -I "$2" "$3"; }
comes_up() { await 60 pings "$1" "$2" "$3" 1; }

# ---- GRE (R-GRE-4, R-GRE-5, R-GRE-6)

# gre_router NODE HERE THERE INNER VERSION MODE
gre_router() {
    configuration "$1" <<END
$([ "$5" = 2 ] && ikev2_peer PEER "$3" || { isakmp_policy; echo "crypto isakmp key cisco123 address $3"; })
crypto ipsec transform-set TS esp-gcm 256
 mode $6
crypto ipsec transform-set OLD esp-aes 256 esp-sha256-hmac
 mode $6
crypto ipsec profile GRE
 set transform-set $([ "$5" = 2 ] && echo TS || echo OLD)
$([ "$5" = 2 ] && echo " set ikev2-profile PEER")
interface Ethernet0
 device outside
 ip address $2 255.255.255.0
interface Tunnel0
 ip address $4 255.255.255.252
 ip mtu 1400
 tunnel source Ethernet0
 tunnel destination $3
 tunnel protection ipsec profile GRE
END
}

link a 192.0.2.1/24 b 192.0.2.2/24
for version in 2 1; do
    for mode in transport tunnel; do
        gre_router a 192.0.2.1 192.0.2.2 10.0.0.1 $version $mode
        gre_router b 192.0.2.2 192.0.2.1 10.0.0.2 $version $mode
        iked_start a kernel
        iked_start b kernel
        what="GRE, IKEv$version, $mode mode"
        check "$what: traffic brings the tunnel up" comes_up a tunnel0 10.0.0.2
        out=$(esp_packets a 192.0.2.1) in=$(esp_packets b 192.0.2.2)
        check "$what: ping from one side" pings a tunnel0 10.0.0.2
        check "$what: ping from the other" pings b tunnel0 10.0.0.1
        check "$what: it leaves as ESP" carried a 192.0.2.1 "$out"
        check "$what: the answer leaves as ESP" carried b 192.0.2.2 "$in"
        check "$what: both are in this mode" has "mode $mode" in_node a ip xfrm state
        # R-GRE-4
        check "$what: the proxies are those of GRE" has "(192.0.2.1/255.255.255.255/47/0)" tool a show crypto ipsec sa
        check "$what: the daemon ends cleanly" stop a iked
        check "$what: and takes its device along" fails in_node a ip link show tunnel0
        # R-GRE-6: the same GRE in clear, to the router that still protects it.
        in_node a ip link add clear0 type gre local 192.0.2.1 remote 192.0.2.2
        in_node a ip addr add 10.0.0.1/30 dev clear0
        in_node a ip link set clear0 up
        drops=$(xfrm_drops b) taken=$(received b tunnel0)
        check "$what: clear GRE is not answered" fails pings a clear0 10.0.0.2 3
        check "$what: it was dropped" at_least $((drops + 3)) "$(xfrm_drops b)"
        check "$what: the tunnel has received nothing" equal "$taken" "$(received b tunnel0)"
        in_node a ip link del clear0
        stop b iked
    done
done

# ---- A crash leaves the device; the next daemon takes it over, and makes no second one.
gre_router a 192.0.2.1 192.0.2.2 10.0.0.1 2 transport
iked_start a kernel
before=$(in_node a cat /sys/class/net/tunnel0/ifindex 2>/dev/null || in_node a ip -o link show tunnel0 | cut -d: -f1)
kill -9 "${peers_pid_of[a/iked]}"
stop a iked || true
check "after a crash the device is still there" in_node a ip link show tunnel0
iked_start a kernel
after=$(in_node a cat /sys/class/net/tunnel0/ifindex 2>/dev/null || in_node a ip -o link show tunnel0 | cut -d: -f1)
check "the next daemon takes it over" equal "$before" "$after"
check "no tunnel protection: no device" has "nothing protects it" tool a -f /dev/stdin <<END
configure terminal
interface Tunnel0
no tunnel protection ipsec profile GRE
end
END
check "the device is gone" fails in_node a ip link show tunnel0
stop a iked
in_node a ip link del outside

# ---- VRFs (R-VRF-2, R-VRF-8): one peer address and the same networks in two of them. Red is IKEv2, blue IKEv1.
wire a red0 192.0.2.1/24 b red0 192.0.2.2/24
wire a blue0 192.0.2.5/24 c blue0 192.0.2.2/24
in_node b ip addr add 10.2.0.1/16 dev lo
in_node c ip addr add 10.2.0.1/16 dev lo
in_node b ip route add 10.1.0.0/16 via 192.0.2.1
in_node c ip route add 10.1.0.0/16 via 192.0.2.5
configuration a <<END
ip vrf red
ip vrf blue
$(ikev2_peer RED 192.0.2.2 " match fvrf red")
$(isakmp_policy)
crypto keyring BLUE vrf blue
 pre-shared-key address 192.0.2.2 key cisco123
crypto isakmp profile BLUE
 keyring BLUE
 match identity address 192.0.2.2 255.255.255.255 blue
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
crypto map RED 10 ipsec-isakmp
 set peer 192.0.2.2
 set transform-set TS
 set ikev2-profile RED
 match address 101
crypto map BLUE 10 ipsec-isakmp
 set peer 192.0.2.2
 set transform-set TS
 set isakmp-profile BLUE
 match address 101
interface Ethernet0
 device red0
 ip vrf forwarding red
 ip address 192.0.2.1 255.255.255.0
 crypto map RED
interface Ethernet1
 device blue0
 ip vrf forwarding blue
 ip address 192.0.2.5 255.255.255.0
 crypto map BLUE
access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
END
# mirror NODE DEVICE PEER LINE: the other end, without VRFs.
mirror() {
    configuration "$1" <<END
$([ "$4" = ikev2 ] && ikev2_peer PEER "$3" || { isakmp_policy; echo "crypto isakmp key cisco123 address $3"; })
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
crypto map VPN 10 ipsec-isakmp
 set peer $3
 set transform-set TS
$([ "$4" = ikev2 ] && echo " set ikev2-profile PEER")
 match address 101
interface Ethernet0
 device $2
 ip address 192.0.2.2 255.255.255.0
 crypto map VPN
access-list 101 permit ip 10.2.0.0 0.0.255.255 10.1.0.0 0.0.255.255
END
}
mirror b red0 192.0.2.1 ikev2
mirror c blue0 192.0.2.5 isakmp
iked_start a kernel
iked_start b kernel
iked_start c kernel
check "both VRF devices are made" in_node a ip link show vrf red
in_node a ip addr add 10.1.0.1/32 dev red
in_node a ip addr add 10.1.0.1/32 dev blue
check "red comes up" comes_up a red 10.2.0.1
check "blue comes up" comes_up a blue 10.2.0.1
red=$(esp_packets b 192.0.2.1) blue=$(esp_packets c 192.0.2.5)
check "ping in red" pings a red 10.2.0.1
check "it arrives as ESP at red's peer" carried b 192.0.2.1 "$red"
check "and not at blue's" equal "$blue" "$(esp_packets c 192.0.2.5)"
red=$(esp_packets b 192.0.2.1)
check "ping in blue" pings a blue 10.2.0.1
check "it arrives as ESP at blue's peer" carried c 192.0.2.5 "$blue"
check "and not at red's" equal "$red" "$(esp_packets b 192.0.2.1)"
check "red's peer reaches red" in_node b ping -q -n -c 3 -i 0.2 -W 2 -I 10.2.0.1 10.1.0.1
check "blue's peer reaches blue" in_node c ping -q -n -c 3 -i 0.2 -W 2 -I 10.2.0.1 10.1.0.1
# R-VRF-3, R-VRF-4, R-VRF-7, R-VRF-9
check "show crypto ikev2 sa names the VRFs" has "red/red" tool a show crypto ikev2 sa
check "show crypto isakmp sa vrf blue has the SA" has "192.0.2.5" tool a show crypto isakmp sa vrf blue
check "show crypto isakmp sa vrf red has not" fails has "192.0.2.5" tool a show crypto isakmp sa vrf red
check "show crypto session names the VRFs" has "fvrf: blue ivrf: blue" tool a show crypto session
tool a clear crypto session >/dev/null
check "the daemon ends cleanly" stop a iked
check "its VRFs are gone" fails in_node a ip link show red
check "the devices that were in them are not" in_node a ip link show red0
stop b iked
stop c iked

# ---- A dynamic crypto map with a reverse route (R-MAP-22)
# Without VRFs there is one way to 192.0.2.2 only.
in_node a ip link del blue0
configuration a <<END
$(ikev2_peer ANY 192.0.2.2)
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
crypto dynamic-map CALLERS 10
 set transform-set TS
 set ikev2-profile ANY
 reverse-route
crypto map VPN 65535 ipsec-isakmp dynamic CALLERS
interface Ethernet0
 device red0
 ip address 192.0.2.1 255.255.255.0
 crypto map VPN
END
in_node a ip addr add 10.1.0.1/16 dev lo
iked_start a kernel
iked_start b kernel
check "there is no route before the peer calls" fails has 10.2.0.0 in_node a ip route
check "the peer calls" comes_up b 10.2.0.1 10.1.0.1
check "its networks have a route" has "10.2.0.0/16 via 192.0.2.2" in_node a ip route
before=$(esp_packets b 192.0.2.2)
check "ping from the peer" pings b 10.2.0.1 10.1.0.1
check "ping to the peer" pings a 10.1.0.1 10.2.0.1
check "they are ESP" carried b 192.0.2.2 "$before"
stop b iked
check "with the SA the route goes" await 20 fails has 10.2.0.0 in_node a ip route
check "the daemon ends cleanly again" stop a iked
finish
