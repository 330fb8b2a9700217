# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Scripts against foreign daemons, in namespaces of the host (interop) and in guests (vm). A line
# "# vm: --kernel 6.1 --cards 2" at the top of a vm script holds arguments for tools/vm; several such lines mean
# several runs. Status 77 of tools/vm is a skipped run. Sourced by tools/check.
# The suite vm runs lines with "--kernel debug" when the cache holds that kernel; vm-debug runs every script on it. A line
# "# vm-debug: SECONDS [ARGUMENT...]" says how long that took there (? where nobody has looked), and which arguments
# it gets there besides. With "-" for SECONDS it is not run there; why is the rest of the line.

# run_interop SCRIPT NAME, run_vm SCRIPT NAME ARGUMENTS: in the background; log and status are looked at afterwards.
run_interop() {
    # The script's own traps must get the time to take the namespaces down.
    spa_sudo env SPA_ROOT="$SPA_ROOT" timeout -k 20 600 bash "$1" >"$logs/$2.log" 2>&1 </dev/null
}

run_vm() {
    local arguments
    read -ra arguments <<<"$3"
    mkdir -p "$logs/$2"
    "$SPA_ROOT/tools/vm" "${arguments[@]}" "$1" "$logs/$2" >"$logs/$2.log" 2>&1 </dev/null
}

# run_one RUNNER SCRIPT NAME ARGUMENTS
run_one() {
    local name=$3 rc=0 began=$SECONDS
    "$1" "$2" "$3" "$4" || rc=$?
    echo $rc >"$logs/$name.status"
    spa_say "   $name: $(grep -c '^ok - ' "$logs/$name.log") ok, status $rc, $((SECONDS - began)) s"
}

suite_interop() {
    local script runs=()
    for script in "$SPA_ROOT"/tests/interop/*.sh; do
        [ "${script##*/}" = lib.sh ] || runs+=("$script|interop-$(basename "$script" .sh)|")
    done
    run_all run_interop "$(printf '%s\n' "${runs[@]}")"
}

# The debug kernel, if the cache holds the one that this tree describes.
has_debug_kernel() { cmp -s "$SPA_ROOT/tools/setup.d/debug.config" "$SPA_CACHE/kernels/debug/config"; }

# all_vm_runs: "SCRIPT|NAME|ARGUMENTS", a line for each "# vm:" of each script.
all_vm_runs() {
    local script line name
    for script in "$SPA_ROOT"/tests/vm/*.vm.sh; do
        [ -f "$script" ] || continue
        while IFS= read -r line; do
            name=vm-$(basename "$script" .vm.sh)
            [[ $line != *--kernel* ]] || name+=-$(sed -E 's/.*--kernel +([^ ]+).*/\1/' <<<"$line")
            [[ $line != *"--qemu stock"* ]] || name+=-stock
            echo "$script|$name|$line"
        done < <(sed -n 's/^# vm: *//p' "$script" | grep . || echo "--cards 1")
    done
}

# Those whose kernel is there: Debian's always are.
vm_runs() {
    if has_debug_kernel; then all_vm_runs; else all_vm_runs | grep -v -e '--kernel debug'; fi
}

# Each script once on the debug kernel, which takes several times as long and more memory; the quickest first.
vm_debug_runs() {
    local script name line seconds arguments
    all_vm_runs | sed -E 's/\|([^|]*)-(6\.1|6\.12|debug)(-stock)?\|/|\1\3-debug|/; s/--kernel +[^ ]+//; s/--(timeout|memory) +[0-9]+//g' |
        sort -u -t '|' -k 2,2 | while IFS='|' read -r script name line; do
        seconds='' arguments=''
        read -r seconds arguments < <(sed -n 's/^# vm-debug: *//p' "$script") || true
        [ "$seconds" != - ] || continue
        [[ $seconds =~ ^[0-9]+$ ]] || seconds=9999
        echo "$seconds|$script|$name|$line $arguments --kernel debug --memory 2048 --timeout 3000"
    done | sort -n -t '|' -k 1,1 | cut -d '|' -f 2-
}

# run_all RUNNER RUNS: two at a time; a run is a line "SCRIPT|NAME|ARGUMENTS".
run_all() {
    local runs=() run script name line rc
    mapfile -t runs <<<"$2"
    for run in "${runs[@]}"; do
        IFS='|' read -r script name line <<<"$run"
        while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || true; done
        rm -f "$logs/$name.status"
        spa_say "   $name${line:+: booting a guest ($line)}"
        run_one "$1" "$script" "$name" "$line" &
    done
    wait
    for run in "${runs[@]}"; do
        IFS='|' read -r script name line <<<"$run"
        rc=$(cat "$logs/$name.status" 2>/dev/null || echo 255)
        if [ "$rc" = 77 ]; then
            skip "$name" "$(tail -n 1 "$logs/$name.log")"
        else
            count_tap "$logs/$name.log" "$name" "$rc"
        fi
    done
}

suite_vm() { run_all run_vm "$(vm_runs)"; }

suite_vm_debug() {
    if has_debug_kernel; then
        build_step "driver debug" "$SPA_ROOT/tools/build-driver" debug
        run_all run_vm "$(vm_debug_runs)"
    else
        skip vm-debug "the debug kernel is not built, or from another configuration (tools/setup --debug-kernel)"
    fi
}
