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

[ "$(id -u)" = 0 ] || { echo "needs root: namespaces are made"; exit 1; }
work=$(mktemp -d /tmp/spa-interop.XXXXXX)
failed=0

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

# check NAME COMMAND...: one case.
check() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok - $name"
    else
        [ -z "$output" ] || sed 's/^/    /' <<<"$output"
        echo "not ok - $name"
        failed=1
    fi
}

finish() { exit $failed; }

# The two nodes and their wire.
nodes() {
    node router
    node peer
    link router 172.16.172.39/24 peer 172.16.172.34/24
    inside router 1.1.1.1/24
    inside peer 192.168.4.1/24
}

# The addresses of both ends, seen from a node.
ends() {
    if [ "$1" = peer ]; then
        own=172.16.172.34 other=172.16.172.39 own_ts=192.168.4.0/24 other_ts=1.1.1.0/24
    else
        own=172.16.172.39 other=172.16.172.34 own_ts=1.1.1.0/24 other_ts=192.168.4.0/24
    fi
}

# swan_config NAME LOCAL-LINES REMOTE-LINES SECRETS: swanctl.conf of a node, connection "tunnel" with child "net". The
# arguments are lines of the sections local and remote, and a whole secrets section. Further knobs: ike_proposals,
# esp_proposals, connection_lines, child_lines.
swan_config() {
    local own other own_ts other_ts
    ends "$1"
    swan_files "$1"
    cat >"$work/$1/swanctl/swanctl.conf" <<END
connections {
    tunnel {
        version = 2
        local_addrs = $own
        remote_addrs = $other
        proposals = ${ike_proposals:-aes256gcm16-prfsha256-ecp256}
        ${connection_lines:-}
        local {
            $2
        }
        remote {
            $3
        }
        children {
            net {
                local_ts = $own_ts
                remote_ts = $other_ts
                esp_proposals = ${esp_proposals:-aes256gcm16}
                ${child_lines:-}
            }
        }
    }
}
$4
END
}

# swan_psk NAME KEY: a connection with a pre-shared key.
swan_psk() {
    local own other own_ts other_ts
    ends "$1"
    swan_config "$1" "auth = psk
            id = $own" "auth = psk
            id = $other" "secrets {
    ike-tunnel {
        id-own = $own
        id-other = $other
        secret = \"$2\"
    }
}"
}

# swan_certificates NAME CA-DIR CERTIFICATE REMOTE-ID: a connection with certificates, strict about revocation.
swan_certificates() {
    swan_config "$1" "auth = pubkey
            certs = $3.pem
            id = \"O=Example, CN=$3\"" "auth = pubkey
            id = \"$4\"
            revocation = strict" ""
    cp "$2/ca.pem" "$work/$1/swanctl/x509ca/"
    cp "$2/crl.pem" "$work/$1/swanctl/x509crl/"
    cp "$2/$3.pem" "$work/$1/swanctl/x509/"
    cp "$2/$3.key" "$work/$1/swanctl/private/"
}

# swan_crl NAME CA-DIR: the node reads the list of the CA again and forgets what it has cached.
swan_crl() {
    cp "$2/crl.pem" "$work/$1/swanctl/x509crl/"
    { swan "$1" --flush-certs && swan "$1" --load-creds --noprompt; } >>"$work/$1/load.log" 2>&1
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

# router_certificates CA-DIR: writes the startup-config of a router that proves itself by certificate and reads
# CA-DIR/crl.pem; certificates come with router_import.
router_certificates() {
    mkdir -p "$work/router/etc"
    {
        cat <<END
hostname RouterA
!
crypto pki trustpoint LAB
 revocation-check crl
 crl query file://$1/crl.pem
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

# has TEXT COMMAND...: the command's output contains the text.
has() {
    local text=$1 output
    shift
    output=$("$@" 2>&1) || true
    grep -qF -- "$text" <<<"$output" || { echo "no \"$text\" in:"; echo "$output"; return 1; }
}
