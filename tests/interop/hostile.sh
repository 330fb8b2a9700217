#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever arrives, an established tunnel stays up: noise on both ports from the peer's own address, cut-off and
# oversized datagrams with a good start, and a configuration with an unknown line (refused by name, R-CLI-12).
. "$(dirname "$0")/lib.sh"

nodes
router_psk cisco123
swan_psk peer cisco123
up
check "the tunnel comes up" traffic_brings_it_up
alive() { kill -0 "${peers_pid_of[router/iked]}"; }

# send PORT FILE: one datagram from the peer.
send() { in_node peer bash -c 'cat "$2" >/dev/udp/172.16.172.39/"$1"' send "$1" "$2"; }
noise() {
    local size port
    for size in 0 1 3 4 5 27 28 29 32 100 1400 9000 65000; do
        for port in 500 4500; do
            head -c $size /dev/urandom >"$work/noise"
            send $port "$work/noise"
        done
    done
}
check "random datagrams of many sizes are sent" noise

# An IKE header that promises more, less and nothing (RFC 7296 3.1), with and without the non-ESP marker.
header() { # LENGTH NEXT-PAYLOAD
    printf '\x11\x22\x33\x44\x55\x66\x77\x88\0\0\0\0\0\0\0\0'
    printf "\\x$2"'\x20\x22\x08\0\0\0\0'
    printf '%08x' "$1" | sed 's/../\\x&/g' | xargs -0 printf
}
crafted() {
    local length
    for length in 0 1 27 28 29 32 4294967295; do
        header $length 21 >"$work/noise"
        send 500 "$work/noise"
        { printf '\0\0\0\0'; header $length 21; head -c 40 /dev/zero; } >"$work/noise"
        send 4500 "$work/noise"
    done
}
check "headers with lengths that lie are sent" crafted
check "the daemon lives" alive
check "the tunnel carries" tunnel_carries router 1.1.1.1 192.168.4.1

printf 'configure terminal\nhostname RouterB\ncrypto frobnicate 7\nend\n' >"$work/bad"
rejected() {
    local rc=0
    tool router -f "$work/bad" >"$work/answer" 2>&1 || rc=$?
    cat "$work/answer"
    [ $rc = 1 ] && grep -q 'Invalid input' "$work/answer" && grep -qE '(line |:)3' "$work/answer"
}
check "an unknown line is refused with its number and status 1" rejected
check "the tunnel still carries" tunnel_carries peer 192.168.4.1 1.1.1.1
check "the daemon ends cleanly" stop router iked
finish
