#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC1090,SC2154
# The table (matrix/rows.table) in namespaces of this machine: our soft data plane against strongSwan's.
. "$(dirname "$0")/lib.sh"
for part in suites network ours strongswan rows; do . "$SPA_ROOT/tests/interop/matrix/$part.sh"; done

pki_ca "$work/ca" "Lab CA"
pki_issue "$work/ca" router $router_outside
pki_issue "$work/ca" peer $peer_outside
pki_pkcs12 "$work/ca" router secret99 "$work/router.p12"
cp "$work/ca/crl.pem" "$work/crls.pem"

matrix_network
mkdir -p "$work/router/etc"
ours_base outside >"$work/router/etc/startup-config"
iked_start router soft
ours crypto pki import LAB pkcs12 "$work/router.p12" password secret99
peer_start libipsec
run_rows h soft
check "the daemon ends cleanly" stop router iked
print_results
finish
