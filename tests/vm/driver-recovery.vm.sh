#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A card with a thousand SAs that fails in every way it knows, under traffic, and comes back without losing a tunnel:
# it hangs, loses its memory, stalls queues, drops interrupts, returns garbage, falls silent, is reset by somebody else.
# After each, every single SA works; in the end, the capture of its wire holds no nonce twice.
# vm: --kernel 6.1 --cards 1 --timeout 600 --pcap
# vm: --kernel 6.12 --cards 1 --timeout 600 --pcap
# vm-debug: 768
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

tunnels=500
far=10.3.0 # .1, .2 ...: what is behind the tunnels
# And some whose policies and states lie in the card whole, where the kernel has that.
whole=20
far_whole=10.4.0
[ "$SPA_KERNEL" != 6.1 ] || whole=0
sas=$((2 * (tunnels + whole)))

reporter() { devlink health "$1" "pci/$(slot)" reporter fw "${@:2}"; }
milliseconds() { read -r now _ </proc/uptime; echo $((10#${now/./} * 10)); }

# side router|peer: the SAs of all tunnels, and the policies outwards, as one side has them.
side() {
    awk -v n=$tunnels -v side="$1" -v a=$R4 -v b=$P4 -v in_a=$RI4 -v far="${far%.*}" 'BEGIN {
        rest = "proto esp reqid %d mode tunnel"
        sa = "xfrm state add src %s dst %s spi 0x%x " rest " replay-window 32 aead rfc4106(gcm(aes)) 0x%040x 128 %s\n"
        policy = "xfrm policy add src %s dst %s dir %s tmpl src %s dst %s " rest "\n"
        router = side == "router"
        for (i = 1; i <= n; i++) {
            inner = far "." int(i / 256) "." i % 256
            printf sa, a, b, 65536 + i, i, i, router ? "offload dev spa0 dir out" : ""
            printf sa, b, a, 131072 + i, i, 1048576 + i, router ? "offload dev spa0 dir in" : ""
            if (router) printf policy, in_a, inner, "out", a, b, i
            else printf policy, inner, in_a, "out", b, a, i
        }
    }'
}

many_tunnels() {
    ip -n peer route add local ${far%.*}.0.0/16 dev lo &&
        ip -n router route add ${far%.*}.0.0/16 via $P4 src $RI4 &&
        side router | ip -n router -batch - && side peer | ip -n peer -batch - &&
        ip -n router xfrm policy add src ${far%.*}.0.0/16 dst $RI4 dir in tmpl src $P4 dst $R4 proto esp mode tunnel &&
        ip -n peer xfrm policy add src $RI4 dst ${far%.*}.0.0/16 dir in tmpl src $R4 dst $P4 proto esp mode tunnel
}

# The same in packet mode: the router's are the card's, the peer's are the kernel's own.
whole_side() { # router|peer
    awk -v n=$whole -v side="$1" -v a=$R4 -v b=$P4 -v in_a=$RI4 -v far=$far_whole 'BEGIN {
        router = side == "router"
        for (i = 1; i <= n; i++) {
            reqid = 5000 + i
            inner = far "." i
            out_key = sprintf("0x%040x", 2097152 + i)
            in_key = sprintf("0x%040x", 3145728 + i)
            if (router) {
                printf "state spa0 out %s %s %d %d %s tunnel\n", a, b, 196608 + i, reqid, out_key
                printf "state spa0 in %s %s %d %d %s tunnel\n", b, a, 262144 + i, reqid, in_key
                printf "policy spa0 out %s/32 %s/32 100 %d tunnel %s %s\n", in_a, inner, reqid, a, b
                printf "policy spa0 in %s/32 %s/32 100 %d tunnel %s %s\n", inner, in_a, reqid, b, a
            } else {
                rest = "proto esp reqid " reqid " mode tunnel"
                sa = "xfrm state add src %s dst %s spi %d " rest " replay-window 32 aead rfc4106(gcm(aes)) %s 128\n"
                policy = "xfrm policy add src %s dst %s dir %s tmpl src %s dst %s " rest "\n"
                printf sa, a, b, 196608 + i, out_key
                printf sa, b, a, 262144 + i, in_key
                printf policy, inner, in_a, "out", b, a
                printf policy, in_a, inner, "in", a, b
            }
        }
    }'
}

whole_tunnels() {
    ip -n peer route add local $far_whole.0/24 dev lo && ip -n router route add $far_whole.0/24 via $P4 src $RI4 &&
        whole_side router | ip netns exec router "$tools/spa-xfrm" batch && whole_side peer | ip -n peer -batch -
}

states() { ip -n router xfrm state count | sed -nE 's/.*count ([0-9]+).*/\1/p'; }
no_states() { [ "$(states)" = 0 ]; }

# in_card NAME NAME: two counters.
in_card() { router ethtool -S spa0 | awk -v a="$1:" -v b="$2:" '$1 == a || $1 == b { printf "%s ", $2 }'; }

# sweep FIRST COUNT NAME NAME: a packet in each direction through so many tunnels, all through the card, as it counts.
sweep() {
    local before now
    read -ra before < <(in_card "$3" "$4")
    router "$tools/spa-sweep" "$1" "$2" || return 1
    read -ra now < <(in_card "$3" "$4")
    at_least $((before[0] + $2)) "${now[0]}" && at_least $((before[1] + $2)) "${now[1]}"
}
every_sa() {
    sweep $far.1 $tunnels rx_esp_ok tx_esp_ok || return 1
    [ $whole = 0 ] || sweep $far_whole.1 $whole rx_packet_ok tx_packet_protected
}

# still NAME: after a failure, everything goes on with the same states.
still() {
    check "$1: no state is lost" equal $sas "$(states)"
    check "$1: every SA works, through the card" every_sa
}

reports=0 recoveries=0 failures=0
said() { grep -c "$1" /run/dmesg; }
reported() { [ "$(said "the card has failed: $1")" -gt "$reports" ]; }
recovered() { [ "$(said "the card runs again")" -gt "$recoveries" ]; }
before_failure() { # TEXT
    reports=$(said "the card has failed: $1")
    recoveries=$(said "the card runs again")
    failures=$((failures + 1))
}

# failure NAME TEXT WORD...: the card fails so (spa-fault) under traffic; the driver notices, says TEXT (nothing where it
# may see one thing or another first), and brings it back. What a reset does not end is ended when it has been noticed.
failure() {
    local name=$1 text=$2 began
    shift 2
    before_failure "$text"
    began=$(milliseconds)
    check "$name: the card fails" fault 0 set "$@"
    check "$name: the driver notices" within 60 reported "$text"
    case $1 in drop-irq | garbage*) fault 0 clear ;; esac
    check "$name: the card is brought back" within 90 recovered
    check "$name: traffic through a tunnel goes on by itself" first_ping $far.1
    [ $whole = 0 ] || check "$name: and through one in packet mode" first_ping $far_whole.1
    echo "# $name: traffic stood still for $(($(milliseconds) - began)) ms; $(sed -n 's/.*the card runs/it runs/p' /run/dmesg | tail -n 1)"
    still "$name"
}

# Memory decoding off: no register of the card answers.
vanish() { printf '\0\0' | dd of="/sys/bus/pci/devices/$(slot)/config" bs=1 seek=4 conv=notrunc status=none; }

dmesg --follow >/run/dmesg &
following=$!
check "the driver loads" load_driver
make_namespaces
attach_card >/dev/null
check "$((2 * tunnels)) SAs are taken" many_tunnels
[ $whole = 0 ] || check "$((2 * whole)) in packet mode too" whole_tunnels
check "every SA works" every_sa

# R-ENG: devlink says what the card is and how it feels.
check "devlink names driver and firmware" has 'driver spa' devlink dev info "pci/$(slot)"
check "and a serial number" has 'serial_number' devlink dev info "pci/$(slot)"
check "the SA table is a resource, with its occupancy" has "name SA size 16384 occ $sas" \
    devlink resource show "pci/$(slot)"
check "the health reporter is healthy" has 'state healthy' reporter show
check "and diagnoses" has 'running' reporter diagnose

ip netns exec router ping -q -i 0.05 $far.2 >/dev/null 2>&1 &
pinging=($!)
if [ $whole != 0 ]; then
    ip netns exec router ping -q -i 0.05 $far_whole.2 >/dev/null 2>&1 &
    pinging+=($!)
fi

# "Hang the card under traffic with 1,000 SAs: recovery time printed, no SA lost, no nonce reused". A TCP connection lives through it, and public
# keys that it was asked for come back for software to do.
ip netns exec peer "$tools/spa-flow" receive 5201 0 &
receiving=$!
within 20 listening peer
ip netns exec router "$tools/spa-flow" send $far.3 5201 0 &
sending=$!
fault 0 set stall-queue 2
"$tools/spa-pk-check" --cancelled /dev/spa0 >/run/cancelled &
asking=$!
within 20 grep -q waiting /run/cancelled
failure "hang" "" hang
kill $sending
check "hang: the TCP connection lost nothing" wait $receiving
check "hang: public keys in flight were cancelled, later ones are answered" wait $asking
check "what was programmed again is said" has " $sas SAs were programmed again" dmesg

failure "lost memory" "it has lost its memory" lose-state
if [ "$SPA_KERNEL" != 6.1 ]; then # which kernel it is makes no difference to these
    failure "stalled tx queue" "a queue stands still" stall-queue 24
    failure "stalled rx queue" "a queue stands still" stall-queue 8
    failure "stalled admin queue" "it does not answer commands" stall-queue 0
    check "no interrupt was lost" stat_is drv_irqs_lost 0
    failure "lost interrupts" "its interrupts do not arrive" drop-irq
    failure "garbage" "" garbage-completions
fi

# A function-level reset by somebody else wipes the card; the driver is told before and after.
echo 1 >"/sys/bus/pci/devices/$(slot)/reset"
still "function-level reset"

# Registers that do not answer: found by the watchdog, brought back through the configuration space.
before_failure "its registers"
vanish
check "a silent card is noticed" within 30 recovered
still "silent card"
check "and plain traffic goes on too" first_ping $P4
check "the reporter counts every failure" has "error $failures recover $failures" reporter show
check "a picture of it was kept" has "snapshot [0" devlink region show
check "and can be read" devlink region read "pci/$(slot)/crash" snapshot 0 address 0 length 16

# Switched off, the card stays as it is until somebody orders otherwise.
check "recovery by itself can be switched off" reporter set auto_recover false
vanish
check "then the failure is reported" within 30 has 'state error' reporter show
check "and an order brings the card back" within 10 reporter recover
still "recover by order, afterwards"

# A self-test has the lock that a reset wants, and wants the card that is being reset.
self_tests() {
    local pid i
    while [ ! -e /run/enough ]; do router ethtool -t spa0 offline; done >/dev/null 2>&1 &
    pid=$!
    for ((i = 0; i < 20; i++)); do reset_card || return 1; done
    touch /run/enough
    wait $pid
}
check "self-tests and resets do not wait for one another" self_tests
still "after that"

kill "${pinging[@]}"
wait "${pinging[@]}"
check "another namespace" ip -n router link set spa0 netns peer
check "takes the offloaded states along, that is, away" within 10 no_states
check "and back" ip -n peer link set spa0 netns router
check "the driver unloads" rmmod spa
kill $following

# RFC 4106 3.1, over everything that was on the wire.
check "no nonce came twice" "$tools/spa-nonces" /out/card0.pcap 8
echo "# $("$tools/spa-nonces" /out/card0.pcap 8) looked at"
tail -c +25 /out/card0.pcap | cat /out/card0.pcap - >/run/twice.pcap
check "and one that does would be found" has "have the same initialisation vector" "$tools/spa-nonces" /run/twice.pcap 8
finish
