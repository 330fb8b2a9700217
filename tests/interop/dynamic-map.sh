#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A dynamic crypto map answers strongSwan peers whose addresses no configuration knows (R-MAP-22): one proves itself by a
# pre-shared key that goes with its name, one by a certificate, both with IKEv2, one by a certificate with IKEv1. Each
# brings the networks that it wants; reverse-route puts them into the routing table for as long as it is there.
#   router 172.16.172.39, inside 1.1.1.0/24 --- box --- anywhere: the peers, inside 192.168.N.0/24
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$SPA_ROOT/tests/interop/matrix/network.sh"

declare -A inside_of=([anna]=10 [bert]=20 [cora]=30)

# peer_node NAME NUMBER: a peer at 10.77.NUMBER.2, behind the box.
peer_node() {
    node "$1"
    wire box "$1" "$1" outside
    in_node box ip addr add "10.77.$2.1/24" dev "$1"
    in_node box ip link set "$1" up
    in_node "$1" ip addr add "10.77.$2.2/24" dev outside
    in_node "$1" ip link set outside up
    in_node "$1" ip route add default via "10.77.$2.1" src "10.77.$2.2"
    inside "$1" "192.168.${inside_of[$1]}.1/24"
    swan_files "$1"
}

node box
node router
wire box router router outside
in_node box ip addr add 172.16.172.33/24 dev router
in_node box ip link set router up
in_node router ip addr add 172.16.172.39/24 dev outside
in_node router ip link set outside up
in_node router ip route add default via 172.16.172.33 src 172.16.172.39
inside router 1.1.1.1/24
peer_node anna 1
peer_node bert 2
peer_node cora 3

pki_ca "$work/ca" "Lab CA"
for name in router bert cora; do pki_issue "$work/ca" $name 172.16.172.39; done
pki_pkcs12 "$work/ca" router secret99 "$work/router.p12"
for name in bert cora; do
    cp "$work/ca/ca.pem" "$work/$name/swanctl/x509ca/"
    cp "$work/ca/crl.pem" "$work/$name/swanctl/x509crl/"
    cp "$work/ca/$name.pem" "$work/$name/swanctl/x509/"
    cp "$work/ca/$name.key" "$work/$name/swanctl/private/"
done

mkdir -p "$work/router/etc"
cat >"$work/router/etc/startup-config" <<END
hostname router
ip domain-name example.com
!
crypto pki trustpoint LAB
 revocation-check crl
 crl query file://$work/ca/crl.pem
crypto pki certificate map PEERS 10
 issuer-name co lab ca
!
crypto ikev2 proposal STRONG
 encryption aes-gcm-256
 prf sha256
 group 19
crypto ikev2 policy STRONG
 proposal STRONG
crypto ikev2 keyring KEYS
 peer ANNA
  identity fqdn anna.example.com
  pre-shared-key key-of-anna
crypto ikev2 profile BY-NAME
 match identity remote fqdn domain example.com
 identity local fqdn router.example.com
 authentication remote pre-share
 authentication local pre-share
 keyring local KEYS
crypto ikev2 profile BY-CERTIFICATE
 match certificate PEERS
 identity local dn
 authentication remote rsa-sig
 authentication local rsa-sig
 pki trustpoint LAB
!
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 group 14
crypto isakmp identity dn
crypto isakmp profile OLD
 match certificate PEERS
 ca trust-point LAB
!
crypto ipsec transform-set GCM esp-gcm 256
ip access-list extended BRANCHES
 permit ip 1.1.1.0 0.0.0.255 192.168.0.0 0.0.255.255
crypto dynamic-map ANYBODY 10
 set transform-set GCM
 set ikev2-profile BY-NAME
 match address BRANCHES
 reverse-route
crypto dynamic-map ANYBODY 20
 set transform-set GCM
 set ikev2-profile BY-CERTIFICATE
 match address BRANCHES
 reverse-route
crypto dynamic-map ANYBODY 30
 set transform-set GCM
 set isakmp-profile OLD
 match address BRANCHES
 reverse-route
crypto map VPN 65000 ipsec-isakmp dynamic ANYBODY
interface Ethernet0/0
 ip address 172.16.172.39 255.255.255.0
 crypto map VPN
END

# peer_config NAME VERSION PROPOSAL [NETWORK]: how the peer calls the router; NETWORK in place of its own.
peer_config() {
    local auth="auth = pubkey
            certs = $1.pem
            id = \"O=Example, CN=$1\"" remote="auth = pubkey
            id = \"O=Example, CN=router\"
            revocation = strict"
    if [ "$1" = anna ]; then
        auth="auth = psk
            id = anna.example.com"
        remote="auth = psk
            id = router.example.com"
    fi
    cat >"$work/$1/swanctl/swanctl.conf" <<END
connections {
    tunnel {
        version = $2
        remote_addrs = 172.16.172.39
        proposals = $3
        local {
            $auth
        }
        remote {
            $remote
        }
        children {
            net {
                local_ts = ${4:-192.168.${inside_of[$1]}.0/24}
                remote_ts = 1.1.1.0/24
                esp_proposals = aes256gcm16
            }
        }
    }
}
secrets {
    ike-tunnel {
        id-own = anna.example.com
        id-other = router.example.com
        secret = key-of-anna
    }
}
END
}

initiate() { swan "$1" --initiate --child net --timeout 20; }
refused() { ! swan "$1" --initiate --child net --timeout 8; }
route() { in_node router ip route show | grep -E "^192\.168\.$1\.0/24 via 172.16.172.33 dev outside" >/dev/null; }
no_route() { ! in_node router ip route show | grep -E "^192\.168\.$1\." >/dev/null; }
carries() { # NAME: pings from either side, and the peer counts all of them as ESP.
    local n=${inside_of[$1]} in out
    in=$(swan_packets "$1" in) out=$(swan_packets "$1" out)
    ping_in "$1" "192.168.$n.1" 1.1.1.1 3 && ping_in router 1.1.1.1 "192.168.$n.1" 3 || return 1
    equal "6 6" "$(($(swan_packets "$1" in) - in)) $(($(swan_packets "$1" out) - out))"
}

peer_config anna 2 aes256gcm16-prfsha256-ecp256
peer_config bert 2 aes256gcm16-prfsha256-ecp256
peer_config cora 1 aes256-sha256-modp2048
iked_start router soft
check "crypto pki import pkcs12" tool router crypto pki import LAB pkcs12 "$work/router.p12" password secret99
for name in anna bert cora; do swan_start $name libipsec; done

check "the router does not call: nobody is there" fails ping_in router 1.1.1.1 192.168.10.1 1
for name in anna bert cora; do
    n=${inside_of[$name]}
    check "$name: no route before" no_route "$n"
    check "$name calls from an unknown address" initiate $name
    check "$name: ip route shows 192.168.$n.0/24" await 10 route "$n"
    check "$name: pings from both ends, and ESP is counted" carries $name
done
three_peers() { [ "$(tool router show crypto ipsec sa | grep -c 'remote ident (addr/mask/prot/port): (192.168')" = 3 ]; }
check "show crypto ipsec sa has a pair for each of the three" three_peers
check "the router counts what came in" at_least 18 "$(router_counts decaps)"
check "the router counts what went out" at_least 18 "$(router_counts encaps)"

# Networks that another peer has are not given away.
peer_config bert 2 aes256gcm16-prfsha256-ecp256 192.168.10.0/24
swan bert --terminate --ike tunnel >/dev/null
check "bert has gone: his route has too" await 10 no_route 20
swan bert --load-all --noprompt >/dev/null
check "bert does not get what anna has" refused bert
check "anna's tunnel still carries" carries anna
swan bert --terminate --ike tunnel >/dev/null 2>&1 || true

# The same peer, elsewhere.
swan anna --terminate --ike tunnel >/dev/null
check "anna has gone: no route" await 10 no_route 10
in_node anna ip addr del 10.77.1.2/24 dev outside
in_node anna ip addr add 10.77.1.200/24 dev outside
in_node anna ip route add default via 10.77.1.1 src 10.77.1.200
check "anna calls from another address" initiate anna
check "ip route shows 192.168.10.0/24 again" await 10 route 10
check "anna: pings from both ends, and ESP is counted" carries anna

check "clear crypto session ends all" tool router clear crypto session
nobody() { no_route 10 && no_route 20 && no_route 30; }
check "no routes are left" await 10 nobody
check "the daemon ends cleanly" stop router iked
finish
