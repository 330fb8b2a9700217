# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every interop script starts with: . "$(dirname "$0")/lib.sh". Two nodes, "router" (ours) and "peer"
# (strongSwan with its data plane in user space), as in the router's own documents:
#   router 172.16.172.39, inside 1.1.1.0/24   ----   peer 172.16.172.34, inside 192.168.4.0/24
# Cases report themselves as "ok - NAME" / "not ok - NAME"; the last line of a script is: finish

set -euo pipefail
SPA_ROOT=${SPA_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
. "$SPA_ROOT/tools/lib/pki.sh"
. "$SPA_ROOT/tools/lib/peers.sh"
. "$SPA_ROOT/tools/lib/cases.sh"

[ "$(id -u)" = 0 ] || { echo "needs root: namespaces are made"; exit 1; }
work=$(mktemp -d /tmp/spa-interop.XXXXXX)
interop_exit() {
    local rc=$?
    peers_cleanup
    if [ $rc != 0 ] || [ $failed != 0 ]; then
        for log in "$work"/*/{iked,charon}.log; do
            [ -f "$log" ] || continue
            echo "---- ${log#"$work"/}"
            tail -n 40 "$log"
        done
    fi
    rm -rf "$work"
}
trap interop_exit EXIT
trap 'exit 130' INT TERM

# The two nodes and their wire.
nodes() {
    node router
    node peer
    link router 172.16.172.39/24 peer 172.16.172.34/24
    inside router 1.1.1.1/24
    inside peer 192.168.4.1/24
}

# What both kinds of router configuration share, on standard output: who is protected, and by what.
router_crypto() {
    cat <<END
crypto ipsec transform-set GCM esp-gcm 256
 mode tunnel
!
crypto map VPN 10 ipsec-isakmp
 set peer 172.16.172.34
 set transform-set GCM
 set ikev2-profile PEER
 match address 101
${crypto_map_lines:-}
!
interface Ethernet0/0
 device outside
 ip address 172.16.172.39 255.255.255.0
 crypto map VPN
!
access-list 101 permit ip 1.1.1.0 0.0.0.255 192.168.4.0 0.0.0.255
!
crypto ikev2 proposal STRONG
 encryption aes-gcm-256
 prf sha256
 group 19
crypto ikev2 policy STRONG
 proposal STRONG
END
}

# router_psk KEY: writes the startup-config of a router with a pre-shared key.
router_psk() {
    mkdir -p "$work/router/etc"
    {
        cat <<END
hostname RouterA
!
crypto ikev2 keyring KEYS
 peer remote
  address 172.16.172.34
  pre-shared-key $1
!
crypto ikev2 profile PEER
 match identity remote address 172.16.172.34
 identity local address 172.16.172.39
 authentication remote pre-share
 authentication local pre-share
 keyring local KEYS
${profile_lines:-}
!
END
        router_crypto
    } >"$work/router/etc/startup-config"
}

# router_certificates FILE: writes the startup-config of a router that proves itself by certificate and reads the CRLs
# in FILE; its certificate comes with crypto pki import.
router_certificates() {
    mkdir -p "$work/router/etc"
    {
        cat <<END
hostname RouterA
!
crypto pki trustpoint LAB
 revocation-check crl
 crl query file://$1
!
crypto pki certificate map PEERS 10
 issuer-name co example
!
crypto ikev2 profile PEER
 match certificate PEERS
 identity local dn
 authentication remote rsa-sig
 authentication local rsa-sig
 pki trustpoint LAB
${profile_lines:-}
!
END
        router_crypto
    } >"$work/router/etc/startup-config"
}

# tunnel_carries NAME FROM TO: pings cross, and both ends count them as ESP.
tunnel_carries() {
    local name=$1 in_before out_before
    in_before=$(swan_packets peer in) out_before=$(swan_packets peer out)
    ping_in "$name" "$2" "$3" 5 || return 1
    [ $(($(swan_packets peer in) - in_before)) -ge 5 ] && [ $(($(swan_packets peer out) - out_before)) -ge 5 ]
}

# up NAME: the daemon of the router, in the soft data plane, and strongSwan; each with the configuration written before.
up() {
    swan_start peer libipsec
    iked_start router soft
}

# router_says PATTERN: the router's log has such a line, now or very soon.
router_says() { await 10 grep -qE "$1" "$work/router/iked.log"; }
peer_says() { await 10 grep -qE "$1" "$work/peer/charon.log"; }

# established: strongSwan sees an IKE SA with a CHILD SA.
established() { swan peer --list-sas 2>/dev/null | grep -q 'INSTALLED'; }
not_established() { ! established; }

# A packet that the crypto map protects starts the negotiation; the first ones may be lost meanwhile.
poke() { ping_in router 1.1.1.1 192.168.4.1 1 >/dev/null 2>&1; }
traffic_brings_it_up() { await 20 eval 'poke; established'; }

# router_counts WORD: the packets of "#pkts WORD: n" in show crypto ipsec sa.
router_counts() {
    tool router show crypto ipsec sa | grep -oE "#pkts $1: *[0-9]+" | awk -F: '{ n += $2 } END { print n + 0 }'
}

# spi_of DIRECTION: strongSwan's SPI of the newest CHILD SA.
peer_spi() { swan peer --list-sas --raw 2>/dev/null | grep -oE "spi-$1=[0-9a-f]+" | tail -n 1; }
