#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every mode and algorithm that card and kernel both have, with and without extended sequence numbers: a card against the
# kernel's own ESP, then two cards back to back. One line a combination: its datagrams came back as they were, and the
# states of both kernels have counted each of them. All algorithms of one shape are set up at once, each with addresses
# and SPIs of its own, and one process sends for all: a guest starts processes slowly.
# vm: --kernel 6.12 --cards 2 --timeout 900
# vm-debug: 600
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

packets=2 port=4000 first_spi=4096 second_spi=8192
names=() algorithms=() words=() esn=()

# row NAME ALGORITHM-FOR-IP ALGORITHM-FOR-SPA-XFRM: a row without and a row with extended sequence numbers.
row() {
    names+=("$1" "$1 ESN")
    algorithms+=("$2" "flag esn $2")
    words+=("$3" "$3")
    esn+=("" esn)
}
combined() { row "$1" "aead $2 $3 $4" "$2=$3/$4"; } # NAME ALGORITHM KEY ICV-BITS
with() { row "$1" "enc $2 ${3:-\"\"} auth-trunc $4 $5 $6" "$2=$3+$4=$5/$6"; } # NAME CIPHER KEY HMAC KEY ICV-BITS
# Every cipher, HMAC, length of a key and of an ICV.
sha1=("hmac(sha1)" "$(key 20)" 96) sha256=("hmac(sha256)" "$(key 32)" 128)
for bits in 128 192 256; do
    aes=$(key $((bits / 8))) aes_and_salt=$(key $((bits / 8 + 4)))
    combined "GCM-$bits" "rfc4106(gcm(aes))" "$aes_and_salt" 128
    combined "GMAC-$bits" "rfc4543(gcm(aes))" "$aes_and_salt" 128
    with "CBC-$bits SHA1" "cbc(aes)" "$aes" "${sha1[@]}"
    with "CBC-$bits SHA256" "cbc(aes)" "$aes" "${sha256[@]}"
    with "CTR-$bits SHA256" "rfc3686(ctr(aes))" "$aes_and_salt" "${sha256[@]}"
done
combined "GCM-128 ICV 64" "rfc4106(gcm(aes))" "$(key 20)" 64
combined "GCM-128 ICV 96" "rfc4106(gcm(aes))" "$(key 20)" 96
combined ChaCha20-Poly1305 "rfc7539esp(chacha20,poly1305)" "$(key 36)" 128
with "3DES SHA1" "cbc(des3_ede)" "$(key 24)" "${sha1[@]}"
with "DES SHA1" "cbc(des)" "$(key 8)" "${sha1[@]}"
with "NULL SHA256" "ecb(cipher_null)" "" "${sha256[@]}"
with "CBC-128 SHA384" "cbc(aes)" "$(key 16)" "hmac(sha384)" "$(key 48)" 192
with "CBC-128 SHA512" "cbc(aes)" "$(key 16)" "hmac(sha512)" "$(key 64)" 256
with "CBC-128 MD5" "cbc(aes)" "$(key 16)" "hmac(md5)" "$(key 16)" 96
rows=${#names[@]}
printf '%s\n' "${names[@]}" >/run/names

# address VARIABLE FAMILY WHERE ROW: an address of a row, from 1: on the wire or behind the tunnels. No subshell: there
# are thousands.
declare -A networks=([4near]=10.9.1. [4far]=10.9.2. [6near]=fd09::1: [6far]=fd09::2:
    [4inner_near]=10.1.1. [4inner_far]=10.2.2. [6inner_near]=fd01::1: [6inner_far]=fd02::1:)
address() { printf -v "$1" '%s%s' "${networks[$2$3]}" "$4"; }

# dress NAMESPACE DEVICE OTHER-MAC: all addresses of a side, routes to the other one, neighbours that need no asking.
dress() {
    local side=$1 device=$2 mac=$3 i family here=near there=far own other inner behind
    [ "$side" = router ] || { here=far; there=near; }
    for ((i = 1; i <= rows; i++)); do
        for family in 4 6; do
            address own $family $here $i
            address other $family $there $i
            address inner $family inner_$here $i
            address behind $family inner_$there $i
            if [ $family = 4 ]; then
                echo "addr replace $own/16 dev $device"
                echo "addr replace $inner/32 dev lo"
            else
                echo "addr replace $own/64 dev $device nodad"
                echo "addr replace $inner/128 dev lo nodad"
            fi
            echo "neigh replace $other lladdr $mac dev $device nud permanent"
            # Of packet mode the kernel gives what it sends itself to the inner destination's next hop first.
            echo "neigh replace $behind lladdr $mac dev $device nud permanent"
            echo "route replace $behind via $other src $inner"
        done
    done | sort -s -k1,1 >"/run/dress-$side" # addr, neigh, route: in the order in which they need each other
    ip -n "$side" -batch "/run/dress-$side"
}

# rules SIDE MODE OUTER INNER DEVICE EXTRA...: policies and states of all rows for one side, as $kind says.
rules() {
    local side=$1 mode=$2 outer=$3 inner=$4 device=$5 i a b sa sb out=out in=in
    shift 5
    [ "$side" = router ] || { out=in; in=out; }
    for ((i = 1; i <= rows; i++)); do
        address a "$outer" near $i
        address b "$outer" far $i
        sa=$a sb=$b
        [ "$mode" = transport ] || { address sa "$inner" inner_near $i; address sb "$inner" inner_far $i; }
        if [ -n "$device" ] && [ $kind = packet ]; then rules_packet "$@"; else rules_ip "$@"; fi
    done
}

# Both write what rules() has worked out for one row.
rules_ip() {
    local rest="proto esp reqid $i mode $mode"
    echo "xfrm policy add src $sa dst $sb dir $out tmpl src $a dst $b $rest"
    echo "xfrm policy add src $sb dst $sa dir $in tmpl src $b dst $a $rest"
    rest="$rest replay-window 64 ${algorithms[i - 1]} $*"
    echo "xfrm state add src $a dst $b spi $((first_spi + i)) $rest ${device:+offload dev $device dir $out}"
    echo "xfrm state add src $b dst $a spi $((second_spi + i)) $rest ${device:+offload dev $device dir $in}"
}

rules_packet() {
    local bits=32 rest="$i ${words[i - 1]} $mode ${esn[i - 1]}"
    [ "$inner" = 4 ] || bits=128
    [[ "$*" != *espinudp* ]] || rest+=" encap 4500"
    echo "policy $device $out $sa/$bits $sb/$bits 0 $i $mode $a $b"
    echo "policy $device $in $sb/$bits $sa/$bits 0 $i $mode $b $a"
    echo "state $device $out $a $b $((first_spi + i)) $rest"
    echo "state $device $in $b $a $((second_spi + i)) $rest"
}

# program SIDE DEVICE: what rules() has written.
program() {
    if [ -n "$2" ] && [ $kind = packet ]; then
        ip netns exec "$1" "$tools/spa-xfrm" batch <"/run/rules-$1"
    else
        ip -n "$1" -batch "/run/rules-$1"
    fi
}

# pairs MODE OUTER INNER: who sends to whom, a line a row.
pairs() {
    local i from to
    for ((i = 1; i <= rows; i++)); do
        if [ "$1" = transport ]; then
            address from "$2" near $i
            address to "$2" far $i
        else
            address from "$3" inner_near $i
            address to "$3" inner_far $i
        fi
        echo "$from $to"
    done
}

# judge NAME: a case a row, from the names, what became of the datagrams, and what both kernels' states have counted.
judge() {
    {
        sed 's/^/name /' /run/names
        sed 's/^/echo /' /run/echoes
        ip -n router -s xfrm state | sed 's/^/router /'
        ip -n peer -s xfrm state | sed 's/^/peer /'
    } | awk -v shape="$1" -v rows="$rows" -v packets=$packets -v first=$first_spi -v second=$second_spi '
        $1 == "name" { names[++n] = substr($0, 6); next }
        $1 == "echo" { row = $2; sub(/^echo [0-9]+ /, ""); echoes[row] = $0; next }
        $3 == "esp" { spi = $5; gsub(/.*\(|\).*/, "", spi) }
        /\(bytes\), [0-9]+\(packets\)/ { sub(/\(packets\).*/, "", $3); counts[$1, spi] = $3 }
        function counted(row, side, spi) {
            if (counts[side, spi + row] == packets) return 1
            printf "    %s, SPI %d: %s packets, expected %d\n", side, spi + row, counts[side, spi + row], packets
            return 0
        }
        END {
            for (row = 1; row <= rows; row++) {
                good = counted(row, "router", first) + counted(row, "router", second)
                good += counted(row, "peer", first) + counted(row, "peer", second)
                if (echoes[row] == "ok") good++
                else printf "    %s\n", echoes[row]
                printf "%s - %s, %s\n", good == 5 ? "ok" : "not ok", shape, names[row]
                if (good != 5) bad = 1
            }
            exit bad
        }' || failed=1
}

# all_counted: the states of both kernels have counted all that was to be sent, together.
all_counted() {
    [ $((4 * rows * packets)) = "$({ ip -n router -s xfrm state; ip -n peer -s xfrm state; } |
        awk '/\(bytes\), [0-9]+\(packets\)/ { sub(/\(packets\).*/, "", $2); sum += $2 } END { print sum }')" ]
}

# sent: packets that the card has protected.
sent() { if [ $kind = crypto ]; then card_stat tx_esp_ok; else card_stat tx_packet_protected; fi; }

# shape NAME MODE OUTER INNER EXTRA...
shape() {
    local name="$versus, $kind mode, $1" mode=$2 outer=$3 inner=$4 before
    shift 4
    rules router "$mode" "$outer" "$inner" spa0 "$@" >/run/rules-router
    rules peer "$mode" "$outer" "$inner" "$peer_offload" "$@" >/run/rules-peer
    before=$(sent)
    check "$name: all SAs are taken" eval 'program router spa0 && program peer "$peer_offload"'
    pairs "$mode" "$outer" "$inner" | ip netns exec router "$tools/spa-echo" ask $port $packets >/run/echoes
    # Of a state in the card the kernel shows what the card had said when it was asked before.
    [ $kind = crypto ] || within 10 all_counted
    judge "$name"
    check "$name: the card has sent all of it" equal $((rows * packets)) $(($(sent) - before))
    clear_security
}

all_shapes() {
    shape "transport IPv4" transport 4 4
    shape "transport IPv6" transport 6 6
    shape "tunnel IPv4" tunnel 4 4
    shape "tunnel IPv6" tunnel 6 6
    # RFC 3948
    shape "tunnel IPv4 in UDP" tunnel 4 4 encap espinudp 4500 4500 0.0.0.0
    # In packet mode the kernel (6.12, xfrm_bundle_create) looks for a tunnel's end among the routes of the inner family.
    [ $kind = crypto ] || return 0
    shape "tunnel IPv4 in IPv6" tunnel 6 4 flag af-unspec
    shape "tunnel IPv6 in IPv4" tunnel 4 6 flag af-unspec
}

all_kinds() {
    local kind
    for kind in crypto packet; do all_shapes; done
}

# Every template of the kernel's cryptography would ask for modules by each of its names, a process each time.
load_modules() {
    modprobe -a xfrm_user esp4 esp6 esp4_offload esp6_offload authenc authencesn gcm ctr cbc ecb seqiv echainiv hmac \
        sha1_generic sha256_generic sha512_generic md5 aes_generic aesni_intel des_generic crypto_null chacha20poly1305 \
        chacha_generic poly1305_generic cryptomgr
    echo >/proc/sys/kernel/modprobe
}

no_errors() {
    local errors
    errors=$(xfrm_errors)
    [ -z "$errors" ] || { echo "$errors"; return 1; }
}
no_faults() { ! dmesg | grep 'the card has failed'; }
mac_of() { ip netns exec "$1" cat "/sys/class/net/$2/address"; }

# join SIDE DEVICE: the device into the namespace, up.
join() {
    ip link set "$2" netns "$1"
    ip netns exec "$1" sysctl -qw "net.ipv6.conf.$2.accept_dad=0"
    ip -n "$1" link set "$2" up
}

check "the kernel has its modules" load_modules
check "the driver takes both cards" eval 'load_driver && ip link show spa0 && ip link show spa1'
for side in router peer; do
    ip netns add $side
    ip -n $side link set lo up
    ip netns exec $side "$tools/spa-flow" espinudp 4500 >/run/espinudp-$side &
done
ip netns exec peer "$tools/spa-echo" answer $port >/run/answer &
join router spa0
check "the link comes up" within 20 carrier

versus="card to kernel" peer_offload=
join peer "$SPA_WIRE_NIC"
dress router spa0 "$(mac_of peer "$SPA_WIRE_NIC")"
dress peer "$SPA_WIRE_NIC" "$(mac_of router spa0)"
check "who answers is ready" within 20 grep -q ready /run/answer
all_kinds

versus="card to card" peer_offload=spa1
ip -n peer link set "$SPA_WIRE_NIC" down
ip -n peer addr flush dev "$SPA_WIRE_NIC"
join peer spa1
check "the second card's link comes up" within 20 eval '[ "$(ip netns exec peer cat /sys/class/net/spa1/carrier)" = 1 ]'
dress router spa0 "$(mac_of peer spa1)"
dress peer spa1 "$(mac_of router spa0)"
all_kinds
check "no packet was an error to either side" no_errors
# The watchdog asks for one SA after the other while they come and go.
check "no card was taken for a failed one" no_faults
check "both cards are let go" rmmod spa
finish
