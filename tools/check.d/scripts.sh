# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Scripts against foreign daemons, in namespaces of the host (interop) and in guests (vm). A line
# "# vm: --kernel 6.1 --cards 2" at the top of a vm script holds arguments for tools/vm; several such lines mean
# several runs. Status 77 of tools/vm is a skipped run. Sourced by tools/check.

run_interop() {
    local script=$1 log=$2 rc=0
    # The script's own traps must get the time to take the namespaces down.
    spa_sudo env SPA_ROOT="$SPA_ROOT" timeout -k 20 180 bash "$script" >"$log" 2>&1 </dev/null || rc=$?
    return $rc
}

suite_interop() {
    local script name rc began found=0
    for script in "$SPA_ROOT"/tests/interop/*.sh; do
        name=$(basename "$script" .sh)
        if [ "$name" = lib ] || [ ! -f "$script" ]; then continue; fi
        found=1 rc=0 began=$SECONDS
        run_interop "$script" "$logs/interop-$name.log" || rc=$?
        count_tap "$logs/interop-$name.log" "$name" $rc
        spa_say "   $name: $((SECONDS - began)) s"
    done
    [ $found = 1 ] || skip interop "there is no script in tests/interop"
}

# Runs in the background: its log and status are looked at afterwards.
run_vm() {
    local script=$1 name=$2 arguments rc=0 began=$SECONDS
    read -ra arguments <<<"$3"
    mkdir -p "$logs/$name"
    "$SPA_ROOT/tools/vm" "${arguments[@]}" "$script" "$logs/$name" >"$logs/$name.log" 2>&1 </dev/null || rc=$?
    echo $rc >"$logs/$name.status"
    spa_say "   $name: $(grep -c '^ok - ' "$logs/$name.log") ok, status $rc, $((SECONDS - began)) s"
}

suite_vm() {
    local script line runs=() run name rc
    rm -f "$logs"/vm-*.status
    for script in "$SPA_ROOT"/tests/vm/*.vm.sh; do
        [ -f "$script" ] || continue
        while IFS= read -r line; do
            name=vm-$(basename "$script" .vm.sh)
            [[ $line != *--kernel* ]] || name+=-$(sed -E 's/.*--kernel +([^ ]+).*/\1/' <<<"$line")
            [[ $line != *"--qemu stock"* ]] || name+=-stock
            runs+=("$script|$name|$line")
        done < <(sed -n 's/^# vm: *//p' "$script" | grep . || echo "--cards 1")
    done
    [ ${#runs[@]} -gt 0 ] || skip vm "there is no script in tests/vm"
    for run in "${runs[@]}"; do
        IFS='|' read -r script name line <<<"$run"
        while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || true; done
        spa_say "   $name: booting a guest ($line)"
        run_vm "$script" "$name" "$line" &
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
