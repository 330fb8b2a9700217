#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC1090,SC2154
# The table (matrix/rows.table) in namespaces of this machine: our soft data plane against strongSwan's.
. "$(dirname "$0")/lib.sh"
for part in suites network ours strongswan rows; do . "$SPA_ROOT/tests/interop/matrix/$part.sh"; done

if [ -z "${NATS:-}" ]; then
    NATS=none "$0" >"$work/open.log" 2>&1 &
    peers_pids+=($!)
    rc=0
    NATS="router peer both" "$0" || rc=$?
    wait "${peers_pids[0]}" || rc=$?
    cat "$work/open.log"
    exit $rc
fi
matrix_authority h
matrix_network
ours_start outside soft
peer_start libipsec
run_rows h soft
# R-ENG-11
check "show crypto eli names the in-process card" has "(in process)" ours show crypto eli
check "the daemon ends cleanly" stop router iked
print_results
finish
