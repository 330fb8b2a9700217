#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# RSA certificates against strongSwan, both roles: a CA, a chain, a strict CRL read from a file (RFC 7296 3.6, 3.8;
# R-PKI, R-CRL), and every kind of certificate that must be refused.
. "$(dirname "$0")/lib.sh"

nodes
pki_ca "$work/ca" "Lab CA"
pki_issue "$work/ca" router 172.16.172.39
pki_issue "$work/ca" peer 172.16.172.34
pki_pkcs12 "$work/ca" router secret99 "$work/router.p12"

# What the router reads is a copy: the lists of several authorities may be in it.
publish() { cat "$@" >"$work/crls.new" && mv "$work/crls.new" "$work/crls.pem"; }
publish "$work/ca/crl.pem"
router_certificates "$work/crls.pem"
swan_certificates peer "$work/ca" peer "O=Example, CN=router"
up
check "crypto pki import pkcs12" tool router crypto pki import LAB pkcs12 "$work/router.p12" password secret99
check "show crypto pki certificates names the subject" has "cn=router" tool router show crypto pki certificates

check "initiator: traffic brings the tunnel up" traffic_brings_it_up
check "initiator: ping, and ESP is counted at both ends" tunnel_carries router 1.1.1.1 192.168.4.1
check "show crypto ikev2 sa detailed: RSA both ways" has "Auth sign: RSA, Auth verify: RSA" \
    tool router show crypto ikev2 sa detailed
swan peer --terminate --ike tunnel >/dev/null
check "responder: strongSwan initiates" swan peer --initiate --child net --timeout 20
check "responder: ping, and ESP is counted at both ends" tunnel_carries peer 192.168.4.1 1.1.1.1
swan peer --terminate --ike tunnel >/dev/null

# present NAME CA-DIR: strongSwan proves itself with another certificate.
present() {
    stop peer charon || true
    rm -rf "$work/peer/swanctl"
    swan_certificates peer "$2" "$1" "O=Example, CN=router"
    cp "$work/ca/ca.pem" "$work/peer/swanctl/x509ca/lab.pem"
    cp "$work/ca/crl.pem" "$work/peer/swanctl/x509crl/lab.pem"
    swan_start peer libipsec
}

pki_issue "$work/ca" late 172.16.172.34 20200101000000Z 20210101000000Z
present late "$work/ca"
check "an expired certificate is refused" fails swan peer --initiate --child net --timeout 10
check "an expired certificate: the log names the cause" router_says "has expired"

pki_ca "$work/foreign" "Foreign CA"
pki_issue "$work/foreign" peer 172.16.172.34
present peer "$work/foreign"
check "a certificate of a foreign CA is refused" fails swan peer --initiate --child net --timeout 10
check "a certificate of a foreign CA: the log names the cause" router_says "not trusted"

present peer "$work/ca"
check "the right certificate is accepted again" swan peer --initiate --child net --timeout 20
swan peer --terminate --ike tunnel >/dev/null
pki_revoke "$work/ca" peer
publish "$work/ca/crl.pem"
# R-CRL-4, R-CRL-1
check "crypto pki crl request reads the list again" tool router crypto pki crl request LAB
check "a revoked certificate is refused" fails swan peer --initiate --child net --timeout 10
check "a revoked certificate: the log names the cause" router_says "is revoked"

# RFC 5280 6.1: a chain.
pki_subca "$work/sub" "Sub CA" "$work/ca"
pki_issue "$work/sub" branch 172.16.172.34
publish "$work/ca/crl.pem" "$work/sub/crl.pem"
check "a list of two authorities is read" tool router crypto pki crl request LAB
present branch "$work/sub"
check "a chain through a subordinate CA is accepted" swan peer --initiate --child net --timeout 20
check "and carries" tunnel_carries peer 192.168.4.1 1.1.1.1
finish
