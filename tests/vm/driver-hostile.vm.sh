#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The driver on a card that lies, in every way at run time: wrong octets in the self-test, lengths, SAs, statuses that
# cannot be, completions that name wrong buffers, and in the end any field of any completion, event and answer, from a
# seed that is printed. Whatever it says, the driver lives, and when it tells the truth again everything works.
# vm: --kernel 6.12 --cards 1 --timeout 400
# vm-debug: 224
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

most_pings() { # TARGET: more than a third come back
    local got
    got=$(router ping -q -c 30 -i 0.05 -W 3 "$1" | sed -nE 's/.* ([0-9]+) received.*/\1/p')
    [ "$got" -gt 10 ] || { echo "$got of 30"; return 1; }
}
all_pings() { router ping -q -c 5 -i 0.1 -W 10 "$1" | grep ' 5 received' >/dev/null; }
read -ra algorithm <<<"aead rfc4106(gcm(aes)) $(key 20) 128"

# The DMA self-test writes wrong octets: probe finds out, says so and lets the card alone.
fault 0 set dma-test
insmod "$SPA_MODULE"
check "dmesg names the self-test that failed" has "DMA test" dmesg
check "there is no interface" fails ip link show spa0
check "nor a device" [ ! -e /dev/spa0 ]
check "the module unloads" rmmod spa
fault 0 clear

check "the driver loads" load_driver
make_namespaces
attach_card >/dev/null

# Completions that name wrong buffers: whoever believed one would hand out memory that the card still writes to.
fault 0 set rx-index
router ping -q -c 30 -i 0.1 -W 1 $P4 >/run/ping.log
check "wrong buffers are noticed" stat_above drv_rx_bad_index 0
check "and the rings restarted" within 10 stat_above drv_restarts 0
check "no command to the card was lost" stat_is drv_admin_timeouts 0
fault 0 clear

# Lengths, SAs and statuses that cannot be: counted, mentioned, survived; traffic that is not lied about goes on.
fault 0 set rx-length
fault 0 set sa-index
fault 0 set pk-length
check "plain traffic goes on" within 20 most_pings $P4
check "lengths that cannot be are counted" stat_above drv_rx_bad_length 5
check "and are errors of the interface" has '"errors":' eval "ip -n router -s -j link show spa0 | grep -o '\"rx\".*\"errors\":[1-9]'"
check "and are mentioned in dmesg, not too often" [ "$(dmesg | grep -c 'dropped a frame of 4294967280 octets')" -le 30 ]
check "the SAs are taken" secure tunnel 4 4 "${algorithm[@]}" replay-window 32
check "protected traffic goes on" most_pings $PI4
"$tools/spa-pk-check" /dev/spa0 >/run/pk.log
check "public-key operations fail one by one, not all" grep -q '^ok - .*the card verifies it too\|^ok - .*agrees' /run/pk.log
check "output longer than its buffer is counted" stat_above drv_pk_bad_completion 5
fault 0 clear

# Any field of anything, with everything in use that asks the card for something.
churn() {
    local i
    for ((i = 0; i < 8; i++)); do
        printf 'xfrm state add src %s dst 10.9.0.77 proto esp spi 0x%x mode tunnel %s offload dev spa0 dir out\n' \
            $R4 $((0x5000 + i)) "${algorithm[*]}"
    done | timeout 15 ip -n router -force -batch -
    timeout 15 ip netns exec router ethtool -S spa0
    devlink health diagnose "pci/$(slot)" reporter fw
    timeout 5 "$tools/spa-pk-check" /dev/spa0
    for ((i = 0; i < 8; i++)); do
        printf 'xfrm state delete src %s dst 10.9.0.77 proto esp spi 0x%x\n' $R4 $((0x5000 + i))
    done | ip -n router -force -batch -
}

seed=${SPA_SEED:-$RANDOM}
for target in $P4 $PI4; do ip netns exec router ping -q -i 0.02 $target & done >/dev/null 2>&1
for ((round = 0; round < 3; round++)); do
    echo "# lies of seed $((seed + round))"
    check "round $round: the card lies" fault 0 set lies $((seed + round))
    churn >/dev/null 2>&1
    fault 0 clear
    # Whether it recovers by itself, or was given up meanwhile, an order brings it back.
    check "round $round: the truth brings it back" within 60 devlink health recover "pci/$(slot)" reporter fw
    check "round $round: plain traffic" within 20 all_pings $P4
    check "round $round: protected traffic" within 20 all_pings $PI4
done
echo "# $(dmesg | grep -c 'the card has failed') failures reported, $(dmesg | grep -c 'runs again') recoveries"
# shellcheck disable=SC2046 # a word each
kill $(jobs -p)
wait
"$tools/spa-pk-check" /dev/spa0 >/run/pk.log
check "public keys work again, every one" fails grep '^not ok' /run/pk.log
clear_security
check "the driver unloads" rmmod spa
check "and loads again" load_driver
check "no oops, no warning" fails grep -E 'BUG:|WARNING:|Oops|KASAN|UBSAN' <(dmesg)
finish
