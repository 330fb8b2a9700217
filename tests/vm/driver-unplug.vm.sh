#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# PCI unplug: the card is taken out while encrypted traffic runs through it and while a process holds its public-key
# device, is put in again and works, twice. On the second transport: QEMU that speaks vfio-user does not survive
# device_del of a device with MSI-X.
# vm: --kernel 6.1 --qemu stock --monitor --timeout 600
# vm: --kernel 6.12 --qemu stock --monitor --timeout 600
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

# qmp JSON: a command of QEMU's monitor; fails when it does.
qmp() {
    local line
    echo "$1" >&5
    while read -r -t 60 line <&5; do
        case $line in
            *'"return"'*) return 0 ;;
            *'"error"'*) echo "$line"; return 1 ;;
        esac
    done
    echo "no answer to $1"
    return 1
}

# device_deleted: QEMU has let the device go, which it does when the guest's kernel has.
device_deleted() {
    local line
    while read -r -t 60 line <&5; do
        case $line in
            *DEVICE_DELETED*'"card0"'*) return 0 ;;
            *ERROR*) echo "$line"; return 1 ;;
        esac
    done
    echo "the device was not deleted"
    return 1
}

pull() { qmp '{"execute":"device_del","arguments":{"id":"card0"}}'; }
push() { qmp "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"x-pci-proxy-dev\",\"id\":\"card0\",\"fd\":\"$1\"}}"; }
no_states() { [ -z "$(ip -n router xfrm state)" ]; }

read -ra algorithm <<<"aead rfc4106(gcm(aes)) $(key 20) 128"

works() { # ROUND
    check "$1: the link comes up" attach_card
    protected "$1: GCM-128 tunnel" $PI4 tunnel 4 4 "${algorithm[@]}" replay-window 32
}

under_traffic() { # ROUND
    local pid
    # Not by the function: what is killed must be the ping.
    ip netns exec router ping -q -f -w 60 $PI4 >/dev/null 2>&1 &
    pid=$!
    within 20 stat_above drv_rx_esp_ok 100
    check "$1: QEMU asks for the card under traffic" pull
    check "$1: the driver lets it go" device_deleted
    check "$1: interface and device are gone" within 20 card_is_gone
    check "$1: its SAs are gone with it" within 20 no_states
    kill $pid
    wait $pid
    clear_security
}

held() { # ROUND
    local holder
    "$tools/spa-pk-check" --hold /dev/spa0 >/run/held &
    holder=$!
    within 30 grep -q holding /run/held
    check "$1: QEMU asks for the card while its device is held" pull
    check "$1: the driver lets it go" device_deleted
    check "$1: interface and device are gone" within 20 card_is_gone
    check "$1: whoever held /dev/spa0 was told" wait $holder
    clear_security
}

exec 5<>"$SPA_MONITOR"
check "QEMU's monitor answers" qmp '{"execute":"qmp_capabilities"}'
check "the driver loads" load_driver
make_namespaces
works "first card"
under_traffic "first card"
check "a card is put in again" push 21
check "the driver takes it" within 60 card_is_there
works "second card"
held "second card"
check "a third card is put in" push 22
check "the driver takes that too" within 60 card_is_there
works "third card"
clear_security
check "the driver unloads" rmmod spa
finish
