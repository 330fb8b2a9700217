# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What a kernel that watches itself has to say after a script: lockdep, KASAN, UBSAN, DMA-API debug, kmemleak.
# Sourced by vm.d/stage2 on the debug kernel.

# Two scans, for an object must look lost twice, unchanged, and be more than five seconds old before it is reported. A
# scan takes many seconds here.
find_leaks() {
    local leaks=/sys/kernel/debug/kmemleak
    echo scan >$leaks
    sleep 6
    echo scan >$leaks
    cat $leaks
}

# The log since the script started, or what the buffer has kept of it.
log_of_script() {
    local all
    all=$(dmesg)
    if grep -q 'spa: the script starts' <<<"$all"; then sed -n '/spa: the script starts/,$p' <<<"$all"; else cat <<<"$all"; fi
}

# What a script has found out to be the kernel's own mistake in what the script does to it: extended regular expressions,
# one in a line of this file.
own_mistakes=/run/spa/own-mistakes

# watched_kernel_complains: prints the complaints since the script started; true when there are any.
watched_kernel_complains() {
    local said
    said=$(log_of_script | { if [ -s $own_mistakes ]; then grep -vE -f $own_mistakes; else cat; fi; } |
        grep -E 'BUG: |WARNING: |KASAN: |UBSAN: |ODEBUG: |DMA-API: .*(device driver|leak|error)|INFO: (possible|trying to register)|(debug|detector) disabled|debugging out of memory|turning off the locking' || true
        find_leaks)
    [ -n "$said" ] || return 1
    printf 'guest: the kernel complains:\n%s\n' "$said"
}
