# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Everything that is built is a case: it builds without a warning, or not. Sourced by tools/check.

suite_lint() {
    local rc=0
    "$SPA_ROOT/tools/lint/run" >"$logs/lint.log" 2>&1 || rc=$?
    count_tap "$logs/lint.log" lint $rc
}

# build_step NAME COMMAND...: one case. The command keeps its own log and shows what is wrong.
build_step() {
    local name=$1 began=$SECONDS
    shift
    if "$@"; then
        spa_say "   built: $name ($((SECONDS - began)) s)"
        pass
    else
        fail "build of $name"
    fi
}

# build_preset NAME TARGET...
build_preset() {
    # A fresh clone in another place finds what an earlier one has compiled.
    export CCACHE_BASEDIR=$SPA_ROOT CCACHE_NOHASHDIR=1
    local preset=$1
    shift
    spa_logged "$logs/configure-$preset.log" cmake --preset "$preset" &&
        spa_ninja "$logs/build-$preset.log" cmake --build --preset "$preset" --target "$@" -j "$(nproc)"
}

suite_build() {
    local kernel kernels=(6.1 6.12)
    ! has_debug_kernel || kernels+=(debug)
    # The tests run below the sanitizers; of the optimised build the scripts need the programs and what guests run.
    build_step "release preset" build_preset release programs guest_tests
    build_step "asan preset" build_preset asan all
    # Without these the other suites could only repeat the same complaint.
    # shellcheck disable=SC2034 # read by tools/check
    [ "$suite_failed" = 0 ] || programs_missing=1
    for kernel in "${kernels[@]}"; do
        build_step "driver $kernel" "$SPA_ROOT/tools/build-driver" "$kernel"
    done
}
