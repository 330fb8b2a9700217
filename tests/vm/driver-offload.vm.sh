#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The driver on an honest card: self-tests, plain traffic, every kind of SA against the kernel's own ESP, settings,
# public keys, and the ways a driver can be taken away.
# vm: --kernel 6.1 --cards 1 --timeout 900
# vm: --kernel 6.12 --cards 1 --timeout 900
# vm: --kernel 6.12 --qemu stock --timeout 900 --env SPA_BASIC=1
# vm-debug: 596
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

probe() {
    check "the driver loads and its self-tests pass" load_driver
    check "it says what it found" grep -q 'SAs, .* self-tests passed' <(dmesg)
    check "ethtool -i names driver, bus and interface version" identity
    check "ethtool -k offers ESP in hardware" grep -q 'esp-hw-offload: on' <(ethtool -k spa0)
    check "and ESP segmentation, and checksums inside ESP" esp_features
    check "/dev/spa0 is there, for root only" [ "$(stat -c '%a %F' /dev/spa0)" = "600 character special file" ]
    make_namespaces
    check "the link comes up" attach_card
    check "ethtool says speed and duplex" grep -q 'Speed: 10000Mb/s' <(router ethtool spa0)
}

identity() {
    local info
    info=$(ethtool -i spa0)
    grep -q '^driver: spa$' <<<"$info" && grep -q '^firmware-version: 1\.1$' <<<"$info" &&
        grep -q '^bus-info: 0000:' <<<"$info"
}

esp_features() {
    local features
    features=$(ethtool -k spa0)
    grep -q 'tx-esp-segmentation: on' <<<"$features" && grep -q 'esp-tx-csum-hw-offload: on' <<<"$features"
}

plain() {
    check "plain IPv4" router ping -q -c 5 -i 0.1 -W 10 $P4
    check "plain IPv6" router ping -q -c 5 -i 0.1 -W 10 $P6
    check "fragments" router ping -q -c 3 -i 0.1 -W 10 -s 5000 $P4
    check "TCP from the card, checksums by the card" flow up $P4 1000000
    check "TCP to the card" flow down $R4 1000000
    check "frames were counted" stat_above drv_rx_packets 100
    check "TCP left in super-frames that the card cut" stat_above drv_tx_tso 5
    check "none was dropped or wrong" quiet
}

# No counter of trouble has moved. What the wire lost (tx_errors, rx_no_buffer) is no trouble of the driver's.
quiet() {
    ! router ethtool -S spa0 | grep -E 'drv_.*(bad_[a-z]*|errors|memory|timeouts|format|other|too_long|down|restarts): *[1-9]'
}

# Software must not go on with an SA that the card has used: they would make the same IVs (RFC 4106 section 3.1).
switching_off() {
    local algorithm
    read -ra algorithm <<<"$(gcm 128)"
    secure tunnel 4 4 "${algorithm[@]}"
    router ethtool -K spa0 esp-hw-offload off >/dev/null 2>&1
    check "offload stays on while there are SAs" has 'esp-hw-offload: on' router ethtool -k spa0
    clear_security
    # The wish is still noted, and the kernel acts on new wishes only.
    router ethtool -K spa0 esp-hw-offload on
    router ethtool -K spa0 esp-hw-offload off
    check "offload can be switched off without" has 'esp-hw-offload: off' router ethtool -k spa0
    check "and then no SA is taken" fails add_out "${algorithm[@]}"
    router ethtool -K spa0 esp-hw-offload on
    check "and is taken again when it is on" add_out "${algorithm[@]}"
    clear_security
}

settings() {
    check "an MTU of 9000 is taken" ip -n router link set spa0 mtu 9000
    ip -n peer link set "$SPA_WIRE_NIC" mtu 9000
    check "frames of 9000 octets" router ping -q -c 3 -i 0.1 -W 10 -M 'do' -s 8972 $P4
    check "an MTU of 9001 is refused" fails ip -n router link set spa0 mtu 9001
    ip -n router link set spa0 mtu 1500
    ip -n peer link set "$SPA_WIRE_NIC" mtu 1500
    check "back to 1500" router ping -q -c 3 -i 0.1 -W 10 $P4
    check "another station address" ip -n router link set spa0 address 02:11:22:33:44:55
    ip -n peer neigh flush all
    check "works" router ping -q -c 3 -i 0.1 -W 10 $P4
    check "a group address is refused" fails ip -n router link set spa0 address 01:11:22:33:44:55
    check "promiscuous and all-multicast" ip -n router link set spa0 promisc on allmulticast on
    ip -n router link set spa0 promisc off allmulticast off
    bring_card_up
}

# R-ENG: what ethtool can set, and that traffic goes on with it.
ethtool_settings() {
    check "the self-test passes, traffic or not" has 'The test result is PASS' router ethtool -t spa0 offline
    check "rings of another size" router ethtool -G spa0 rx 1024 tx 256
    check "are shown" has '1024' router ethtool -g spa0
    check "and work" router ping -q -c 3 -i 0.1 -W 10 $P4
    check "a ring too small for a frame of many pieces is refused" fails router ethtool -G spa0 tx 16
    check "rings of more entries than the card takes are refused" fails router ethtool -G spa0 rx 65536
    router ethtool -G spa0 rx 512 tx 512
    check "the channels are shown" has 'Combined:' router ethtool -l spa0
    check "more channels than the card has are refused" fails router ethtool -L spa0 combined 64
    if router ethtool -C spa0 rx-usecs 50 rx-frames 8 2>/dev/null; then
        check "interrupts that wait" has 'rx-usecs: 50' router ethtool -c spa0
        check "still come" router ping -q -c 3 -i 0.1 -W 10 $P4
        router ethtool -C spa0 rx-usecs 0 rx-frames 0
    fi
    bring_card_up
}

# R-ENG: what devlink's health reporter tells, of the driver and of the card itself.
health() {
    local slot
    slot=$(basename /sys/bus/pci/drivers/spa/0000:*)
    check "diagnose asks the card too" has 'queues running' devlink health diagnose "pci/$slot" reporter fw
    # SPA_DUMP_MAGIC.
    check "a dump holds the card's own" has '53 50 41 44' devlink health dump show "pci/$slot" reporter fw
}

gcm() { printf 'aead rfc4106(gcm(aes)) %s 128' "$(key $(($1 / 8 + 4)))"; }
sha1() { printf 'enc cbc(aes) %s auth-trunc hmac(sha1) %s 96' "$(key $(($1 / 8)))" "$(key 20)"; }
sha256() { printf 'enc cbc(aes) %s auth-trunc hmac(sha256) %s 128' "$(key $(($1 / 8)))" "$(key 32)"; }

# one NAME TARGET MODE OUTER INNER ALGORITHM STATE-ARGUMENT...
one() {
    local name=$1 target=$2 mode=$3 outer=$4 inner=$5 algorithm
    read -ra algorithm <<<"$6"
    shift 6
    protected "$name" "$target" "$mode" "$outer" "$inner" "${algorithm[@]}" "$@"
    clear_security
}

associations() {
    local window=(replay-window 32)
    one "GCM-128 transport IPv4" $P4 transport 4 4 "$(gcm 128)" "${window[@]}"
    one "GCM-192 tunnel IPv4, no replay window" $PI4 tunnel 4 4 "$(gcm 192)"
    one "GCM-256 tunnel IPv6" $PI6 tunnel 6 6 "$(gcm 256)" "${window[@]}"
    one "GCM-128 IPv4 in IPv6" $PI4 tunnel 6 4 "$(gcm 128)" "${window[@]}" flag af-unspec
    one "GCM-128 IPv6 in IPv4" $PI6 tunnel 4 6 "$(gcm 128)" "${window[@]}" flag af-unspec
    one "CBC-128 SHA1 tunnel IPv4" $PI4 tunnel 4 4 "$(sha1 128)" "${window[@]}"
    one "CBC-256 SHA1 transport IPv6" $P6 transport 6 6 "$(sha1 256)" "${window[@]}"
    one "CBC-128 SHA256 transport IPv4" $P4 transport 4 4 "$(sha256 128)" "${window[@]}"
    one "CBC-256 SHA256 tunnel IPv6" $PI6 tunnel 6 6 "$(sha256 256)" "${window[@]}"
    # RFC 4303 2.2.1: eight packets across the end of the lower half, both ways.
    one "ESN GCM over the epoch" $PI4 tunnel 4 4 "$(gcm 128)" replay-window 64 flag esn replay-oseq 0xfffffffb \
        replay-seq 0xfffffffb
    one "ESN CBC over the epoch" $PI4 tunnel 4 4 "$(sha256 128)" replay-window 64 flag esn replay-oseq 0xfffffffb \
        replay-seq 0xfffffffb
    check "every SA that was added was deleted" within 30 all_deleted
}

all_deleted() { stat_is drv_sa_deleted "$(card_stat drv_sa_added)"; }

# RFC 3948; the kernel offloads it from 6.2 on and fails it before.
udp_encapsulation() {
    local pids=() algorithm encap=(replay-window 32 encap espinudp 4500 4500 0.0.0.0)
    read -ra algorithm <<<"$(gcm 128)"
    if [ "$SPA_KERNEL" = 6.1 ]; then
        check "UDP encapsulation is refused by this kernel" fails secure tunnel 4 4 "${algorithm[@]}" "${encap[@]}"
        clear_security
        return
    fi
    for ns in router peer; do
        ip netns exec $ns "$tools/spa-flow" espinudp 4500 >/dev/null &
        pids+=($!)
    done
    sleep 1
    protected "UDP encapsulation" $PI4 tunnel 4 4 "${algorithm[@]}" "${encap[@]}"
    clear_security
    kill "${pids[@]}"
}

streams() {
    local algorithm cut
    read -ra algorithm <<<"$(gcm 128)"
    secure tunnel 4 4 "${algorithm[@]}" replay-window 64
    cut=$(card_stat tx_tso_frames)
    check "TCP through the tunnel, encrypted by the card" flow up $PI4 2000000
    check "in super-frames that the card cut and encrypted" stat_above tx_tso_frames $((cut + 5))
    check "TCP through the tunnel, decrypted by the card" flow down $RI4 2000000
    check "a packet larger than the tunnel's MTU" router ping -q -c 3 -i 0.1 -W 10 -s 4000 $PI4
    clear_security
    read -ra algorithm <<<"$(sha1 128)"
    secure transport 6 6 "${algorithm[@]}" replay-window 64
    check "TCP over IPv6, transport mode, CBC and SHA1" flow up $P6 1000000
    check "and back" flow down $R6 1000000
    clear_security
    check "no segment was lost to the driver" quiet
}

# add_out ALGORITHM...: one outbound SA on the card.
add_out() {
    ip -n router xfrm state add src $R4 dst $P4 proto esp spi 0x2001 mode tunnel "$@" offload dev spa0 dir out
}

# design.md 3: every algorithm that both the card and XFRM have. Keys that are no weak ones of DES.
algorithms() {
    local spi=0x6000 line added
    local des=0x0123456789abcdef des3=0x0123456789abcdef23456789abcdef01456789abcdef0123
    local md5 sha1 cbc
    md5="auth-trunc hmac(md5) $(key 16) 96" sha1="auth-trunc hmac(sha1) $(key 20) 96" cbc="enc cbc(aes) $(key 16)"
    added=$(card_stat drv_sa_added)
    while read -r line; do
        printf 'xfrm state add src %s dst %s proto esp spi %#x mode tunnel %s offload dev spa0 dir out\n' \
            $R4 $P4 $((spi++)) "$line"
    done >/run/algorithms <<END
aead rfc4106(gcm(aes)) $(key 20) 64
aead rfc4106(gcm(aes)) $(key 28) 96
aead rfc4106(gcm(aes)) $(key 36) 128
aead rfc4543(gcm(aes)) $(key 20) 128
aead rfc4543(gcm(aes)) $(key 36) 128
aead rfc7539esp(chacha20,poly1305) $(key 36) 128
enc rfc3686(ctr(aes)) $(key 20) $sha1
enc rfc3686(ctr(aes)) $(key 28) $sha1
enc rfc3686(ctr(aes)) $(key 36) $sha1
enc cbc(aes) $(key 24) $sha1
enc cbc(des3_ede) $des3 $sha1
enc cbc(des) $des $md5
enc ecb(cipher_null) "" $sha1
$cbc $md5
$cbc auth-trunc hmac(sha256) $(key 32) 128
$cbc auth-trunc hmac(sha384) $(key 48) 192
$cbc auth-trunc hmac(sha512) $(key 64) 256
END
    check "every algorithm of the card is taken" ip -n router -batch /run/algorithms
    check "by the card" [ $(($(card_stat drv_sa_added) - added)) = 17 ]
    clear_security
}

# refuse WHAT ALGORITHM...: by the driver, if the kernel has the algorithm at all.
refuse() {
    local what=$1
    shift
    check "$what is refused" fails add_out "$@"
    if ip -n router xfrm state add src $R4 dst $P4 proto esp spi 0x2001 mode tunnel "$@" 2>/dev/null; then
        asked=$((asked + 1))
        ip -n router xfrm state flush
    fi
}

refusals() {
    local refused asked=0 sha1=(auth-trunc 'hmac(sha1)' "$(key 20)" 96)
    local cut=(enc 'cbc(aes)' "$(key 16)" auth 'hmac(sha256)' "$(key 32)")
    refused=$(card_stat drv_sa_refused)
    refuse "AES-CCM" aead 'rfc4309(ccm(aes))' "$(key 19)" 128
    refuse "Camellia" enc 'cbc(camellia)' "$(key 16)" "${sha1[@]}"
    refuse "AES-XCBC" enc 'cbc(aes)' "$(key 16)" auth-trunc 'xcbc(aes)' "$(key 16)" 96
    refuse "SHA-256 cut to 96 bits" "${cut[@]}"
    # Of AH the kernel does not even ask.
    check "AH is refused" fails ip -n router xfrm state add src $R4 dst $P4 proto ah spi 0x2001 mode tunnel \
        "${sha1[@]}" offload dev spa0 dir out
    check "the driver counted all $asked that the kernel has" [ "$(card_stat drv_sa_refused)" = $((refused + asked)) ]
    check "no state is left behind" [ -z "$(ip -n router xfrm state)" ]
    if [ "$SPA_KERNEL" = 6.1 ]; then
        check "dmesg names the cause" grep -q 'no integrity algorithms but the HMACs' <(dmesg)
    else
        check "the error names the cause" has 'not this key or ICV length of the HMAC' add_out "${cut[@]}"
        check "a weak key of DES is refused with the reason" has 'weak key' \
            add_out enc 'cbc(des)' 0x0101010101010101 "${sha1[@]}"
    fi
    check "two inbound SAs cannot be one to the card" same_spi_twice
    packets_refused
}

# R-ENG: what this card or kernel has not is refused with its reason, never done by halves.
packets_refused() {
    local state=(router "$tools/spa-xfrm" state spa0 out "$R4" "$P4" 0x4001 1 "$(key 20)" tunnel)
    if [ "$SPA_KERNEL" = 6.1 ]; then
        check "packet offload is refused by this kernel" fails "${state[@]}"
    elif grep -q 'policy-limit 0' <(router "$tools/spa-events" --state); then
        check "packet offload is refused by a card that has it not, with the reason" \
            has 'offloads cryptography only' "${state[@]}"
    fi
    check "the same state in crypto mode is taken" "${state[@]}" crypto
    clear_security
}

# With marks the kernel takes two states of one address and SPI; the card cannot tell them apart and says so.
same_spi_twice() {
    local algorithm mark rc=()
    read -ra algorithm <<<"$(gcm 128)"
    for mark in 1 2; do
        ip -n router xfrm state add src $P4 dst $R4 proto esp spi 0x3001 mode tunnel mark $mark "${algorithm[@]}" \
            offload dev spa0 dir in
        rc+=($?)
    done
    clear_security
    [ "${rc[0]}" = 0 ] && [ "${rc[1]}" != 0 ]
}

failures_of_packets() {
    local algorithm listener
    read -ra algorithm <<<"$(gcm 128)"
    secure tunnel 4 4 "${algorithm[@]}" replay-window 32
    ip -n peer xfrm state delete src $P4 dst $R4 proto esp spi 0x1002
    ip -n peer xfrm state add src $P4 dst $R4 proto esp spi 0x1002 mode tunnel aead 'rfc4106(gcm(aes))' \
        "0x$(printf '99%.0s' {1..20})" 128
    peer ping -q -c 3 -i 0.1 -W 1 $RI4 >/dev/null
    check "a wrong key is an integrity failure to the card" stat_is rx_esp_auth 3
    check "and to the kernel's SA" grep -q 'failed 3' <(ip -n router -s xfrm state list spi 0x1002)
    check "and an event" within 30 stat_above drv_event_auth_failure 0
    ip -n router xfrm state delete src $P4 dst $R4 proto esp spi 0x1002
    router "$tools/spa-events" >/run/events 2>&1 &
    listener=$!
    within 20 grep -q listening /run/events
    peer ping -q -c 3 -i 0.1 -W 1 $RI4 >/dev/null
    check "an SPI that is not there is an event" within 30 stat_above drv_event_unknown_spi 0
    check "and a generic-netlink event, with both addresses" within 30 \
        grep -q "event unknown-spi .* spi 00001002 from $P4 to $R4" /run/events
    kill $listener
    check "generic netlink tells the state of the card" has 'state running' router "$tools/spa-events" --state
    clear_security
}

takedown() {
    local algorithm
    read -ra algorithm <<<"$(gcm 128)"
    secure tunnel 4 4 "${algorithm[@]}" replay-window 32
    ip -n router link set spa0 down
    check "down takes the offloaded states away" [ -z "$(ip -n router xfrm state)" ]
    clear_security
    check "and the card's SAs" within 30 all_deleted
    check "up again" bring_card_up
    check "works" router ping -q -c 3 -i 0.2 -W 10 $P4
    protected "after down and up" $PI4 tunnel 4 4 "${algorithm[@]}" replay-window 32
    check "no counter of trouble has moved" quiet
    clear_security
}

# Takes the driver away in the middle of encrypted traffic, in two ways.
removal() {
    local round algorithm pid
    read -ra algorithm <<<"$(gcm 128)"
    for round in rmmod unbind; do
        clear_security
        secure tunnel 4 4 "${algorithm[@]}" replay-window 32
        router ping -q -f -w 60 $PI4 >/dev/null 2>&1 &
        peer ping -q -f -w 60 $RI4 >/dev/null 2>&1 &
        sleep 1
        if [ $round = rmmod ]; then
            check "rmmod under traffic" rmmod spa
        else
            check "unbind under traffic, with /dev/spa0 held open" unbind_while_held
            rmmod spa
        fi
        check "$round: the states are gone" [ -z "$(ip -n router xfrm state)" ]
        # Not by name: the two pings of this round.
        for pid in $(jobs -rp); do kill "$pid" 2>/dev/null; done
        wait
        check "$round: the driver comes back" load_driver
        attach_card
        check "$round: and works" router ping -q -c 3 -i 0.2 -W 10 $P4
    done
}

# Memory decoding off: no register of the card answers, as if it had been pulled.
vanish() { printf '\0\0' | dd of="/sys/bus/pci/devices/$1/config" bs=1 seek=4 conv=notrunc status=none; }

# Takes the card away from under the driver in the middle of encrypted traffic.
vanished() {
    local algorithm slot holder pid
    read -ra algorithm <<<"$(gcm 128)"
    clear_security
    secure tunnel 4 4 "${algorithm[@]}" replay-window 32
    slot=$(basename /sys/bus/pci/drivers/spa/0000:*)
    "$tools/spa-pk-check" --hold /dev/spa0 >/run/held &
    holder=$!
    router ping -q -f -w 60 $PI4 >/dev/null 2>&1 &
    pid=$!
    sleep 1
    # A card that was pulled: nothing is to bring it back.
    devlink health set "pci/$slot" reporter fw auto_recover false
    vanish "$slot"
    check "vanished: no SA is taken any more" fails add_out "${algorithm[@]}"
    check "vanished: dmesg says so" has 'does not answer any more' dmesg
    check "vanished: counters can still be read" stat_above drv_tx_esp 0
    check "vanished: the states can be flushed" clear_security
    check "vanished: the interface goes down" ip -n router link set spa0 down
    check "vanished: the driver lets the card go" unbind "$slot"
    check "vanished: whoever held /dev/spa0 was told" wait $holder
    kill $pid 2>/dev/null
    wait $pid
    check "vanished: the module unloads" rmmod spa
    check "vanished: a card that is back is taken again" load_driver
    attach_card
    check "vanished: and works" router ping -q -c 3 -i 0.2 -W 10 $P4
}

unbind() { echo "$1" >/sys/bus/pci/drivers/spa/unbind; }

unbind_while_held() {
    local holder
    "$tools/spa-pk-check" --hold /dev/spa0 >/run/held &
    holder=$!
    within 30 grep -q holding /run/held || return 1
    unbind "$(basename /sys/bus/pci/drivers/spa/0000:*)"
    wait $holder
}

probe
# What does not depend on how the card is attached.
beyond_the_basics() {
    udp_encapsulation
    streams
    algorithms
    refusals
    failures_of_packets
    settings
    ethtool_settings
    health
    switching_off
    takedown
}

plain
associations
[ "${SPA_BASIC:-0}" = 1 ] || beyond_the_basics
"$tools/spa-pk-check" /dev/spa0 || failed=1
removal
vanished
finish
