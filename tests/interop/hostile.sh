#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever arrives, an established tunnel stays up, with IKEv2 and with IKEv1: noise on both ports from the peer's own
# address, headers that lie, cleartext and forged messages under the SPIs of the live SA, all that the peer has ever sent
# once more; and a configuration with an unknown line (refused by name, R-CLI-12).
. "$(dirname "$0")/lib.sh"

nodes
alive() { kill -0 "${peers_pid_of[router/iked]}"; }

# send PORT FILE: one datagram, which goes with the others at the next fire.
send() {
    queued=$((queued + 1))
    cp "$2" "$work/queue/$(printf '%04d' $queued).$1"
}
# fire COMMAND: what the command queues comes from the peer.
fire() {
    rm -rf "$work/queue"
    mkdir "$work/queue"
    queued=0
    "$@" || return 1
    in_node peer bash -c 'for file in "$1"/*; do cat "$file" >/dev/udp/172.16.172.39/"${file##*.}"; done' fire "$work/queue"
}
# send_both FILE: to both ports, behind a non-ESP marker on 4500 (RFC 3948 2.2).
send_both() {
    send 500 "$1"
    { printf '\0\0\0\0'; cat "$1"; } >"$1.marked"
    send 4500 "$1.marked"
}

noise() {
    local size port
    for size in 0 1 3 4 5 27 28 29 32 100 1400 9000 65000; do
        for port in 500 4500; do
            head -c $size /dev/urandom >"$work/noise"
            send $port "$work/noise"
        done
    done
}

# octets HEX
octets() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }
# header SPIS NEXT-PAYLOAD EXCHANGE FLAGS MESSAGE-ID LENGTH: an ISAKMP header (RFC 2408 3.1, RFC 7296 3.1), in hexadecimal
# but for the length.
header() { octets "$1$2$version$3$4$5$(printf '%08x' "$6")"; }

# Headers that promise more, less and nothing.
crafted() {
    local length exchange
    for exchange in "${exchanges[@]}"; do
        for length in 0 1 27 28 29 32 4294967295; do
            {
                header 11223344556677880000000000000000 "$first_payload" "$exchange" "$request" 00000000 $length
                head -c 40 /dev/zero
            } >"$work/noise"
            send_both "$work/noise"
        done
    done
}

# live_spis: both SPIs of the peer's IKE SA.
live_spis() {
    swan peer --list-sas --raw | grep -oE '(initiator|responder)-spi=[0-9a-f]{16}' | sort -u | cut -d = -f 2 | tr -d '\n'
}

# Messages under the SPIs of the live SA from somebody who has no key: a deletion in clear, INITIAL-CONTACT and a refusal
# in clear, and what says it is encrypted and is not.
forged() {
    local spis message exchange id flags
    spis=$(live_spis)
    [ ${#spis} = 32 ] || return 1
    for message in "${clear_messages[@]}"; do
        # The type of the payload, then the payload; @ stands for the SPIs.
        message=${message/@/$spis}
        for id in 00000000 00000001 7fffffff; do
            {
                header "$spis" "${message%% *}" "$informational" "$request" $id $((28 + (${#message} - 3) / 2))
                octets "${message#* }"
            } >"$work/noise"
            send_both "$work/noise"
        done
    done
    for exchange in "${exchanges[@]}"; do
        for id in 00000000 00000001 00000002 7fffffff; do
            for flags in $sealed; do
                {
                    header "$spis" "$sealed_payload" "$exchange" "$flags" $id 124
                    octets 00000060
                    head -c 92 /dev/urandom
                } >"$work/noise"
                send_both "$work/noise"
            done
        done
    done
}

# All that the peer has sent until now, again (the capture runs from before the tunnel): both phases of IKE, and the ESP of
# five pings at least.
replayed() {
    local port payload count=0
    while read -r port payload; do
        octets "$payload" >"$work/noise"
        send "$port" "$work/noise"
        count=$((count + 1))
    done < <(tshark -n -r "$work/peer/wire.pcap" -Y 'ip.src == 172.16.172.34 && udp' -T fields -e udp.dstport -e udp.payload 2>/dev/null)
    [ $count -ge 7 ] || { echo "only $count datagrams were captured"; return 1; }
}

# hostile NAME: everything, against the tunnel of the version that is configured.
hostile() {
    start peer "tcpdump-$1" tcpdump -n -U --immediate-mode -i outside -w "$work/peer/wire.pcap" udp
    await 30 grep -q 'listening on' "$work/peer/tcpdump-$1.log"
    check "$1: the tunnel comes up" traffic_brings_it_up
    check "$1: it carries" tunnel_carries router 1.1.1.1 192.168.4.1
    local spis
    spis=$(live_spis)
    stop peer "tcpdump-$1" || true
    check "$1: random datagrams of many sizes are sent" fire noise
    check "$1: headers with lengths that lie are sent" fire crafted
    check "$1: messages without a key are sent under the SPIs of the live SA" fire forged
    check "$1: all that the peer has sent is sent again" fire replayed
    check "$1: the daemon lives" alive
    check "$1: the tunnel carries" tunnel_carries router 1.1.1.1 192.168.4.1
    check "$1: it is the same IKE SA" equal "$spis" "$(live_spis)"
}

# The router begins: requests of the peer, its responses, and somebody who confuses the two ends.
version=20 request=00 sealed="00 20 08" first_payload=21 sealed_payload=2e informational=25 exchanges=(22 23 24 25)
# Delete of the IKE SA; INITIAL_CONTACT; INVALID_SYNTAX (RFC 7296 3.10, 3.11).
clear_messages=("2a 0000000801000000" "29 0000000800004000" "29 0000000800000007")
router_psk cisco123
swan_psk peer cisco123
up
hostile IKEv2

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
stop peer charon || true

# Main mode, aggressive mode, informational, quick mode (RFC 2409 5; RFC 2408 3.1).
version=10 request=00 sealed=01 first_payload=01 sealed_payload=08 informational=05 exchanges=(02 04 05 20)
# Delete and notifications of ISAKMP in clear: INITIAL-CONTACT, INVALID-COOKIE (RFC 2408 3.14, 3.15; RFC 2407 4.6.3).
clear_messages=("0c 0000001c0000000101100001@" "0b 0000001c0000000101106002@" "0b 0000001c0000000101100004@")
export ike_proposals=aes256-sha256-modp2048
router_isakmp "crypto isakmp key cisco123 address 172.16.172.34" $' authentication pre-share\n group 14'
swan_psk peer cisco123
sed -i 's/version = 2/version = 1/' "$work/peer/swanctl/swanctl.conf"
up
hostile IKEv1
check "the daemon ends cleanly" stop router iked
finish
