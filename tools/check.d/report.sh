# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Counting: every case ends in pass, fail or skip, per suite and in all. Sourced by tools/check.

total_passed=0 total_failed=0 total_skipped=0
table=() failures=() skips=()

begin_suite() {
    suite_name=$1 suite_passed=0 suite_failed=0 suite_skipped=0 suite_began=$SECONDS
    spa_say "== $1"
}

pass() { suite_passed=$((suite_passed + ${1:-1})); }

# fail NAME: one failed case; its output has been shown by the caller.
fail() {
    suite_failed=$((suite_failed + 1))
    failures+=("$suite_name: $1")
    printf '   FAILED  %s\n' "$1"
}

# skip NAME REASON: never without a reason.
skip() {
    suite_skipped=$((suite_skipped + 1))
    skips+=("$suite_name: $1: $2")
    printf '   skipped %s: %s\n' "$1" "$2"
}

# Takes the "ok - NAME", "not ok - NAME" and "ok - NAME # SKIP reason" lines of the log of one script that ended
# with the given status. A script without such lines is one case by itself.
count_tap() {
    local log=$1 name=$2 status=$3 line ok=0 bad=0 skipped=0
    while IFS= read -r line; do
        case $line in
            "ok - "*"# SKIP"*) skipped=$((skipped + 1)); skip "$name: ${line#ok - }" "${line##*# SKIP }" ;;
            "ok - "*) ok=$((ok + 1)) ;;
            "not ok - "*) bad=$((bad + 1)); fail "$name: ${line#not ok - }" ;;
        esac
    done <"$log"
    pass "$ok"
    if [ "$status" != 0 ] && [ $bad = 0 ]; then
        bad=1
        fail "$name (status $status)"
    elif [ $((ok + bad + skipped)) = 0 ]; then
        pass
    fi
    [ $bad = 0 ] || { echo "---- $log"; tail -n 60 "$log"; echo "----"; }
}

end_suite() {
    local took=$((SECONDS - suite_began))
    table+=("$(printf '%-10s %6d %6d %7d   %d:%02d' "$suite_name" $suite_passed $suite_failed $suite_skipped \
        $((took / 60)) $((took % 60)))")
    total_passed=$((total_passed + suite_passed))
    total_failed=$((total_failed + suite_failed))
    total_skipped=$((total_skipped + suite_skipped))
    spa_say "   $suite_name: $suite_passed passed, $suite_failed failed, $suite_skipped skipped in $took s"
}

print_totals() {
    local line
    printf '\n%-10s %6s %6s %7s   %s\n' suite passed failed skipped time
    printf '%s\n' "${table[@]}"
    for line in "${skips[@]}"; do printf 'skipped  %s\n' "$line"; done
    for line in "${failures[@]}"; do printf 'FAILED   %s\n' "$line"; done
    printf '%d passed, %d failed, %d skipped\n' $total_passed $total_failed $total_skipped
    [ $total_failed = 0 ] && [ $total_passed -gt 0 ]
}
