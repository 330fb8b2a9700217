# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The GoogleTest programs of one suite (unit_*, exchange_*, device_*), under AddressSanitizer and
# UndefinedBehaviorSanitizer. Each test case inside the programs counts as one. Sourced by tools/check.

# A minute's worth of random lives (tests/exchange/schedule_test.cc); developers run fewer.
export SPA_TEST_LIVES=${SPA_TEST_LIVES:-200}

suite_ctest() {
    local suite=$1 dir=$SPA_ROOT/build/asan rc=0 log=$logs/$1.log kind name
    if [ ! -f "$dir/CTestTestfile.cmake" ]; then
        fail "$suite: $dir is not built"
        return
    fi
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
        ASAN_SYMBOLIZER_PATH=/usr/lib/llvm-19/bin/llvm-symbolizer \
        ctest --test-dir "$dir" -R "^${suite}_" -j "$(nproc)" -V >"$log" 2>&1 || rc=$?
    if grep -q 'No tests were found' "$log"; then
        skip "$suite" "no test program of this suite is built"
        return
    fi
    while read -r kind name; do
        case $kind in
            pass) pass "$name" ;;
            fail) fail "$name" ;;
            skip) skip "${name%% # *}" "${name#* # }" ;;
        esac
    done < <(ctest_cases "$log")
    # What repeats the random part.
    sed -nE 's/^[0-9]+: (first seed [0-9]+, [0-9]+ lives)$/   \1/p' "$log"
    if [ $rc != 0 ]; then
        [ "$suite_failed" != 0 ] || fail "$suite (ctest says $rc)"
        echo "---- $log"
        show_failures "$log"
        echo "----"
    fi
}

# Prints "pass N", "fail NAME", "skip NAME # REASON". A program that died before it could report its case is a failure
# of its own; so is one that failed without naming a case.
ctest_cases() {
    awk '
        # "12: [       OK ] Suite.Case (0 ms)": -V puts the number of the program in front.
        { program = $1; sub(/:$/, "", program) }
        /^[0-9]+: \[       OK \] .* \([0-9]+ ms\)$/    { passed++ }
        /^[0-9]+: \[  FAILED  \] .* \([0-9]+ ms\)$/    { line = $0; sub(/^[0-9]+: \[  FAILED  \] /, "", line); print "fail " line; named[program] = 1 }
        /^[0-9]+: \[  SKIPPED \] .* \([0-9]+ ms\)$/    { line = $0; sub(/^[0-9]+: \[  SKIPPED \] /, "", line); print "skip " line " # " reason }
        # The reason stands above, after "file.cc:7: Skipped".
        /: Skipped$/ { if ((getline line) > 0) { reason = line; sub(/^[0-9]+: /, "", reason) } }
        # "3/7 Test #12: unit_wire ....***Failed    0.10 sec"
        /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: .*(\*\*\*|Not Run)/ {
            match($0, /#[0-9]+/)
            number = substr($0, RSTART + 1, RLENGTH - 1)
            sub(/^[^:]*: /, "")
            if (!(number in named)) print "fail " $0
        }
        END { print "pass " passed + 0 }' "$1"
}

show_failures() {
    grep -nE '\[  FAILED  \]|SPA_TEST_SEED|Failure$|ERROR: |runtime error|Expected|Actual|which is|SUMMARY|#[0-9]+ 0x|Not Run' "$1" | head -n 80 || true
}
