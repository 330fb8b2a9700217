#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The LAN-to-LAN example with certificates: the complete configuration of the router 1720-1 (tests/vectors/lan-to-lan), as
# it was printed, pasted into our daemon on a day of January 2002: main mode, RSA signatures, DES, MD5 and group 1.
#   router 172.16.172.39, inside 1.1.1.0/24   ----   peer 172.16.172.34, inside 192.168.4.0/24
# Not of the file: `crypto legacy-algorithms` before it; after it, because nobody has the private keys that belong to its
# certificates and its authority's LDAP server is not there: an authority of the same name, which issues a certificate with
# the same names to a new key of as many bits, and a file for its CRL. The other end is a daemon of ours with the complete
# configuration of that example's firewall, a PIX, then strongSwan; with strongSwan the strongest suite that IKEv1 has in
# both as well.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

file=$SPA_ROOT/tests/vectors/lan-to-lan/1720-1.cfg
firewall=$SPA_ROOT/tests/vectors/pix/pix520-1.cfg
clock=$SPA_ROOT/build/tests/spa-that-day.so
[ -f "$clock" ] || { echo "not ok - $clock is not built: tools/check build"; exit 1; }
that_day=(env "LD_PRELOAD=$clock" "THAT_DAY=$(date -u -d '2002-01-11 09:00:00' +%s)" TZ=UTC)
start_through=("${that_day[@]}")

# ---- An authority of that name and age.

# dated COMMAND...: openssl on that day.
dated() { "${that_day[@]}" openssl "$@" 2>>"$work/openssl.log"; }

authority() {
    pki_folder "$work/ca"
    sed -i 's/^default_md = .*/default_md = sha1/' "$work/ca/openssl.cnf"
    dated genrsa -out "$work/ca/ca.key" 1024
    dated req -x509 -new -sha1 -key "$work/ca/ca.key" -subj "/C=us/O=cisco/OU=sjvpn" -days 3650 \
        -config "$work/ca/openssl.cnf" -extensions authority -out "$work/ca/ca.pem"
    dated ca -batch -config "$work/ca/openssl.cnf" -gencrl -out "$work/ca/crl.pem"
}

# issue NAME HOST SERIAL BITS: what 1720-1's certificate says, for HOST.
issue() {
    dated genrsa -out "$work/ca/$1.key" "$4"
    dated req -new -sha1 -key "$work/ca/$1.key" -subj "/C=us/O=cisco/OU=sjvpn/unstructuredName=$2" \
        -config "$work/ca/openssl.cnf" -out "$work/ca/$1.csr"
    dated x509 -req -sha1 -in "$work/ca/$1.csr" -CA "$work/ca/ca.pem" -CAkey "$work/ca/ca.key" -set_serial "$3" \
        -days 365 -out "$work/ca/$1.pem" -extfile <(printf '%s\n' 'basicConstraints = CA:FALSE' \
        'keyUsage = digitalSignature, keyEncipherment' "subjectAltName = DNS:$2" 'authorityKeyIdentifier = keyid')
    pki_pkcs12 "$work/ca" "$1" secret99 "$work/$1.p12"
}

# ---- Our two ends.

# paste_into NAME: standard input, into configuration mode.
paste_into() {
    { echo "configure terminal" && cat; } >"$work/$1/paste"
    tool "$1" -f "$work/$1/paste"
}

# own_identity NAME TRUSTPOINT: key and certificates that the file cannot hold.
own_identity() {
    printf 'crypto pki trustpoint %s\n crl query file://%s\nend\n' "$2" "$work/ca/crl.pem" | paste_into "$1" &&
        tool "$1" crypto pki import "$2" pkcs12 "$work/$1.p12" password secret99
}

# begin_router NAME: a daemon that has nothing but leave to use old algorithms.
begin_router() {
    mkdir -p "$work/$1/etc"
    echo "crypto legacy-algorithms" >"$work/$1/etc/startup-config"
    iked_start "$1" soft
}

# Is every line of the file in the running configuration, as it was typed? "crypto ca" is printed as "crypto pki", an
# unencrypted password without its 0. Not comments, octets of certificates, what says that nothing is so, and what stands
# around a printed configuration.
kept() { # NAME FILE
    tool "$1" show running-config | sed -E 's/^ +//; s/ +$//' | sort -u >"$work/running"
    sed -E 's/^ +//; s/ +$//; s/^crypto ca identity/crypto pki trustpoint/; s/^crypto ca/crypto pki/; s/ password 0 / password /' "$2" |
        grep -vE '^(!|$|version |end$|quit$|no ip address$|[0-9A-F]{6,8}( |$))' | sort -u >"$work/typed"
    comm -23 "$work/typed" "$work/running" >"$work/missing"
    cat "$work/missing"
    [ ! -s "$work/missing" ]
}

# The firewall's own configuration, which is of a PIX. It may go without a CRL, which it would ask an LDAP server for.
begin_firewall() {
    mkdir -p "$work/peer/etc"
    printf 'PIX Version 6.0(1)\ncrypto legacy-algorithms\n' >"$work/peer/etc/startup-config"
    iked_start peer soft
}
without_crl() { printf 'no ca configure cisco\nca configure cisco ra 20 5 crloptional\n' | paste_into peer; }
firewalls_identity() { tool peer crypto pki import cisco pkcs12 "$work/peer.p12" password secret99; }
# Is every line of the file printed by write terminal, in its order?
firewall_kept() {
    grep -vE '^(: |:$|Cryptochecksum|\[OK\]|PIX Version)' "$firewall" | sort >"$work/typed"
    tool peer write terminal | sort >"$work/running"
    comm -23 "$work/typed" "$work/running" >"$work/missing"
    cat "$work/missing"
    [ ! -s "$work/missing" ]
}

counts() { tool "$1" show crypto ipsec sa | grep -oE "#pkts $2: *[0-9]+" | awk -F: '{ n += $2 } END { print n + 0 }'; }
# Of both ends, out and in.
all_counts() { echo "$(counts router encaps) $(counts router decaps) $(counts peer encaps) $(counts peer decaps)"; }
# all_more N COUNTS...: every one of the counts has grown by N.
all_more() {
    local n=$1
    shift
    equal "$(printf '%d ' $(($1 + n)) $(($2 + n)) $(($3 + n)) $(($4 + n)))" "$(all_counts) "
}

node router
node peer
link router 172.16.172.39/28 peer 172.16.172.34/28
inside router 1.1.1.1/24
inside peer 192.168.4.1/24
authority
issue router 1720-1.cisco.com 0x3B2FD652 512
issue peer pix520-1.vpn.com 0x3B2FD653 512

begin_router router
begin_firewall
check "the complete configuration of 1720-1 is pasted, and no line is refused" paste_into router <"$file"
check "show running-config has every line of it" kept router "$file"
check "show crypto pki certificates has the router's certificate of the file" has 3B2FD652 tool router show crypto pki certificates
check "the clock is that of the example" has "Jan 11 2002" tool router show clock
check "a key of our own takes the place of the one that nobody has" own_identity router vpn
# R-PIX-1
check "the complete configuration of pix520-1 is pasted, and no line is refused" paste_into peer <"$firewall"
check "write terminal has every line of it" firewall_kept
check "it may go without a CRL" without_crl
check "and gets its key" firewalls_identity

# In the example the firewall's side begins (R-MAP-21).
first_ping() { in_node peer ping -q -n -c 1 -i 0.2 -w 20 -I 192.168.4.1 1.1.1.1; }
check "traffic from the firewall's side brings the tunnel up" first_ping
old_suite() { tool router show crypto isakmp sa detail | grep -E ' des +md5 +rsig +1 '; }
check "show crypto isakmp sa detail: des, md5, rsig, group 1" old_suite
check "show crypto ipsec sa: esp-des esp-md5-hmac" has "esp-des esp-md5-hmac" tool router show crypto ipsec sa
read -ra before < <(all_counts)
pings() { ping_in router 1.1.1.1 192.168.4.1 5 && ping_in peer 192.168.4.1 1.1.1.1 5; }
check "pings cross from both sides" pings
check "both ends count all of them" all_more 10 "${before[@]}"
check "the end of the firewall's side is the router's end too" tool peer clear crypto session
none() { [ "$(tool router show crypto isakmp sa | grep -c QM_IDLE)" = 0 ]; }
check "the router has no SA left" await 10 none
check "the other end stops cleanly" stop peer iked

# ---- strongSwan in the firewall's place.

swan_v1() { # IKE-PROPOSAL ESP-PROPOSAL
    ike_proposals=$1 esp_proposals=$2 swan_config peer "auth = pubkey
            certs = peer.pem
            id = pix520-1.vpn.com" "auth = pubkey
            id = 1720-1.cisco.com
            revocation = strict" ""
    sed -i 's/version = 2/version = 1/' "$work/peer/swanctl/swanctl.conf"
    cp "$work/ca/ca.pem" "$work/peer/swanctl/x509ca/"
    cp "$work/ca/crl.pem" "$work/peer/swanctl/x509crl/"
    cp "$work/ca/peer.pem" "$work/peer/swanctl/x509/"
    cp "$work/ca/peer.key" "$work/peer/swanctl/private/"
}

# both_roles NAME
both_roles() {
    check "$1: strongSwan initiates" swan peer --initiate --child net --timeout 20
    check "$1: pings from the router's side, and ESP is counted" tunnel_carries router 1.1.1.1 192.168.4.1
    swan peer --terminate --ike tunnel >/dev/null
    check "$1: the router has no SA left" await 10 none
    check "$1: traffic brings it up from the router" traffic_brings_it_up
    check "$1: pings from the peer's side, and ESP is counted" tunnel_carries peer 192.168.4.1 1.1.1.1
    tool router clear crypto session >/dev/null
    check "$1: and strongSwan obeys the delete" await 10 not_established
}

swan_v1 des-md5-modp768 des-md5
swan_start peer libipsec
both_roles "strongSwan, as printed"

stronger() {
    cat <<END
crypto isakmp policy 1
 encryption aes 256
 hash sha512
 group 21
crypto ipsec transform-set strongest esp-gcm 256
crypto map vpn 10
 no set transform-set
 set transform-set strongest
 set pfs group21
end
END
}
issue router 1720-1.cisco.com 0x3B2FD654 3072
issue peer pix520-1.vpn.com 0x3B2FD655 3072
stronger >"$work/stronger"
check "the strongest suite is pasted" paste_into router <"$work/stronger"
check "and a key of 3072 bits" own_identity router vpn
swan_v1 aes256-sha512-ecp521 aes256gcm16-ecp521
stop peer charon || true
swan_start peer libipsec
both_roles "strongSwan, the strongest in common"
check "the daemon ends cleanly" stop router iked

# ---- The configurations of the other example. What they negotiate, AH around ESP, the soft data plane has not:
# tests/vm/ah-and-esp.vm.sh.
for name in ipseca-71a ipseca-72a; do
    node $name
    begin_router $name
    other=$SPA_ROOT/tests/vectors/lan-to-lan/$name.cfg
    check "the complete configuration of $name is pasted, and no line is refused" paste_into $name <"$other"
    check "show running-config of $name has every line of it" kept $name "$other"
done
finish
