#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# strongSwan against strongSwan: what the other scripts rely on works on this machine (namespaces, TUN, the data plane
# in user space, the small CA, strict revocation), so that a failure elsewhere is ours.
. "$(dirname "$0")/lib.sh"

nodes
pki_ca "$work/ca" "Lab CA"
pki_issue "$work/ca" router 172.16.172.39
pki_issue "$work/ca" peer 172.16.172.34

swan_psk peer cisco123
swan_psk router cisco123
swan_start peer libipsec
swan_start router libipsec
check "pre-shared key" swan peer --initiate --child net --timeout 20
check "ESP is counted at both ends" tunnel_carries peer 192.168.4.1 1.1.1.1
stop peer charon || true
stop router charon || true

swan_certificates peer "$work/ca" peer "O=Example, CN=router"
swan_certificates router "$work/ca" router "O=Example, CN=peer"
swan_start peer libipsec
swan_start router libipsec
check "certificates and a strict CRL" swan peer --initiate --child net --timeout 20
swan peer --terminate --ike tunnel >/dev/null

pki_revoke "$work/ca" peer
swan_crl router "$work/ca"
refused() { ! swan peer --initiate --child net --timeout 10; }
check "a revoked certificate is refused" refused
check "and the log names the cause" swan_log_has router "revoked"
finish
