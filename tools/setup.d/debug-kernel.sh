# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A kernel that watches itself (debug.config says how), built once from Debian's linux-source-6.12. Sourced by
# tools/setup. Leaves in $SPA_CACHE/kernels/debug what kernels.sh leaves for the others, and config, the fragment that
# it was built with: a changed one builds anew.

SPA_DEBUG_SOURCE=linux-source-6.12
# With ccache, where it is installed, another configuration is built in minutes.
SPA_DEBUG_MAKE=(env "PATH=/usr/lib/ccache:$PATH" nice -n 5 make CC=gcc-12 HOSTCC=gcc-12)

fetch_debug_source() {
    local work=$1 suites
    read -ra suites < <(kernel_suites 6.12)
    spa_say "debug kernel: reading the indexes of ${suites[*]}"
    spa_apt_open "$work/apt" "${suites[@]}" ||
        spa_die "debug kernel: apt cannot read ${suites[*]} from this machine's Debian mirror"
    spa_say "debug kernel: fetching and unpacking $SPA_DEBUG_SOURCE (150 MB)"
    spa_apt_unpack "$work/apt" "$work/package" "$SPA_DEBUG_SOURCE" ||
        spa_die "debug kernel: $SPA_DEBUG_SOURCE could not be fetched"
    mkdir -p "$work/source"
    tar -C "$work/source" --strip-components=1 -xf "$work/package/usr/src/$SPA_DEBUG_SOURCE.tar.xz"
    rm -rf "$work/package"
}

# Every line of the fragment must be in the configuration: Kconfig drops silently what it cannot set.
configure_debug_kernel() {
    local work=$1 dropped
    spa_logged "$work/config.log" "${SPA_DEBUG_MAKE[@]}" -C "$work/source" \
        KCONFIG_ALLCONFIG="$SPA_ROOT/tools/setup.d/debug.config" allnoconfig || spa_die "debug kernel: no configuration"
    dropped=$(grep '^CONFIG_' "$SPA_ROOT/tools/setup.d/debug.config" | grep -vxFf "$work/source/.config" || true)
    [ -z "$dropped" ] || spa_die "debug kernel: this source does not take: $dropped"
}

build_debug_kernel() {
    local work=$1 root=$1/root source=$1/source headers release
    spa_say "debug kernel: building it ($(nproc) processors; minutes to an hour)"
    spa_logged "$work/build.log" "${SPA_DEBUG_MAKE[@]}" -C "$source" -j"$(nproc)" bzImage modules ||
        spa_die "debug kernel: it does not build"
    release=$(cat "$source/include/config/kernel.release")
    headers=usr/src/linux-headers-$release
    mkdir -p "$root/boot" "$root/$headers"
    spa_logged "$work/install.log" "${SPA_DEBUG_MAKE[@]}" -C "$source" INSTALL_MOD_PATH="$root" modules_install &&
        spa_logged "$work/headers.log" "${SPA_DEBUG_MAKE[@]}" -C "$source" \
            KBUILD_RUN_COMMAND="+\$(srctree)/scripts/package/install-extmod-build $root/$headers" run-command ||
        spa_die "debug kernel: it cannot be installed"
    rm -f "$root/lib/modules/$release"/{build,source}
    cp "$source/arch/x86/boot/bzImage" "$root/boot/vmlinuz-$release"
    cp "$source/System.map" "$root/boot/System.map-$release"
    ln -s "boot/vmlinuz-$release" "$root/vmlinuz"
    ln -s "$headers" "$root/build"
    cp "$SPA_ROOT/tools/setup.d/debug.config" "$root/config"
    echo "$release" >"$root/release"
}

setup_debug_kernel() {
    local target=$SPA_CACHE/kernels/debug work=$SPA_CACHE/kernels/debug.new
    # Its own lock: other set-ups need not wait for an hour.
    exec 9>"$SPA_CACHE/lock-debug-kernel"
    flock -n 9 || spa_die "another set-up is building the debug kernel in $work"
    if ! cmp -s "$SPA_ROOT/tools/setup.d/debug.config" "$target/config"; then
        rm -rf "$work"
        mkdir -p "$work"
        fetch_debug_source "$work"
        configure_debug_kernel "$work"
        build_debug_kernel "$work"
        rm -rf "$target"
        mv "$work/root" "$target"
        rm -rf "$work"
    fi
    spa_say "debug kernel: $(cat "$target/release")"
}
