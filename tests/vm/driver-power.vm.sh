#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The card is put to sleep with the whole machine, is taken out by sysfs and found again, and its driver is unloaded: each
# time under traffic, and each time it works afterwards.
# vm: --kernel 6.12 --cards 1 --timeout 400
# vm: --kernel debug --cards 1 --memory 1536 --timeout 1800
# vm-debug: 264
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

read -ra algorithm <<<"aead rfc4106(gcm(aes)) $(key 20) 128"
no_states() { [ -z "$(ip -n router xfrm state)" ]; }

checks=
# load: protected traffic without end; with "keys", public keys too. unload: ends them.
load() {
    local before
    before=$(card_stat drv_rx_esp_ok)
    ip netns exec router ping -q -i 0.02 -w 200 $PI4 >/dev/null 2>&1 &
    pinger=$!
    if [ "${1:-}" = keys ]; then
        # Not killed: a check that outlived its loop would go on holding the device.
        : >/run/keys-wanted
        while [ -e /run/keys-wanted ] && "$tools/spa-pk-check" /dev/spa0 >/dev/null 2>&1; do :; done &
        checks=$!
    fi
    within 20 stat_above drv_rx_esp_ok $((before + 20))
}
unload() {
    rm -f /run/keys-wanted
    kill "$pinger" 2>/dev/null
    wait "$pinger" $checks
    checks=
}

works() {
    check "$1: the link comes up" attach_card
    check "$1: the SAs are taken" secure tunnel 4 4 "${algorithm[@]}" replay-window 32
    check "$1: the tunnel works" first_ping $PI4
}

# Through the kernel's whole way down to the devices and up again; the virtio devices stay awake, because the root file
# system does not survive it otherwise (driver/tests/awake.c).
suspend() {
    echo devices >/sys/power/pm_test && echo 0 >/sys/module/suspend/parameters/pm_test_delay && echo mem >/sys/power/state
}

check "the driver loads" load_driver
make_namespaces
works "at first"

check "virtio devices are kept awake" insmod "$(dirname "$SPA_MODULE")/awake.ko"
load keys
check "the machine goes to sleep under load, and wakes up" suspend
check "the card was put to sleep with it" has " 2 SAs were programmed again" dmesg
check "after sleep: the tunnel goes on" first_ping $PI4
check "after sleep: and plain traffic" first_ping $P4
unload
check "after sleep: the card is healthy" has 'state healthy' devlink health show "pci/$(slot)" reporter fw
check "sleep without load" suspend
check "after that: the tunnel goes on" first_ping $PI4
check "the interface may be down meanwhile" ip -n router link set spa0 down
check "asleep while it is down" suspend
clear_security
check "and up again" bring_card_up
check "the SAs are taken again" secure tunnel 4 4 "${algorithm[@]}" replay-window 32
check "and the tunnel works" first_ping $PI4

load keys
taken=$(slot)
check "the card is taken out under load" eval "echo 1 >/sys/bus/pci/devices/$taken/remove"
check "interface and device are gone" within 20 card_is_gone
check "its SAs are gone with it" within 20 no_states
unload
clear_security
check "the bus is looked through again" eval "echo 1 >/sys/bus/pci/rescan"
check "the card is there" within 30 card_is_there
works "found again"

load
check "the driver is unloaded under load" rmmod spa
check "and all is gone" within 20 card_is_gone
unload
clear_security
check "it is loaded again" load_driver
works "loaded again"
clear_security
check "the driver unloads" rmmod spa
finish
