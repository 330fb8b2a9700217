# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The emulated cards: one spa-sim process each, listening before QEMU starts. Sourced by tools/vm.

start_cards() {
    local i waited=0 record=() way=()
    for ((i = 0; i < cards; i++)); do
        record=()
        [ "$pcap" = 0 ] || record=(--pcap "$outdir/card$i.pcap")
        [ "$qemu_kind" = private ] || way=(--transport mpqemu --interrupts "$work/card$i.irq")
        "$sim" "${way[@]}" --socket "$work/card$i.sock" --control "$work/card$i.control" --port "dgram:$work/wire$i.card,$work/wire$i.qemu" \
            --mac "52:54:00:00:00:$(printf '%02x' $((16 + i)))" "${record[@]}" "${sim_args[@]}" \
            >"$work/card$i.log" 2>&1 </dev/null &
        sim_pids+=($!)
    done
    for ((i = 0; i < cards; i++)); do
        until grep -qs 'listening on' "$work/card$i.log"; do
            waited=$((waited + 1))
            if [ $waited -gt 200 ] || ! kill -0 "${sim_pids[$i]}" 2>/dev/null; then
                cat "$work/card$i.log" >&2
                spa_die "card $i did not start listening"
            fi
            sleep 0.05
        done
    done
}
