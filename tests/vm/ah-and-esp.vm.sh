#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: --kernel 6.12 --cards 0 --timeout 300
# vm-debug: - there is nothing of the card or its driver in it
# The manual's pair ipseca-71a and ipseca-72a (tests/vectors/lan-to-lan), pasted as they were printed: main mode with a
# pre-shared key, DES, SHA-1 and group 1, then AH around ESP between two addresses, in the kernel.
#   71a 10.1.1.1, inside 10.0.0.1   ----   72a 10.2.2.2, inside 10.0.2.2
# Not of the files: `crypto legacy-algorithms` before them.
set -euo pipefail
. "$SPA_ROOT/tools/lib/peers.sh"
. "$SPA_ROOT/tools/lib/cases.sh"
work=$(mktemp -d)
keep_logs() {
    peers_cleanup
    for log in "$work"/*/*.log; do
        [ ! -f "$log" ] || cp "$log" "/out/$(basename "$(dirname "$log")")-$(basename "$log")"
    done
}
trap keep_logs EXIT
modprobe -a veth xfrm_user esp4 ah4 2>/dev/null || true

# router NAME: a daemon that was given the complete configuration of that router.
router() {
    mkdir -p "$work/$1/etc"
    echo "crypto legacy-algorithms" >"$work/$1/etc/startup-config"
    iked_start "$1" kernel
    { echo "configure terminal" && cat "$SPA_ROOT/tests/vectors/lan-to-lan/ipseca-$1.cfg"; } >"$work/$1/paste"
    check "the complete configuration of $1 is pasted, and no line is refused" tool "$1" -f "$work/$1/paste"
}

node 71a
node 72a
link 71a 10.1.1.1/8 72a 10.2.2.2/8
inside 71a 10.0.0.1/32
inside 72a 10.0.2.2/32
router 71a
router 72a

pings() { ping_in "$1" "$2" "$3" "${4:-5}"; }
check "traffic brings the tunnel up" await 60 pings 71a 10.0.0.1 10.0.2.2 1
# R-MAP-5: one SA of each protocol and direction.
kinds() { in_node "$1" ip xfrm state | grep -oE 'proto (ah|esp)' | sort | uniq -c | tr -s ' \n' ' '; }
check "71a has AH and ESP in both directions" equal " 2 proto ah 2 proto esp " "$(kinds 71a)"
check "72a has them too" equal " 2 proto ah 2 proto esp " "$(kinds 72a)"
screen() { tool "$1" show crypto ipsec sa; }
check "show crypto ipsec sa: esp-des esp-sha-hmac" has "esp-des esp-sha-hmac" screen 71a
check "show crypto ipsec sa: ah-sha-hmac" has "ah-sha-hmac" screen 71a
check "show crypto isakmp sa: the phase 1 of both" has "QM_IDLE" tool 72a show crypto isakmp sa
counts() { screen "$1" | grep -oE "#pkts $2: *[0-9]+" | awk -F: '{ n += $2 } END { print n + 0 }'; }
all_counts() { echo "$(counts 71a encaps) $(counts 71a decaps) $(counts 72a encaps) $(counts 72a decaps)"; }
read -ra before < <(all_counts)
in_node 71a timeout 60 tcpdump -U -n -i outside -w "$work/wire.pcap" ip proto 51 >/dev/null 2>&1 &
capture=$!
await 10 test -s "$work/wire.pcap"
check "pings from 71a's side" pings 71a 10.0.0.1 10.0.2.2
check "pings from 72a's side" pings 72a 10.0.2.2 10.0.0.1
check "both ends count all of them" equal \
    "$((before[0] + 10)) $((before[1] + 10)) $((before[2] + 10)) $((before[3] + 10))" "$(all_counts)"
kill $capture
wait $capture 2>/dev/null || true
# R-MAP-5: AH is what the wire sees, with ESP right behind it.
around() { tcpdump -n -r "$work/wire.pcap" 2>/dev/null | grep -c 'AH(.*ESP('; }
check "the wire has AH around ESP" at_least 20 "$(around)"
check "the proxies are the two hosts" has "10.0.0.1/255.255.255.255/0/0" screen 71a
check "clear crypto sa at one end" tool 71a clear crypto session
none() { ! in_node "$1" ip xfrm state | grep 'proto esp' >/dev/null; }
check "takes the other's SAs along" await 20 none 72a
check "and traffic brings it up again" await 60 pings 72a 10.0.2.2 10.0.0.1 1
check "71a's daemon ends cleanly" stop 71a iked
check "72a's daemon ends cleanly" stop 72a iked
finish
