#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hybrid key exchanges with ML-KEM (RFC 9370, FIPS 203) between two of our daemons, with an OpenSSL that has it: the
# library beside the private QEMU is of a newer Debian, and the daemons, which were built with this machine's, find out at
# run time what theirs can. A daemon with this machine's OpenSSL is the peer that has none.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$SPA_ROOT/tools/lib/common.sh"

newer=$SPA_CACHE/qemu/root/usr
libraries=$newer/lib/x86_64-linux-gnu
if ! grep -q ML-KEM-768 "$libraries/libcrypto.so.3" 2>/dev/null; then
    echo "ok - ML-KEM # SKIP no OpenSSL with ML-KEM beside the private QEMU in $SPA_CACHE"
    exit 0
fi
newer_openssl=("$newer/lib64/ld-linux-x86-64.so.2" --library-path "$libraries:/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu")

# end NAME HERE THERE NET OTHER GROUPS: a daemon whose IKE SAs need or may have a second key exchange of these groups.
end() {
    mkdir -p "$work/$1/etc"
    cat >"$work/$1/etc/startup-config" <<END
hostname $1
crypto ikev2 proposal HYBRID
 encryption aes-gcm-256
 prf sha384
 group 19
 additional-key-exchange 1 $6
crypto ikev2 policy HYBRID
 proposal HYBRID
crypto ikev2 keyring KEYS
 peer other
  address $3
  pre-shared-key cisco123
crypto ikev2 profile PEER
 match identity remote address $3
 authentication remote pre-share
 authentication local pre-share
 keyring local KEYS
crypto ipsec transform-set GCM esp-gcm 256
crypto map VPN 10 ipsec-isakmp
 set peer $3
 set transform-set GCM
 set ikev2-profile PEER
 match address 101
interface Ethernet0
 ip address $2 255.255.255.0
 crypto map VPN
access-list 101 permit ip $4 0.0.0.255 $5 0.0.0.255
END
    iked_start "$1" soft
    tool "$1" debug crypto ikev2 >/dev/null
}
router() { end router 172.16.172.39 172.16.172.34 1.1.1.0 192.168.4.0 "$1"; }
peer() { end peer 172.16.172.34 172.16.172.39 192.168.4.0 1.1.1.0 "$1"; }
nodes

comes_up() { await 60 ping_in router 1.1.1.1 192.168.4.1 1; }
# said NAME PATTERN: the daemon's log has it, now or very soon.
said() { await 10 grep -qE "$2" "$work/$1/iked.log"; }
for group in 35:512 36:768 37:1024; do
    method=ML-KEM-${group#*:}
    start_through=("${newer_openssl[@]}")
    router "${group%:*}"
    peer "${group%:*}"
    check "$method: the line is taken without a warning" fails has "not in this machine's OpenSSL" cat "$work/router/iked.log"
    check "$method: the tunnel comes up" comes_up
    check "$method: pings from the router's side" ping_in router 1.1.1.1 192.168.4.1
    check "$method: pings from the peer's side" ping_in peer 192.168.4.1 1.1.1.1
    check "$method: the router says that it was used" said router "SA UP: .*, $method\$"
    check "$method: the peer says so too" said peer "SA UP: .*, $method\$"
    check "$method: the daemon ends cleanly" stop router iked
    stop peer iked
    rm -f "$work"/*/iked.log
done

# A peer whose OpenSSL has none: with `none` among the groups both agree on the group alone, without it on nothing.
for choice in "36 none" 36; do
    start_through=("${newer_openssl[@]}")
    router "$choice"
    start_through=()
    peer "$choice"
    if [ "$choice" = 36 ]; then
        check "needed, and not there: no tunnel" fails ping_in router 1.1.1.1 192.168.4.1 2
        check "and the log says why" said peer "ML-KEM-768.* not in this machine's OpenSSL"
    else
        check "not needed, and not there: the tunnel comes up" comes_up
        check "without it" fails grep -q 'SA UP: .*ML-KEM' "$work/router/iked.log"
    fi
    stop router iked
    stop peer iked
    rm -f "$work"/*/iked.log
done
finish
