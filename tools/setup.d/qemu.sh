# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A QEMU that speaks vfio-user (>= 10.1), and a static busybox for the guest's first minute. Sourced by
# tools/setup. Leaves in $SPA_CACHE/qemu: qemu-system-x86_64 (a wrapper, or a link to the machine's own) and
# busybox. The private QEMU runs with its own libc and libraries and never sees the machine's.

SPA_QEMU_SUITES="trixie trixie-updates trixie-security trixie-backports"

# Is this program a QEMU of 10.1 or later?
qemu_is_new() {
    local version
    version=$("$1" --version 2>/dev/null | sed -nE '1s/.*version ([0-9]+\.[0-9]+).*/\1/p')
    [ -n "$version" ] && [ "$(printf '10.1\n%s\n' "$version" | sort -V | head -n 1)" = 10.1 ]
}

write_qemu_wrapper() {
    local target=$1 file=$2
    cat >"$file" <<END
#!/bin/sh
# The private QEMU: its own loader, libraries, modules and firmware.
r=$target/root
unset LD_PRELOAD LD_LIBRARY_PATH
QEMU_MODULE_DIR=\$r/usr/lib/x86_64-linux-gnu/qemu exec \\
    \$r/usr/lib64/ld-linux-x86-64.so.2 --argv0 qemu-system-x86_64 \\
    --library-path \$r/usr/lib/x86_64-linux-gnu \\
    \$r/usr/bin/qemu-system-x86_64 -L \$r/usr/share/qemu -L \$r/usr/share/seabios "\$@"
END
    chmod 755 "$file"
}

# No library may be absent, and none may come from the machine by mistake.
check_private_libraries() {
    local root=$1 list strange
    list=$("$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" \
        --list "$root/usr/bin/qemu-system-x86_64" 2>&1) || true
    strange=$(grep '=>' <<<"$list" | grep -v " => $root/" || true)
    if [ -z "$list" ] || [ -n "$strange" ]; then
        spa_die "the private QEMU does not find its own libraries: $strange"
    fi
}

fetch_qemu() {
    local work=$1 target=$2 suites packages
    read -ra suites <<<"$SPA_QEMU_SUITES"
    mapfile -t packages < <(package_list "$SPA_ROOT/tools/setup.d/qemu.packages")
    spa_say "qemu: reading the indexes of ${suites[*]}"
    spa_apt_open "$work/apt" "${suites[@]}" ||
        spa_die "qemu: apt cannot read ${suites[*]} from this machine's Debian mirror"
    spa_say "qemu: fetching QEMU $(spa_apt "$work/apt" apt-cache show qemu-system-x86 |
        sed -n 's/^Version: //p' | sort -V | tail -n 1) and what it needs (${#packages[@]} packages)"
    mkdir -p "$work/tree/root"
    # Debian 13 has /lib and /lib64 inside /usr.
    mkdir -p "$work/tree/root/usr/lib64" "$work/tree/root/usr/lib"
    ln -s usr/lib64 "$work/tree/root/lib64"
    ln -s usr/lib "$work/tree/root/lib"
    spa_apt_unpack "$work/apt" "$work/tree/root" -t trixie-backports "${packages[@]}" ||
        spa_die "qemu: the packages could not be fetched"
    rm -rf "$work/tree/root/usr/share/doc" "$work/tree/root/usr/share/man"
    write_qemu_wrapper "$target" "$work/tree/qemu-system-x86_64"
}

fetch_busybox() {
    local work=$1 codename
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    spa_apt_open "$work/busybox-apt" "$codename" || spa_die "busybox: apt cannot read $codename"
    spa_apt_unpack "$work/busybox-apt" "$work/busybox-root" busybox-static ||
        spa_die "busybox-static could not be fetched"
    install -m 755 "$work/busybox-root/bin/busybox" "$work/tree/busybox"
}

setup_qemu() {
    local target=$SPA_CACHE/qemu work=$SPA_CACHE/qemu.new own
    if [ ! -x "$target/busybox" ] || ! "$target/qemu-system-x86_64" --version >/dev/null 2>&1; then
        rm -rf "$work" "$target"
        mkdir -p "$work/tree"
        own=$(command -v qemu-system-x86_64 || true)
        if [ -n "$own" ] && qemu_is_new "$own"; then
            ln -s "$own" "$work/tree/qemu-system-x86_64"
        else
            fetch_qemu "$work" "$target"
        fi
        fetch_busybox "$work"
        mv "$work/tree" "$target"
        rm -rf "$work"
        [ ! -d "$target/root" ] || check_private_libraries "$target/root"
    fi
    qemu_is_new "$target/qemu-system-x86_64" || spa_die "qemu: $target/qemu-system-x86_64 is older than 10.1"
    spa_say "qemu: $("$target/qemu-system-x86_64" --version | head -n 1)"
}
