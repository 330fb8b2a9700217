#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A card that fails and comes back without losing a tunnel: resets by others, registers that fall silent, namespaces.
# vm: --kernel 6.1 --cards 1 --timeout 600 --pcap
# vm: --kernel 6.12 --cards 1 --timeout 600 --pcap
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

slot() { basename /sys/bus/pci/drivers/spa/0000:*; }
reporter() { devlink health "$1" "pci/$(slot)" reporter fw "${@:2}"; }

# Memory decoding off: no register of the card answers.
vanish() { printf '\0\0' | dd of="/sys/bus/pci/devices/$(slot)/config" bs=1 seek=4 conv=notrunc status=none; }
recovered() { [ "$(dmesg | grep -c 'the card runs again')" -ge "$1" ]; }
pings() { router ping -q -c 5 -i 0.1 -W 10 "$1"; }
# The first answer, however many go unanswered before.
first_ping() { router ping -q -c 1 -i 0.2 -w 60 "$1"; }

read -ra algorithm <<<"aead rfc4106(gcm(aes)) $(key 20) 128"

# many_sas N: outbound SAs to a peer that is not there, so that there is something to program again.
many_sas() {
    local i
    for ((i = 0; i < $1; i++)); do
        printf 'xfrm state add src %s dst %s proto esp spi %#x mode tunnel %s offload dev spa0 dir out\n' \
            $R4 10.9.0.77 $((0x10000 + i)) "${algorithm[*]}"
    done | ip -n router -batch -
}

states() { ip -n router xfrm state | grep -c 'offload'; }
no_states() { [ "$(states)" = 0 ]; }

# still NAME COUNT: after a failure, the tunnel goes on with the same states.
still() {
    check "$1: the tunnel goes on by itself" first_ping $PI4
    check "$1: and so does plain traffic" pings $P4
    check "$1: no state is lost" [ "$(states)" = "$2" ]
    check "$1: both directions through the card" both_directions
}

both_directions() {
    local before now
    read -ra before < <(counts)
    pings $PI4 >/dev/null || return 1
    read -ra now < <(counts)
    [ "${now[0]}" = $((before[0] + 5)) ] && [ "${now[1]}" = $((before[1] + 5)) ] || { echo "${before[*]} - ${now[*]}"; return 1; }
}

check "the driver loads" load_driver
make_namespaces
attach_card >/dev/null
check "the SAs are taken" secure tunnel 4 4 "${algorithm[@]}" replay-window 32
check "and a thousand more" many_sas 1000
check "the tunnel works" pings $PI4

# R-ENG: devlink says what the card is and how it feels.
check "devlink names driver and firmware" grep -q 'driver spa' <(devlink dev info "pci/$(slot)")
check "and a serial number" grep -q 'serial_number' <(devlink dev info "pci/$(slot)")
check "the SA table is a resource, with its occupancy" grep -q 'name SA size 16384 occ 1002' \
    <(devlink resource show "pci/$(slot)")
check "the health reporter is healthy" grep -q 'state healthy' <(reporter show)
check "and diagnoses" grep -q 'running' <(reporter diagnose)

# A function-level reset by somebody else, in the middle of traffic, wipes the card; the driver is told before and after.
ip netns exec router ping -q -i 0.01 -w 60 $PI4 >/dev/null 2>&1 &
pinging=$!
sleep 1
echo 1 >"/sys/bus/pci/devices/$(slot)/reset"
kill $pinging
wait $pinging
still "function-level reset" 1002
check "what was programmed again is said" has ' 1002 SAs were programmed again' dmesg

# Registers that do not answer: found by the watchdog, brought back through the configuration space.
recoveries=$(dmesg | grep -c 'the card runs again')
vanish
check "a silent card is noticed" within 30 recovered $((recoveries + 1))
still "silent card" 1002
check "the reporter counts it" has 'error 1 recover 1' reporter show
check "a picture of it was kept" has "snapshot [0]" devlink region show
check "and can be read" devlink region read "pci/$(slot)/crash" snapshot 0 address 0 length 16

# Switched off, the card stays as it is until somebody orders otherwise.
check "recovery by itself can be switched off" reporter set auto_recover false
vanish
check "then the failure is reported" within 30 has 'state error' reporter show
check "and an order brings the card back" within 10 reporter recover
still "recover by order, afterwards" 1002

check "another namespace" ip -n router link set spa0 netns peer
check "takes the offloaded states along, that is, away" within 10 no_states
check "and back" ip -n peer link set spa0 netns router
check "no interrupt was lost" stat_is drv_irqs_lost 0
check "the driver unloads" rmmod spa
finish
