# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Every fuzz target for its share of a minute, two at a time. What the fuzzer finds new stays below build/, so
# that a second run starts where the first one ended. Sourced by tools/check.

FUZZ_SECONDS=${SPA_FUZZ_SECONDS:-60}

# Runs in the background: its log and status are looked at afterwards.
fuzz_one() {
    local target=$1 seconds=$2 name corpus seeds=() rc=0
    name=$(basename "$target")
    corpus=$SPA_ROOT/build/fuzz-corpus/$name
    mkdir -p "$corpus" "$logs/fuzz-artifacts"
    [ ! -d "$SPA_ROOT/tests/fuzz/corpus/$name" ] || seeds=("$SPA_ROOT/tests/fuzz/corpus/$name")
    ASAN_SYMBOLIZER_PATH=/usr/lib/llvm-19/bin/llvm-symbolizer "$target" -max_total_time="$seconds" -max_len=4096 \
        -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$logs/fuzz-artifacts/$name-" \
        "$corpus" "${seeds[@]}" >"$logs/$name.log" 2>&1 </dev/null || rc=$?
    echo $rc >"$logs/$name.status"
}

suite_fuzz() {
    local targets target name share
    mapfile -t targets < <(find "$SPA_ROOT/build/asan/fuzz" -maxdepth 1 -type f -executable 2>/dev/null | sort)
    if [ ${#targets[@]} = 0 ]; then
        skip fuzz "no fuzz target is built"
        return
    fi
    share=$((2 * FUZZ_SECONDS / ${#targets[@]}))
    [ $share -ge 2 ] || share=2
    spa_say "   ${#targets[@]} targets, $share s each, two at a time"
    rm -rf "$logs"/fuzz_*.status "$logs/fuzz-artifacts"
    for target in "${targets[@]}"; do
        while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || true; done
        fuzz_one "$target" $share &
    done
    wait
    for target in "${targets[@]}"; do
        name=$(basename "$target")
        if [ "$(cat "$logs/$name.status" 2>/dev/null)" = 0 ]; then
            pass
            spa_say "   $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$logs/$name.log") inputs"
        else
            fail "$name"
            tail -n 40 "$logs/$name.log"
            ls "$logs/fuzz-artifacts/$name-"* 2>/dev/null || true
        fi
    done
}
