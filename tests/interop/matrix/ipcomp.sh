# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Can this kernel receive IPComp inside ESP at all? Linux's xfrm_input() takes an ESP packet in GRO once esp4_offload or
# esp6_offload is loaded, as they are from the first SA in a card on. There the packet has no route yet, and for the second
# SA of a packet, its IPComp, xfrm_input() wants one: every compressed packet is dropped (XfrmInError). A small one is not
# compressed and passes. Two namespaces, a veth pair and plain ip xfrm show it, without any program of ours.
# Needs tools/lib/peers.sh.

# ipcomp_states NODE: both directions, the same at both ends.
ipcomp_states() {
    local src dst spi cpi key=0x00112233445566778899aabbccddeeff00010203
    while read -r src dst spi cpi; do
        in_node "$1" ip xfrm state add src "$src" dst "$dst" proto esp spi "$spi" reqid 1 mode transport \
            aead 'rfc4106(gcm(aes))' $key 128
        in_node "$1" ip xfrm state add src "$src" dst "$dst" proto comp spi "$cpi" reqid 1 mode tunnel comp deflate flag af-unspec
    done <<<"192.0.2.1 192.0.2.2 0x101 0x1001
192.0.2.2 192.0.2.1 0x102 0x1002"
}

# ipcomp_policy NODE DIRECTION LOCAL-NET REMOTE-NET FROM TO [LEVEL]
ipcomp_policy() {
    in_node "$1" ip xfrm policy add dir "$2" src "$3" dst "$4" tmpl src "$5" dst "$6" proto comp reqid 1 mode tunnel \
        level "${7:-required}" tmpl src "$5" dst "$6" proto esp reqid 1 mode transport
}

# ipcomp_end NODE OUTSIDE OTHER INSIDE NET OTHER-NET
ipcomp_end() {
    inside "$1" "$4/24"
    # A veth hands packets to GRO only where its other end does not offer TCP segmentation.
    in_node "$1" ethtool -K outside tso off
    ipcomp_states "$1"
    ipcomp_policy "$1" out "$5" "$6" "$2" "$3"
    ipcomp_policy "$1" in "$6" "$5" "$3" "$2" use
}

ipcomp_passes() { # on|off: GRO at both ends
    local end
    for end in comp-a comp-b; do in_node $end ethtool -K outside gro "$1"; done
    in_node comp-a ping -q -n -c 3 -i 0.05 -W 5 -s 1000 -p 41 -I 10.1.1.1 10.2.2.1
}

# ipcomp_probe: sets ipcomp_kernel to what this kernel carries: gro (IPComp, whatever the way), plain (without GRO only) or
# none. The answer is printed.
ipcomp_probe() {
    ipcomp_kernel=none
    modprobe -a esp4_offload esp6_offload 2>/dev/null || true
    node comp-a
    node comp-b
    link comp-a 192.0.2.1/24 comp-b 192.0.2.2/24
    ipcomp_end comp-a 192.0.2.1 192.0.2.2 10.1.1.1 10.1.1.0/24 10.2.2.0/24
    ipcomp_end comp-b 192.0.2.2 192.0.2.1 10.2.2.1 10.2.2.0/24 10.1.1.0/24
    if ipcomp_passes off; then ipcomp_kernel=plain; fi >"$work/ipcomp-plain" 2>&1
    if ipcomp_passes on; then ipcomp_kernel=gro; fi >"$work/ipcomp-gro" 2>&1
    echo "guest: $(ipcomp_words); of its own drops: $(in_node comp-b awk '$2 { printf "%s %s ", $1, $2 }' /proc/net/xfrm_stat)"
    ip netns del "$(node_ns comp-a)"
    ip netns del "$(node_ns comp-b)"
}
ipcomp_words() {
    case $ipcomp_kernel in
        gro) echo "the kernel carries IPComp with GRO and without" ;;
        plain) echo "the kernel's own IPComp gets no packet through GRO once esp4_offload is loaded" ;;
        none) echo "the kernel's own IPComp gets no packet through, with GRO or without" ;;
    esac
}
