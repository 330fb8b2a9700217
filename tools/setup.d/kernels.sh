# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Debian's kernels, unpacked side by side in the cache: nothing is installed, nothing is rebooted.
# Sourced by tools/setup. Leaves in $SPA_CACHE/kernels/VERSION:
#   release   what uname -r says    vmlinuz    build -> the headers    lib/modules/RELEASE, depmod'ed

SPA_KERNELS="6.1 6.12"

# The suites that carry a kernel.
kernel_suites() {
    case $1 in
        6.1) echo bookworm bookworm-updates bookworm-security ;;
        6.12) echo bookworm-backports bookworm-security ;;
    esac
}

# A few kB of scripts do not find their other half when they are unpacked elsewhere: they name /usr.
relocate_headers() {
    local root=$1 target=$2 link to
    grep -rlI --include=Makefile --include='*.include' '/usr/src/linux-headers' "$root/usr/src" |
        xargs -r sed -i "s#/usr/src/linux-headers#$target/usr/src/linux-headers#g"
    find "$root/usr/src" "$root/lib/modules" -type l -lname '/usr/*' | while read -r link; do
        to=$(readlink "$link")
        ln -sfn "$target$to" "$link"
    done
}

# newest_kernel APT VERSION: prints the newest release of which image and headers can both be had. The archive publishes
# headers hours before it has signed the image that belongs to them.
newest_kernel() {
    local apt=$1 version=$2 release
    spa_apt "$apt" apt-cache pkgnames "linux-headers-$version." |
        sed -nE "s/^linux-headers-(${version//./\\.}\.[^-]+(-[0-9]+)?-amd64)$/\1/p" | sort -rV |
        while read -r release; do
            if [ -n "$(spa_apt "$apt" apt-cache show "linux-image-$release" 2>/dev/null)" ]; then
                echo "$release"
                return
            fi
        done
}

unpack_kernel() {
    local version=$1 target=$2 work=$3 suites release kbuild
    read -ra suites < <(kernel_suites "$version")
    spa_say "kernel $version: reading the indexes of ${suites[*]}"
    spa_apt_open "$work/apt" "${suites[@]}" ||
        spa_die "kernel $version: apt cannot read ${suites[*]} from this machine's Debian mirror"
    release=$(newest_kernel "$work/apt" "$version")
    [ -n "$release" ] || spa_die "kernel $version: no linux-image-$version.*-amd64 with headers in ${suites[*]}"
    spa_say "kernel $version: fetching image and headers of $release"
    kbuild=$(spa_apt "$work/apt" apt-cache depends "linux-headers-$release" |
        sed -nE 's/^ *Depends: (linux-kbuild-[^ ]+)$/\1/p' | head -n 1)
    [ -n "$kbuild" ] || spa_die "kernel $version: linux-headers-$release names no linux-kbuild"
    spa_apt_unpack "$work/apt" "$work/root" "linux-image-$release" "linux-headers-$release" \
        "linux-headers-${release%-amd64}-common" "$kbuild" ||
        spa_die "kernel $version: the packages of $release could not be fetched"
    relocate_headers "$work/root" "$target"
    /sbin/depmod -b "$work/root" "$release"
    ln -s "$target/usr/src/linux-headers-$release" "$work/root/build"
    ln -s "boot/vmlinuz-$release" "$work/root/vmlinuz"
    echo "$release" >"$work/root/release"
}

setup_kernels() {
    local version target work
    for version in $SPA_KERNELS; do
        target=$SPA_CACHE/kernels/$version
        if [ ! -s "$target/release" ]; then
            work=$target.new
            rm -rf "$work" "$target"
            mkdir -p "$work"
            unpack_kernel "$version" "$target" "$work"
            mv "$work/root" "$target"
            rm -rf "$work"
        fi
        spa_say "kernel $version: $(cat "$target/release")"
    done
}
