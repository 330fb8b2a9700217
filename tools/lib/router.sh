# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The router's side of a tunnel, in the router's language, and what both sides say of it: for the interop tests, for
# guests and for the quickstart. Nodes "router" (ours) and "peer" (strongSwan) as in peers.sh, which it needs.
#   router 172.16.172.39, inside 1.1.1.0/24   ----   peer 172.16.172.34, inside 192.168.4.0/24
# Knobs of the configuration: router_device (outside), profile_lines, crypto_map_lines, global_lines.

# ikev2_peer NAME PEER [LINE]: a profile with a key, on standard output.
ikev2_peer() {
    cat <<END
crypto ikev2 keyring $1
 peer other
  address $2
  pre-shared-key cisco123
crypto ikev2 profile $1
 match identity remote address $2
${3:-}
 authentication remote pre-share
 authentication local pre-share
 keyring local $1
END
}

# router_map [LINE]: who is protected, and by what, on standard output. LINE goes into the entry of the crypto map.
router_map() {
    cat <<END
crypto ipsec transform-set GCM esp-gcm 256
 mode tunnel
!
crypto map VPN 10 ipsec-isakmp
 set peer 172.16.172.34
 set transform-set GCM
${1:-}
 match address 101
${crypto_map_lines:-}
!
interface Ethernet0/0
 device ${router_device:-outside}
 ip address 172.16.172.39 255.255.255.0
 crypto map VPN
!
access-list 101 permit ip 1.1.1.0 0.0.0.255 192.168.4.0 0.0.0.255
END
}

# What both kinds of router configuration for IKEv2 share, on standard output.
router_crypto() {
    router_map " set ikev2-profile PEER"
    cat <<END
!
crypto ikev2 proposal STRONG
 encryption aes-gcm-256
 prf sha256
 group 19
crypto ikev2 policy STRONG
 proposal STRONG
${global_lines:-}
END
}

# router_isakmp LINES POLICY-LINES: writes the startup-config of a router that speaks IKEv1. LINES come first; the policy
# is AES-256 and SHA-256, and the rest of POLICY-LINES.
router_isakmp() {
    mkdir -p "$work/router/etc"
    {
        cat <<END
hostname router
ip domain-name example.com
!
$1
crypto isakmp policy 10
 encryption aes 256
 hash sha256
$2
!
END
        router_map
    } >"$work/router/etc/startup-config"
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

# router_says PATTERN: the router's log has such a line, now or very soon.
router_says() { await 10 grep -qE "$1" "$work/router/iked.log"; }
peer_says() { await 10 grep -qE "$1" "$work/peer/charon.log"; }

# established: strongSwan sees an IKE SA with a CHILD SA.
established() { swan peer --list-sas 2>/dev/null | grep 'INSTALLED' >/dev/null; }
not_established() { ! established; }

# A packet that the crypto map protects starts the negotiation; the first ones may be lost meanwhile.
poke() { ping_in router 1.1.1.1 192.168.4.1 1 >/dev/null 2>&1; }
traffic_brings_it_up() { await 90 eval 'poke; established'; }

# router_counts WORD: the packets of "#pkts WORD: n" in show crypto ipsec sa.
router_counts() {
    tool router show crypto ipsec sa | grep -oE "#pkts $1: *[0-9]+" | awk -F: '{ n += $2 } END { print n + 0 }'
}

# Packets that the router's kernel counts in the SAs from this address.
kernel_packets() {
    in_node router ip -s xfrm state | awk -v from="$1" '
        /^src/              { source = $2 }
        /lifetime current:/ { getline; if (source == from && match($0, /[0-9]+\(packets\)/)) n += substr($0, RSTART) + 0 }
        END                 { print n + 0 }'
}

# SAs of the router that lie in the card.
offloaded() { in_node router ip xfrm state | grep -c 'crypto offload parameters: dev spa0' || true; }

# A counter of the card.
card_counter() { in_node router ethtool -S spa0 | awk -v c="$1:" '$1 == c { print $2 }'; }

# wire_opens FILE FILTER: packets of a capture that fit Wireshark's filter, once ESP is opened with the keys that the
# router's kernel holds.
wire_opens() {
    local settings=$work/wireshark
    mkdir -p "$settings"
    # One line per SA: addresses, SPI, cipher, key with salt.
    in_node router ip xfrm state | awk '
        /^src/      { src = $2; dst = $4 }
        /proto esp/ { spi = $4 }
        /aead/      {
            printf "\"IPv4\",\"%s\",\"%s\",\"%s\",\"AES-GCM with 16 octet ICV [RFC4106]\",\"%s\",\"NULL\",\"\"\n", src, dst, spi, $3
        }' >"$settings/esp_sa"
    WIRESHARK_CONFIG_DIR=$settings tshark -n -r "$1" -o esp.enable_encryption_decode:TRUE -Y "$2" 2>/dev/null | wc -l
}
