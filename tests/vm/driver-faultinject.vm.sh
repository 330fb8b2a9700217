#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Memory that cannot be had. Each operation of the driver is done again and again: the first time the first allocation
# fails that has the driver on its stack (the kernel's fail-nth, failslab and fail_page_alloc), the next time the second,
# until there is none left to fail. What is refused must be undone wholly, what goes on must work; then allocations fail
# at random under traffic and while the card is brought back. The kernel watches: no splat, nothing leaked.
# SPA_STEP=N has only each Nth allocation fail after the first four.
# vm: --kernel debug --memory 1536 --timeout 3000 --env SPA_STEP=197
# vm-debug: 900 --env SPA_STEP=3
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

step=${SPA_STEP:-1}
knobs=/sys/kernel/debug
read -ra gcm <<<"aead rfc4106(gcm(aes)) $(key 20) 128"

# ---- Making allocations fail

# knob NAME VALUE: of both kinds.
knob() {
    local kind
    for kind in failslab fail_page_alloc; do echo "$2" >"$knobs/$kind/$1" || return 1; done
}

# Nothing but the driver is a module in this kernel, and below these addresses lies all the rest of it. Where the kernel
# only notes what it checks, nothing fails: the DMA-API's watch would end.
only_the_driver() {
    local end first last
    read -r first last < <(awk '$2 ~ /[tT]/ && $3 ~ /^(debug_dma_|add_dma_entry|active_cacheline_)/ { print $1 }' /proc/kallsyms | sort |
        sed -n '1p; $p' | paste -s -d ' ')
    knob reject-start "0x$first" && knob reject-end "0x$(printf '%x' $((0x$last + 4096)))" || return 1
    end=$(awk '$3 == "_end" { print $1 }' /proc/kallsyms)
    [[ "$end" < ffffffffa0000000 ]] || { echo "the kernel ends at $end"; return 1; }
    knob require-start 0xffffffffa0000000 && knob require-end 0xffffffffff000000 && knob stacktrace-depth 32 &&
        knob probability 0 && knob verbose 0 && knob task-filter N && knob ignore-gfp-wait N &&
        echo 0 >$knobs/fail_page_alloc/min-order && echo N >$knobs/fail_page_alloc/ignore-gfp-highmem
}

# with_nth N COMMAND...: a function of builtins, or a program; its Nth allocation fails. A child would not inherit that.
with_nth() {
    knob times 1
    (
        echo "$1" >/proc/self/fail-nth
        shift
        if declare -F "$1" >/dev/null; then "$@"; else exec "$@"; fi
    ) >/run/said 2>&1
}
was_hit() { [ "$(cat $knobs/failslab/times $knobs/fail_page_alloc/times)" != "$(printf '1\n1')" ]; }

worked() { [ "$1" = 0 ] || { echo "status $1"; cat /run/said; return 1; }; }

# every_point NAME UNDO COMMAND...: the command with one allocation after the other failing. UNDO gets its status, undoes
# what it may have done, and fails when that is not possible.
every_point() {
    local name=$1 undo=$2 n hits=0 refused=0 rc began=$SECONDS
    shift 2
    for ((n = 1;; n += n < 4 ? 1 : step)); do
        with_nth $n "$@"
        rc=$?
        was_hit || break
        hits=$((hits + 1))
        [ $rc = 0 ] || refused=$((refused + 1))
        "$undo" $rc >/run/undone 2>&1 || { echo "    status $rc"; sed "s/^/    /" /run/said /run/undone; break; }
    done
    check "$name: all its failures can be undone ($hits)" eval '[ $hits -gt 0 ] && ! was_hit'
    check "$name: with memory it works" worked $rc
    "$undo" $rc >/dev/null 2>&1
    echo "# $name: $hits allocations failed, one at a time; $refused times it was refused ($((SECONDS - began)) s)"
}

# at_random PERCENT COMMAND...: meanwhile that part of the driver's allocations fails, whoever asks.
at_random() {
    local percent=$1
    shift
    knob times -1
    knob probability "$percent"
    "$@"
    knob probability 0
}

# ---- Operations, and how they are undone

find_card() {
    local device
    for device in /sys/bus/pci/devices/*; do
        # SPA_PCI_VENDOR_ID, SPA_PCI_DEVICE_ID
        [ "$(cat "$device/vendor" "$device/device")" != $'0x5350\n0x4131' ] || echo "${device##*/}"
    done
}
bound() { [ -e "/sys/bus/pci/drivers/spa/$card" ]; }
bind() { echo "$card" >/sys/bus/pci/drivers/spa/bind; }
unbind() { echo "$card" >/sys/bus/pci/drivers/spa/unbind; }
let_alone() { echo "${1:-}" >"/sys/bus/pci/devices/$card/driver_override"; }

unloaded() { [ ! -e /sys/module/spa ] || rmmod spa; }
# A card that was refused leaves nothing behind.
unbound() {
    if bound; then unbind; else [ ! -e /dev/spa0 ] && ! card_is_there; fi
}
is_down() { ip -n router link set spa0 down; }
# Whoever lacks memory does not say that the table is full.
no_states() {
    ! grep -q 'table of the card is full' /run/said || return 1
    clear_security
    [ -z "$(ip -n router xfrm state)" ] && [ -z "$(ip -n router xfrm policy)" ]
}
still_works() { first_ping $P4; }
tunnels_work() { first_ping $PI4; }
rings_back() {
    router ethtool -G spa0 rx 16
    [ "$(rx_entries)" = 16 ] && still_works
}
rx_entries() { router ethtool -g spa0 | awk '$1 == "RX:" { n = $2 } END { print n }'; }
mtu_back() { ip -n router link set spa0 mtu 1500 && still_works; }
# 0: answered, 1: refused for want of memory.
answered_or_refused() { [ "$1" -le 1 ]; }
on_card() { devlink resource show "pci/$card" | sed -n 's/.*name SA .*occ \([0-9]*\).*/\1/p'; }

module() {
    let_alone none
    every_point "load the module" unloaded insmod "$SPA_MODULE"
    check "the driver loads" load_driver
    let_alone
}

probe() {
    every_point "probe" unbound bind
    check "the card is taken" bind
}

interface() {
    # Few buffers: each of them is an allocation.
    router ethtool -G spa0 rx 16 tx 64
    is_down
    every_point "up" is_down ip -n router link set spa0 up
    check "the link comes up" bring_card_up
    check "and works" still_works
    every_point "rings of another size" rings_back ip netns exec router ethtool -G spa0 rx 32
    every_point "another MTU" mtu_back ip -n router link set spa0 mtu 1400
    every_point "self-test" still_works ip netns exec router ethtool -t spa0 offline
    every_point "statistics" still_works ip netns exec router ethtool -S spa0
}

associations() {
    local state=(ip -n router xfrm state add src "$R4" dst "$P4" proto esp spi 0x1001 mode tunnel "${gcm[@]}")
    local packet=(ip netns exec router "$tools/spa-xfrm")
    every_point "an SA out" no_states "${state[@]}" offload dev spa0 dir out
    every_point "an SA in" no_states "${state[@]}" offload dev spa0 dir in
    every_point "an SA in packet mode" no_states "${packet[@]}" state spa0 out $R4 $P4 0x1001 7 "$(key 20)" tunnel
    every_point "a policy" no_states "${packet[@]}" policy spa0 out $RI4/32 $PI4/32 100 7 tunnel $R4 $P4
    check "none is left in the card" within 30 eval '[ "$(on_card)" = 0 ]'
}

tunnels() {
    secure tunnel 4 4 "${gcm[@]}" replay-window 32
    check "the tunnel works" tunnels_work
}

public_keys() { every_point "a public-key operation" answered_or_refused "$tools/spa-pk-check" --once /dev/spa0; }

management() {
    every_point "devlink: diagnose" still_works devlink health diagnose "pci/$card" reporter fw
    every_point "devlink: dump" dump_cleared devlink health dump show "pci/$card" reporter fw
    every_point "devlink: a picture of the registers" picture_gone devlink region new "pci/$card/crash" snapshot 1
}
dump_cleared() { devlink health dump clear "pci/$card" reporter fw; }
picture_gone() { [ "$1" != 0 ] || devlink region del "pci/$card/crash" snapshot 1; }

# ---- At random

traffic() {
    local pids=() pid
    ip netns exec router ping -q -i 0.01 -w 10 $PI4 & pids+=($!)
    ip netns exec peer ping -q -i 0.01 -w 10 $RI4 & pids+=($!)
    ip netns exec peer ping -q -i 0.01 -w 10 -s 1000 $R4 & pids+=($!)
    for pid in "${pids[@]}"; do wait $pid; done
}
under_traffic() {
    at_random 100 eval 'ip netns exec peer ping -q -i 0.01 -c 100 -W 1 $R4'
    check "no buffer is to be had: that is counted" stat_above drv_rx_no_memory 0
    check "and frames come in again" still_works
    at_random 20 traffic
    check "some are to be had: afterwards the tunnel works" tunnels_work
    check "and no completion made no sense" fails eval 'router ethtool -S spa0 | grep -E "bad_[a-z]*: *[1-9]"'
}

hang() {
    fault 0 set hang
    within 90 eval 'dmesg | grep "the card has failed" >/dev/null'
    sleep 5
    fault 0 clear
}
failing() {
    at_random 10 hang
    # It may have been given up.
    check "a card that failed while memory failed comes back by order" within 60 devlink health recover "pci/$card" reporter fw
    bring_card_up
    check "with its SAs" within 30 tunnels_work
}

check "only allocations of the driver fail" only_the_driver
# When an interrupt's entries in /proc could not all be made, the kernel warns as it takes away those that are not there.
echo 'WARNING: .* remove_proc_entry\+' >/run/spa/own-mistakes
card=$(find_card)
module
probe
make_namespaces
check "the link comes up" attach_card
interface
associations
tunnels
public_keys
management
under_traffic
failing
clear_security
check "no SA is left in the card" within 30 eval '[ "$(on_card)" = 0 ]'
check "public keys work, every one" fails eval '"$tools/spa-pk-check" /dev/spa0 | grep "^not ok"'
check "the driver unloads" rmmod spa
finish
