# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Cases of a test script. Each is one line, "ok - NAME" or "not ok - NAME"; the script's last line is: finish

failed=0

# check NAME COMMAND...: one case; what the command says is shown when it fails. In this shell, not in a subshell:
# the command may wait for a child of ours.
check() {
    local name=$1 output
    output=$(mktemp)
    shift
    if "$@" >"$output" 2>&1; then
        echo "ok - $name"
    else
        sed 's/^/    /' "$output"
        echo "not ok - $name"
        failed=1
    fi
    rm -f "$output"
}

finish() { exit "$failed"; }

# fails COMMAND...: the command must not succeed.
fails() { ! "$@"; }

# has TEXT COMMAND...: the command's output contains the text.
has() {
    local text=$1 output
    shift
    output=$("$@" 2>&1) || true
    grep -qF -- "$text" <<<"$output" || { echo "no \"$text\" in:"; echo "$output"; return 1; }
}

# equal A B: two numbers or words agree.
equal() { [ "$1" = "$2" ] || { echo "$1 is not $2"; return 1; }; }

# at_least N ACTUAL
at_least() { [ "$2" -ge "$1" ] || { echo "$2 is less than $1"; return 1; }; }
