# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The guest's first minute: busybox, the modules up to 9p and overlay, and vm.d/init. Sourced by tools/vm.

INITRAMFS_MODULES="virtio_pci virtio_console 9pnet_virtio 9p overlay"

# Writes the modules' files, dependencies first and unpacked (busybox reads no xz), into $1.
collect_modules() {
    local dir=$1 release name file
    release=$(cat "$boot/release")
    # What is built in says so, and is no file.
    for name in $INITRAMFS_MODULES; do
        /sbin/modprobe -d "$boot" -S "$release" --show-depends "$name" 2>/dev/null >>"$work/modules" ||
            spa_die "there is no module $name below $boot"
    done
    touch "$dir/order"
    sed -n 's/^insmod //p' "$work/modules" | awk '!seen[$1]++ { print $1 }' | while read -r file; do
        name=$(basename "$file" .xz)
        case $file in
            *.xz) xz -dc "$file" >"$dir/$name" ;;
            *) cp "$file" "$dir/$name" ;;
        esac
        echo "$name" >>"$dir/order"
    done
}

# Sets $initramfs; builds it when this kernel has none made by these very sources.
make_initramfs() {
    local key tree
    key=$(cat "$SPA_ROOT/tools/vm.d/init" "$SPA_ROOT/tools/vm.d/initramfs.sh" "$boot/release" | sha256sum | cut -c1-16)
    initramfs=$boot/initramfs-$key
    [ ! -s "$initramfs" ] || return 0
    tree=$(mktemp -d "$work/initramfs.XXXXXX")
    mkdir -p "$tree"/{bin,modules,proc,sys,dev,host,upper,root}
    install -m 755 "$SPA_CACHE/qemu/busybox" "$tree/bin/busybox"
    install -m 755 "$SPA_ROOT/tools/vm.d/init" "$tree/init"
    collect_modules "$tree/modules"
    (cd "$tree" && find . | cpio --quiet -o -H newc) >"$work/initramfs.cpio"
    find "$boot" -maxdepth 1 -name 'initramfs-*' -delete
    # Renamed into place: another guest may be starting at this moment.
    cp "$work/initramfs.cpio" "$initramfs.$$"
    mv "$initramfs.$$" "$initramfs"
}
