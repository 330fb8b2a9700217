#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The driver on a card that lies: every third completion carries a length that cannot be, an SA beyond the table or a
# status that does not exist. Counted, mentioned, survived; traffic that is not lied about goes on.
# vm: --kernel 6.12 --cards 1 --timeout 400 --sim-arg --fault --sim-arg rx-length,sa-index,pk-length
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

most_pings() { # TARGET: more than a third come back
    local got
    got=$(router ping -q -c 30 -i 0.05 -W 3 "$1" | sed -nE 's/.* ([0-9]+) received.*/\1/p')
    [ "$got" -gt 10 ] || { echo "$got of 30"; return 1; }
}

check "the driver loads" load_driver
make_namespaces
attach_card >/dev/null
check "plain traffic goes on" most_pings $P4
check "lengths that cannot be are counted" stat_above drv_rx_bad_length 5
check "and are errors of the interface" grep -q '"rx".*"errors":[1-9]' <(ip -n router -s -j link show spa0)
check "and are mentioned in dmesg, not too often" [ "$(dmesg | grep -c 'dropped a frame of 4294967280 octets')" -le 30 ]
read -ra algorithm <<<"aead rfc4106(gcm(aes)) $(key 20) 128"
check "the SAs are taken" secure tunnel 4 4 "${algorithm[@]}" replay-window 32
check "protected traffic goes on" most_pings $PI4
"$tools/spa-pk-check" /dev/spa0 >/run/pk.log
check "public-key operations fail one by one, not all" grep -q '^ok - .*the card verifies it too\|^ok - .*agrees' /run/pk.log
check "output longer than its buffer is counted" stat_above drv_pk_bad_completion 5
clear_security
check "the driver unloads" rmmod spa
check "and loads again" load_driver
finish
