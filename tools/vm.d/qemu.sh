# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Which QEMU, and how it is called: one that speaks vfio-user (the private one of the set-up, or the machine's own), or
# Debian 12's stock QEMU 7.2, whose x-pci-proxy-dev takes the card as a conventional PCI device. Sourced by tools/vm.

launcher=() # what QEMU is started by

# Sets $qemu, or says why there is none and ends with 77.
choose_qemu() {
    if [ "$qemu_kind" = private ]; then
        qemu=$SPA_CACHE/qemu/qemu-system-x86_64
        [ -x "$qemu" ] || spa_die "QEMU is not there: run tools/setup qemu"
        return
    fi
    qemu=$(command -v qemu-system-x86_64) || unavailable "no stock QEMU is installed: run tools/setup qemu"
    "$qemu" --version | grep -q ' version 7\.2\.' ||
        unavailable "the machine's QEMU is not Debian 12's 7.2, the last whose x-pci-proxy-dev works without KVM"
    # QEMU has one qtest port, and interrupts travel through it.
    [ "$cards" -le 1 ] || spa_die "--qemu stock takes one card"
}

share() { # TAG PATH [OPTION]: a folder that the guest can mount
    arguments+=(-fsdev "local,id=$1,path=${2//,/,,},security_model=none,multidevs=remap${3:+,$3}"
        -device "virtio-9p-pci,fsdev=$1,mount_tag=$1")
}

# QEMU's monitor (QMP) as a virtio port of the guest. QEMU is on both ends of the socket.
monitor_port() {
    arguments+=(-chardev "socket,id=monitor,path=$work/monitor,server=on,wait=off" -mon "chardev=monitor,mode=control"
        -chardev "socket,id=monitor-port,path=$work/monitor"
        -device "virtserialport,chardev=monitor-port,name=spa.monitor")
}

control_port() { # CARD: where the card takes faults, as a virtio port of the guest
    arguments+=(-chardev "socket,id=control$1,path=$work/card$1.control"
        -device "virtserialport,chardev=control$1,name=spa.control$1")
}

wire() { # CARD: the cable from the card's port to the hub
    arguments+=(-netdev "dgram,id=wire$1,local.type=unix,local.path=$work/wire$1.qemu,remote.type=unix,remote.path=$work/wire$1.card"
        -netdev "hubport,id=port$1,hubid=0,netdev=wire$1")
}

# The second and third connection wait at the card's socket for a device_add after a device_del.
stock_card() {
    launcher=("$bin/spa-connect" "20=$work/card0.sock" "21=$work/card0.sock" "22=$work/card0.sock" --)
    arguments+=(-chardev "socket,id=interrupts,path=$work/card0.irq" -object "qtest,id=qtest,chardev=interrupts,log=/dev/null"
        -device "x-pci-proxy-dev,id=card0,fd=20")
}

qemu_arguments() {
    local i machine=q35
    [ "$qemu_kind" = private ] || machine=pc
    # shellcheck disable=SC2054
    arguments=(-nodefaults -no-user-config -display none -no-reboot -accel "$accel" -smp "$smp"
        -object "memory-backend-memfd,id=ram,size=${memory}M,share=on" -m "${memory}M"
        -machine "$machine,memory-backend=ram,hpet=off" -kernel "$boot/vmlinuz" -initrd "$initramfs"
        -append "console=ttyS0 loglevel=5 panic=-1 mitigations=off tsc=reliable no_timer_check random.trust_cpu=on cryptomgr.notests"
        -serial "file:$work/console" -device virtio-serial-pci -device "virtserialport,chardev=out,name=spa.out"
        -add-fd "fd=3,set=1" -chardev "file,id=out,path=/dev/fdset/1,append=on" -device virtio-rng-pci
        -netdev hubport,id=nic,hubid=0 -device "virtio-net-pci,netdev=nic,mac=52:54:00:00:01:00,romfile=")
    share root / readonly=on
    share job "$work/job"
    share out "$outdir"
    if [ "$accel" = kvm ]; then arguments+=(-cpu host); else arguments+=(-cpu max); fi
    [ "$icount" = 0 ] || arguments+=(-icount shift=0)
    [ "$monitor" = 0 ] || monitor_port
    for ((i = 0; i < cards; i++)); do
        wire "$i"
        control_port "$i"
        if [ "$qemu_kind" = private ]; then
            arguments+=(-device "{\"driver\":\"vfio-user-pci\",\"id\":\"card$i\",\"socket\":{\"type\":\"unix\",\"path\":\"$work/card$i.sock\"},\"x-msg-timeout\":60000}")
        else
            stock_card
        fi
    done
}
