# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC1090,SC2034,SC2154
# The table in a guest: our daemon on the kernel's data plane, its SAs in the card or in the kernel's software, against
# a foreign daemon with kernel ESP behind a box on the card's wire. A script names the peer and
# the runs that it may begin: guest_begin strongswan Ss.

set -euo pipefail
for part in pki peers cases router; do . "$SPA_ROOT/tools/lib/$part.sh"; done
# Before the functions below, which take the place of some of theirs.
for part in suites network ours rows ipcomp; do . "$SPA_ROOT/tests/interop/matrix/$part.sh"; done
work=$(mktemp -d)
guest_exit() {
    peers_cleanup
    cp "$work"/*/*.log /out/ 2>/dev/null || true
}
trap guest_exit EXIT

# guest_begin strongswan|libreswan LETTERS
guest_begin() {
    . "$SPA_ROOT/tests/interop/matrix/$1.sh"
    insmod "$SPA_MODULE"
    modprobe -a esp4 esp6 ah4 ah6 ipcomp ipcomp6 xfrm_user nft_chain_nat nf_conntrack 2>/dev/null || true
    if [[ $(rows_of "$2") == *-deflate* ]]; then ipcomp_probe; fi
    matrix_authority "$2"
    matrix_network spa0 "$SPA_WIRE_NIC"
    ours_start spa0 kernel
    peer_start kernel
    echo "guest: the table begins after $SECONDS s"
}

# guest_rows LETTER card|kernel: the card takes SAs, or is told not to.
guest_rows() {
    if [ "$2" = card ]; then
        in_node router ethtool -K spa0 esp-hw-offload on
    else
        in_node router ethtool -K spa0 esp-hw-offload off
    fi
    run_rows "$1" "$2"
}

guest_end() {
    check "the daemon ends cleanly" stop router iked
    print_results
    finish
}

# A row with IPComp where the kernel cannot receive it through GRO: as the operator's guide says, without GRO. Where it
# cannot receive it at all, the row is skipped.
row_may_run() {
    local gro=on
    if [[ $esp_suite == *-deflate* ]]; then
        if [ "$ipcomp_kernel" = none ]; then
            skip_reason=$(ipcomp_words)
            return 1
        fi
        [ "$ipcomp_kernel" = gro ] || gro=off
    fi
    in_node router ethtool -K spa0 gro $gro
    if [ $gro = off ]; then row+=", without GRO: $(ipcomp_words)"; fi
}

# What the card has sent and verified, and what it was given.
plane_before() {
    local wanted=0
    if [ "$plane" = card ]; then wanted=2; fi
    why="SAs in the card: $(offloaded), not $wanted"
    [ "$(offloaded)" = $wanted ] || return 1
    card_sent=$(card_counter drv_tx_esp) card_received=$(card_counter drv_rx_esp_ok)
}
plane_after() {
    local want=0 counted_by_card
    if [ "$plane" = card ]; then want=$((2 * pings)); fi
    counted_by_card="$(($(card_counter drv_tx_esp) - card_sent))/$(($(card_counter drv_rx_esp_ok) - card_received))"
    why="the card counts out/in $counted_by_card, not $want/$want"
    [ "$counted_by_card" = "$want/$want" ]
}
