# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# KVM can open well and still hang a guest (nested clouds do). So it is used only after a guest has really
# reached user space with it, within bounded time; the answer is remembered until the machine reboots.
# Sourced by tools/vm.

probe_kvm() {
    [ -r /dev/kvm ] && [ -w /dev/kvm ] || return 1
    timeout -k 2 12 "$qemu" -nodefaults -no-user-config -display none -no-reboot -accel kvm -cpu host -m 256M \
        -machine q35 -kernel "$boot/vmlinuz" -initrd "$initramfs" -serial "file:$work/probe" \
        -append "console=ttyS0 panic=-1 spa.probe" </dev/null >/dev/null 2>&1 || true
    grep -q 'spa: userland is up' "$work/probe" 2>/dev/null
}

# Sets $accel to kvm or tcg.
choose_accel() {
    local memory
    memory=$SPA_CACHE/accel-$(cat /proc/sys/kernel/random/boot_id)
    if [ ! -s "$memory" ]; then
        accel=tcg
        ! probe_kvm || accel=kvm
        find "$SPA_CACHE" -maxdepth 1 -name 'accel-*' -delete
        echo "$accel" >"$memory"
    fi
    accel=$(cat "$memory")
}
