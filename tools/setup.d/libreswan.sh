# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# libreswan, which as a package conflicts with strongSwan: unpacked in the cache, run from there. Its libraries are in
# peers.packages. Sourced by tools/setup. Leaves $SPA_CACHE/libreswan/usr/libexec/ipsec/pluto, whack and addconn.

setup_libreswan() {
    local target=$SPA_CACHE/libreswan work=$SPA_CACHE/libreswan.new release missing
    # shellcheck disable=SC1091
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    if [ ! -x "$target/usr/libexec/ipsec/pluto" ]; then
        rm -rf "$work" "$target"
        spa_say "libreswan: reading the indexes of $release"
        spa_apt_open "$work/apt" "$release" "$release-security" || spa_die "libreswan: apt cannot read $release"
        spa_apt_unpack "$work/apt" "$work/root" libreswan || spa_die "libreswan could not be fetched"
        rm -rf "$work"/root/usr/share/{doc,man}
        mv "$work/root" "$target"
        rm -rf "$work"
    fi
    missing=$(ldd "$target/usr/libexec/ipsec/pluto" | grep 'not found' || true)
    [ -z "$missing" ] || spa_die "libreswan does not find its libraries: $missing"
    spa_say "libreswan: $("$target/usr/libexec/ipsec/pluto" --version | cut -d ' ' -f 1-2)"
}
