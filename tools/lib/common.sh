# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every script under tools/ shares: where things are, how progress and errors are told.
# Source it after `set -euo pipefail`.

SPA_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Outside the clone, so that a fresh clone finds kernels and QEMU already there.
SPA_CACHE=${SPA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/spa}
SPA_QUIET=${SPA_QUIET:-0}
SPA_STARTED=${SPA_STARTED:-$SECONDS}
export SPA_ROOT SPA_CACHE

# Elapsed time of the whole script as m:ss.
spa_elapsed() {
    local s=$((SECONDS - SPA_STARTED))
    printf '%d:%02d' $((s / 60)) $((s % 60))
}

# spa_say TEXT...: one line of progress.
spa_say() {
    [ "$SPA_QUIET" = 1 ] || printf '[%s] %s\n' "$(spa_elapsed)" "$*"
}

# spa_die TEXT...: says what is wrong and what to do about it, ends the script.
spa_die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# spa_sudo COMMAND...: runs the command as root.
spa_sudo() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        spa_die "needs root for: $* (run as root or install sudo)"
    fi
}

# spa_logged LOG COMMAND...: keeps the command's output in LOG, shows its end when the command fails.
spa_logged() {
    local log=$1 rc=0
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 </dev/null || rc=$?
    if [ "$rc" != 0 ]; then
        echo "---- the last lines of $log:" >&2
        tail -n 40 "$log" >&2
        echo "---- failed ($rc): $*" >&2
    fi
    return "$rc"
}

# spa_ninja LOG COMMAND...: spa_logged for a build by ninja; says now and then how far it is.
spa_ninja() {
    local log=$1 rc=0
    shift
    mkdir -p "$(dirname "$log")"
    "$@" 2>&1 </dev/null | tee "$log" | spa_progress || rc=$?
    [ "$rc" = 0 ] || grep -vE '^\[[0-9]+/' "$log" | tail -n 40 >&2
    return "$rc"
}

# A line of ninja's at every tenth of the way.
spa_progress() {
    local line next=0
    while IFS= read -r line; do
        [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
        if [ "${BASH_REMATCH[1]}" -ge "$next" ] || [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]; then
            spa_say "      ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
            next=$((BASH_REMATCH[1] + BASH_REMATCH[2] / 10 + 1))
        fi
    done
}
