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
. "$SPA_ROOT/tools/lib/router.sh"

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

# up: the daemon of the router, in the soft data plane, and strongSwan; each with the configuration written before.
up() {
    swan_start peer libipsec
    iked_start router soft
}

# peer_spi in|out: strongSwan's SPI of the newest CHILD SA.
peer_spi() { swan peer --list-sas --raw 2>/dev/null | grep -oE "spi-$1=[0-9a-f]+" | tail -n 1; }
