# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# GoogleTest programs in a guest. Sourced by tests/vm/*.vm.sh.

# gtest_cases LOG: the cases of a GoogleTest run as TAP, a skipped one with its reason.
gtest_cases() {
    awk '
        /: Skipped$/          { if ((getline line) > 0) reason = line }
        /^\[       OK \] /    { print "ok - " $4 }
        /^\[  FAILED  \] .*\(/ { print "not ok - " $4 }
        /^\[  SKIPPED \] .*\(/ { print "ok - " $4 " # SKIP " reason }' "$1"
}
