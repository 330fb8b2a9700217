#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 8,000 tunnels (16,000 SAs) programmed into the card with plain `ip xfrm`, then the table filled to its last entry: the
# 16,385th SA is refused with a clear error, and nothing else breaks.
# vm: --kernel 6.12 --memory 1536 --timeout 1200
# The same with fewer: a card of SPA_TABLE entries, of which SPA_TUNNELS tunnels take nearly all.
# vm-debug: 144 --env SPA_TUNNELS=500 --env SPA_TABLE=1024 --sim-arg --sa-table --sim-arg 1024
set -uo pipefail
. "$SPA_ROOT/tests/vm/driver-lib.sh"

tunnels=${SPA_TUNNELS:-8000}
table=${SPA_TABLE:-16384}

# states FIRST LAST WORD...: a pair of states for each tunnel, each with a key of its own.
states() {
    awk -v first="$1" -v last="$2" -v a=$R4 -v b=$P4 -v rest="${*:3}" 'BEGIN {
        pattern = "xfrm state add src %s dst %s proto esp spi 0x%x reqid %d mode tunnel replay-window 32 "
        pattern = pattern "aead rfc4106(gcm(aes)) 0x%040x 128 %s\n"
        for (i = first; i <= last; i++) {
            printf pattern, a, b, 65536 + i, i, i, rest == "" ? "" : "offload dev spa0 dir out"
            printf pattern, b, a, 131072 + i, i, 1048576 + i, rest == "" ? "" : "offload dev spa0 dir in"
        }
    }'
}

milliseconds() { read -r now _ </proc/uptime; echo $((10#${now/./} * 10)); }
# timed COMMAND...: leaves the milliseconds that it took in $took.
timed() {
    local began
    began=$(milliseconds)
    "$@" || return 1
    took=$(($(milliseconds) - began))
}

program() { states "$1" "$2" offload | ip -n router -batch -; }
in_card() { ip -n router xfrm state count | grep -w "count $1" >/dev/null && stat_is drv_sa_added "$1"; }

# One tunnel of them all, with policies and the peer's half.
tunnel() {
    local i=$1
    ip -n router -batch - <<END && states "$i" "$i" | ip -n peer -batch -
xfrm policy add src $RI4 dst $PI4 dir out tmpl src $R4 dst $P4 proto esp reqid $i mode tunnel
xfrm policy add src $PI4 dst $RI4 dir in tmpl src $P4 dst $R4 proto esp reqid $i mode tunnel
END
    ip -n peer -batch - <<END
xfrm policy add src $RI4 dst $PI4 dir in tmpl src $R4 dst $P4 proto esp reqid $i mode tunnel
xfrm policy add src $PI4 dst $RI4 dir out tmpl src $P4 dst $R4 proto esp reqid $i mode tunnel
END
}

carries() { router ping -q -c 5 -i 0.05 -W 20 $PI4 | grep ' 5 received' >/dev/null; }
all_deleted() { stat_is drv_sa_deleted "$(card_stat drv_sa_added)"; }
out_state() { echo "src $R4 dst $P4 proto esp spi $(printf '0x%x' $((65536 + $1)))"; }
add_one_more() { states 9000 9000 offload | head -n 1 | ip -n router -batch -; }

echo "# $tunnels tunnels, a card of $table SAs"
check "the driver loads" load_driver
make_namespaces
check "the link comes up" attach_card
check "$tunnels tunnels are programmed" timed program 1 $tunnels
echo "# $((2 * tunnels)) SAs in $took ms: $((took * 1000 / (2 * tunnels))) us per SA, with ip -batch in the guest"
check "the kernel has them all, in the card" in_card $((2 * tunnels))
check "traffic over the last of them" eval "tunnel $tunnels && carries"
check "the table is filled to its last entry" program $((tunnels + 1)) $((table / 2))
check "SA $((table + 1)) is refused, and why is said" has "SA table of the card is full" add_one_more
check "it is not left behind in the kernel" fails eval "ip -n router xfrm state get $(out_state 9000) >/dev/null 2>&1"
check "traffic goes on" carries
# shellcheck disable=SC2046 # words
check "an entry that is given back" ip -n router xfrm state delete $(out_state 1)
check "can be taken again" add_one_more
check "all are given back" timed ip -n router xfrm state flush
echo "# $table SAs deleted in $took ms"
check "the card has none any more" within 120 all_deleted
clear_security
check "and takes tunnels again" program 1 500
check "traffic over one of those" eval "tunnel 400 && carries"
# Who asked for an SA that the card was just being told took it for lost, and reset the card.
check "the card was never thought to have failed" fails eval 'dmesg | grep "the card has failed"'
check "the driver unloads" rmmod spa
finish
