# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Runs the rows of a table (see rows.table), one after the other, between one daemon of ours and one of the peer's that
# live through all of them. A row: both get its configuration, a tunnel comes up from the side that the row names, pings
# cross both ways, both sides count every one of them, one side deletes the SAs and the other obeys. Prints "ok - ROW" or
# "not ok - ROW" and at the end the table with what was seen. Needs network.sh, ours.sh and a peer's file.

pings=3
results=()
failed=0

# A row's variables, from its columns.
row_set() {
    read -r runs ike auth by nat ike_suite esp_suite pfs mode ip with <<<"$1"
    [ "$pfs" != - ] || pfs=
    outer=${ip:0:1} inner=${ip:1:1} secret="key-of-row-$number"
    us=$router_outside them=$peer_outside
    if [ "$outer" = 6 ]; then us=$router_outside6 them=$peer_outside6; fi
    us_seen=$us them_seen=$them
    if [[ $nat =~ router|both ]]; then us_seen=$box_right; fi
    if [[ $nat =~ peer|both ]]; then them_seen=$box_left; fi
    router_id=$us peer_id=$them
    # Main mode finds a pre-shared key by the addresses alone (RFC 2409 5.4).
    case $ike/$auth/$nat in
        */psk/none | 1/psk/*) ;;
        */psk/*) router_id=router.example.com peer_id=peer.example.com ;;
        *) router_id="O=Example, CN=router-$(key_kind)" peer_id="O=Example, CN=peer-$(key_kind)" ;;
    esac
    row_pings
    row="$(row_words)"
}

# has_option WORD: the row's last column has it.
has_option() { [[ ",$with," == *",$1,"* ]]; }
fragment_size=200

# From where to where the pings go.
row_pings() {
    router_from=$router_inside router_to=$peer_inside peer_from=$peer_inside peer_to=$router_inside
    if [ "$inner" = 6 ]; then
        router_from=$router_inside6 router_to=$peer_inside6 peer_from=$peer_inside6 peer_to=$router_inside6
    fi
    if [ "$mode" = transport ]; then router_from=$us router_to=$them_seen peer_from=$them peer_to=$us_seen; fi
}

exchange_name() {
    case $ike in
        2) echo IKEv2 ;;
        1) echo main ;;
        1a) echo aggressive ;;
    esac
}

row_words() {
    echo "$(exchange_name) $auth, $by initiates, NAT $nat, $ike_suite, $esp_suite${pfs:+ pfs $pfs}, $mode $ip${with:+, $with}, $plane"
}

# The daemons' logs as long as they are now; what came later, when a row fails.
mark_logs() { logs_at=("$(stat -c %s "$work/router/iked.log")" "$(stat -c %s "$work/peer/$peer_log")"); }
show_logs() {
    local i=0 file
    for file in "$work/router/iked.log" "$work/peer/$peer_log"; do
        echo "    ---- ${file##*/}"
        tail -c "+$((${logs_at[$i]} + 1))" "$file" | tail -n "${LOG_LINES:-25}" | cut -c1-220 | sed 's/^/    /'
        i=$((i + 1))
    done
}

# Waits for the first answer; until there is a tunnel the pings themselves ask for one.
first_ping() { in_node router ping -q -n -c 1 -i 0.2 -w 30 -I "$router_from" "$router_to"; }

bring_up() {
    if [ "$by" = router ]; then first_ping; else peer_initiate; fi
}

# What the peer must say of the SAs, and what our own screen.
facts_wanted() {
    local role=initiator encap=plain
    if [ "$by" = router ]; then role=responder; fi
    if [ "$plane" = soft ] || [ "$nat" != none ]; then encap=encap; fi
    echo "version=${ike:0:1} $role mode=${mode^^} protocol=$([[ $esp_suite == ah-* ]] && echo AH || echo ESP) $encap$(facts_besides)"
}
facts_besides() {
    local word
    for word in deflate esn; do
        [[ -$esp_suite- != *-$word-* ]] || printf ' %s' $word
    done
    for word in ppk fragments; do
        ! has_option $word || printf ' %s' $word
    done
}
settings_wanted() {
    local word=${mode^} encap=
    if [ "$plane" = soft ] || [ "$nat" != none ]; then encap=' UDP-Encaps'; fi
    echo "{$word$encap, }"
}

cross() { # NODE FROM TO
    local size=()
    # Small packets would not be compressed.
    if [[ $esp_suite == *deflate* ]]; then size=(-s 1000 -p 41); fi
    in_node "$1" ping -q -n -i 0.05 -W 5 -c $pings "${size[@]}" -I "$2" "$3" >"$work/ping" 2>&1
}

# The steps of a row; sets why to what went wrong.
row_steps() {
    local in out peer_in_before peer_out_before want=$((2 * pings))
    why="the NAT box"
    nat "$nat" || return 1
    why="our configuration"
    ours_load >"$work/said" 2>&1 || return 1
    why="the peer's configuration"
    peer_load >"$work/said" 2>&1 || return 1
    why="it does not come up"
    bring_up >"$work/said" 2>&1 || return 1
    why="we show no SA"
    await 10 ours_up || return 1
    why="the peer shows no SA"
    await 10 peer_up || return 1
    why="the peer says $peer_facts"
    [ "$peer_facts" = "$(facts_wanted)" ] || return 1
    why="we say $ours_settings"
    [ "$ours_settings" = "$(settings_wanted)" ] || return 1
    why="we do not show the row's algorithms"
    ours_agrees >"$work/said" 2>&1 || return 1
    row_rekey || return 1
    plane_before || return 1
    ours_look
    peer_look
    in=$ours_in out=$ours_out peer_in_before=$peer_in peer_out_before=$peer_out
    why="no pings from our side"
    cross router "$router_from" "$router_to" || { cp "$work/ping" "$work/said"; return 1; }
    why="no pings from the peer's side"
    cross peer "$peer_from" "$peer_to" || { cp "$work/ping" "$work/said"; return 1; }
    ours_look
    peer_look
    counted="$((ours_out - out))/$((ours_in - in)) $((peer_out - peer_out_before))/$((peer_in - peer_in_before))"
    why="$want pings went each way; we count out/in, the peer out/in: $counted"
    [ "$counted" = "$want/$want $want/$want" ] || return 1
    plane_after || return 1
    row_delete
}

# In IKEv2 only a CREATE_CHILD_SA exchange has a Diffie-Hellman exchange of its own (RFC 7296 1.2): where PFS is wanted,
# the peer rekeys the CHILD SA, and the new one carries the pings.
row_rekey() {
    if [ "$ike" != 2 ] || [ -z "$pfs" ]; then return 0; fi
    local before=$peer_spi
    why="the peer cannot rekey the CHILD SA"
    peer_rekey >"$work/said" 2>&1 || return 1
    why="the CHILD SA is not replaced by one with PFS"
    await 10 peer_has_rekeyed "$before"
}
peer_has_rekeyed() {
    peer_look
    [ -n "$peer_spi" ] && [ "$(wc -l <<<"$peer_spi")" = 1 ] && [ "$peer_spi" != "$1" ]
}

# Who deletes changes from row to row; but a peer that revives what it has initiated must end it itself.
row_delete() {
    local by_router=$((number % 2))
    if [ "${peer_revives:-0}" = 1 ]; then by_router=$([ "$by" = router ] && echo 1 || echo 0); fi
    if [ "$by_router" = 1 ]; then
        deleter=router why="the peer does not obey our delete"
        ours_delete >"$work/said" 2>&1 || return 1
        await 10 peer_gone || return 1
        await 10 ours_gone
    else
        deleter=peer why="we do not obey the peer's delete"
        peer_delete >"$work/said" 2>&1 || return 1
        await 10 ours_gone || return 1
        await 10 peer_gone
    fi
}

# After a row that failed: the next one starts from nothing.
row_abandon() {
    ours_delete || true
    peer_delete || true
    await 10 ours_gone || true
    await 10 peer_gone || true
} >/dev/null 2>&1

# run_row NUMBER LINE
run_row() {
    local began=${EPOCHREALTIME/./} took why deleter=- counted=- result=ok
    number=$1
    row_set "$2"
    if ! row_may_run; then
        echo "ok - $row # SKIP $skip_reason"
        return 0
    fi
    mark_logs
    : >"$work/said"
    if row_steps; then
        took=$(((${EPOCHREALTIME/./} - began) / 100000))
        echo "ok - $row"
    else
        took=$(((${EPOCHREALTIME/./} - began) / 100000)) result=FAILED failed=1
        sed 's/^/    /' "$work/said" | tail -n 5
        show_logs
        echo "not ok - $row: $why"
        row_abandon
    fi
    results+=("$(printf '%-10s|%-7s|%-6s|%-6s|%-34s|%-22s|%-12s|%-9s|%-4s|%-9s|%-6s|%-9s|%-6s|%3d.%d s|%s' "$(exchange_name)" "$auth" \
        "$by" "$nat" "$ike_suite" "$esp_suite" "${pfs:--}" "$mode" "$ip" "${with:--}" "$plane" "$counted" "$deleter" \
        $((took / 10)) $((took % 10)) "$result")")
}

# rows_of LETTERS: the lines of the table for some runs, in the order of their NATs: changing the box takes time. NATS, in
# the environment, limits them to some.
rows_of() {
    local nat
    for nat in ${NATS:-none router peer both}; do
        awk -v runs="[$1]" -v nat=$nat '$1 !~ /^#/ && $1 ~ runs && $5 == nat' "$SPA_ROOT/tests/interop/matrix/rows.table"
    done
}

# run_rows LETTER PLANE
run_rows() {
    local line n=${rows_from:-10}
    plane=$2
    while IFS= read -r line <&4; do
        n=$((n + 1))
        if [ -n "${ROWS:-}" ] && ! grep -qE "$ROWS" <<<"$line"; then continue; fi
        run_row $n "$line"
    done 4< <(rows_of "$1")
    rows_from=$n
}

# Whatever the plane has to say of its own; a plane with counters of its own overrides these.
plane_before() { :; }
# Sets skip_reason where it says no.
row_may_run() { :; }
plane_after() { :; }

print_results() {
    printf '\n%-10s %-7s %-6s %-6s %-34s %-22s %-12s %-9s %-4s %-9s %-6s %-9s %-6s %s\n' exchange auth begins NAT "IKE SA" \
        "IPsec SA" PFS mode IP with plane counted deletes time
    printf '%s\n' "${results[@]}" | tr '|' ' '
    printf '%d rows, %d failed\n' ${#results[@]} "$(printf '%s\n' "${results[@]}" | grep -c 'FAILED$')"
}
