#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Several rx/tx pairs, two processors: each pair has its vector, flows spread over the pairs, doorbells stay in memory,
# and all of it can be set by ethtool while traffic runs.
# vm: --kernel 6.12 --smp 2 --timeout 400 --sim-arg --queues --sim-arg 4
# vm-debug: 293
set -u
. "$SPA_ROOT/tests/vm/driver-lib.sh"

pairs=4
key40=$(printf '6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c:6a:42:b7:3b:be:ac:01:fa')
read -ra algorithm <<<"aead rfc4106(gcm(aes)) $(key 20) 128"

channels() { router ethtool -l spa0 | awk '/^Combined/ { n = $2 } END { print n }'; }
# pair_stats NAME: of each pair, in one line.
pair_stats() { router ethtool -S spa0 | awk -v name="_$1:" '$1 ~ "^q[0-9]+" name { printf "%s ", $2 }'; }
total() { local n sum=0; for n in "$@"; do sum=$((sum + n)); done; echo $sum; }

# datagrams HOST: one each to 128 ports, from another port each: 128 flows.
datagrams() {
    # shellcheck disable=SC2016
    peer bash -c 'for ((i = 0; i < 128; i++)); do echo x >"/dev/udp/$1/$((20000 + i))"; done' datagrams "$1" 2>/dev/null
}

# rise NAME COMMAND...: by how much the counter of each pair goes up meanwhile, in $rose.
rise() {
    local before after i
    read -ra before < <(pair_stats "$1")
    "${@:2}"
    read -ra after < <(pair_stats "$1")
    rose=()
    for ((i = 0; i < pairs; i++)); do rose+=($((after[i] - before[i]))); done
}

# Of 128 flows a pair that has its share gets 32; fewer than 8 would be a hash that does not spread.
spread() {
    local n
    rise rx_packets datagrams "$1"
    echo "received by pair: ${rose[*]}"
    for n in "${rose[@]}"; do [ "$n" -ge 8 ] || return 1; done
}

# only PAIR HOST: the flows come by this pair alone. Strangers' frames may come by any, so a few are allowed.
only() {
    rise rx_packets datagrams "$2"
    echo "received by pair: ${rose[*]}"
    [ "${rose[$1]}" -ge 128 ] && [ $(($(total "${rose[@]}") - rose[$1])) -lt 8 ]
}

vectors() { [ "$(grep -c "spa-0000" /proc/interrupts)" = $pairs ]; }
# Of the queue that had the traffic.
queue_limit() { router sh -c 'grep -q "[1-9]" /sys/class/net/spa0/queues/tx-*/byte_queue_limits/limit'; }

probe() {
    check "the driver loads" load_driver
    make_namespaces
    check "the link comes up" attach_card
    check "as many pairs are in use as there are processors" equal 2 "$(channels)"
    check "every pair of the card has a vector of its own" vectors
    check "and every vector is delivered" has 'The test result is PASS' router ethtool -t spa0 offline
    bring_card_up
    check "all pairs can be used" router ethtool -L spa0 combined $pairs
    bring_card_up
    check "the table deals all pairs out" has "RX flow hash indirection table for spa0 with $pairs RX ring(s)" \
        router ethtool -x spa0
}

# R-ENG, RSS over inner and outer flow.
flows() {
    check "the key can be set" router ethtool -X spa0 hkey "$key40"
    check "and is shown" has "$key40" router ethtool -x spa0
    check "flows spread over all pairs" spread $R4
    check "flows inside a tunnel spread too" spread $RI4
    router ethtool -X spa0 weight 0 0 1 0
    check "a table that names one pair: all flows come by it" only 2 $R4
    check "and all flows inside the tunnel" only 2 $RI4
    check "a pair that is in the table cannot be taken away" fails router ethtool -L spa0 combined 2
    router ethtool -X spa0 default
    check "the default table spreads again" spread $R4
}

# A busy queue needs no register: the card reads the doorbells in memory as long as it works.
doorbells() {
    local rung frames
    rung=$(total "$(card_stat drv_tx_doorbells)" "$(card_stat drv_rx_doorbells)" "$(card_stat drv_cq_doorbells)")
    frames=$(total "$(card_stat rx_frames)" "$(card_stat tx_frames)")
    check "TCP through the tunnel, both ways" both_flows
    rung=$(($(total "$(card_stat drv_tx_doorbells)" "$(card_stat drv_rx_doorbells)" "$(card_stat drv_cq_doorbells)") - rung))
    frames=$(($(total "$(card_stat rx_frames)" "$(card_stat tx_frames)") - frames))
    echo "# $frames frames, $rung doorbells written to registers"
    check "fewer doorbells are written to registers than frames are moved" [ "$rung" -lt "$frames" ]
    # The debug kernel is built without them.
    [ "$SPA_KERNEL" = debug ] || check "byte queue limits are in force" queue_limit
}
both_flows() { flow up $PI4 2000000 && flow down $RI4 2000000; }

# changed TEXT COMMAND...: the command works while a TCP connection runs through the tunnel.
changes() {
    local n
    for n in 1 3 $pairs; do
        check "under traffic: $n pairs" router ethtool -L spa0 combined "$n"
    done
    check "under traffic: rings of another size" router ethtool -G spa0 rx 256 tx 128
    check "under traffic: interrupts that wait" router ethtool -C spa0 rx-usecs 100 rx-frames 16 tx-usecs 200 tx-frames 32
    check "under traffic: another table" router ethtool -X spa0 equal 2
    check "under traffic: another MTU" ip -n router link set spa0 mtu 1400
}
under_traffic() {
    local pid
    flow up $PI4 6000000 >/run/flow 2>&1 &
    pid=$!
    sleep 1
    changes
    check "not one octet of it was lost" wait $pid
    check "the settings are shown: pairs" equal $pairs "$(channels)"
    check "rings" has '128' router ethtool -g spa0
    check "interrupts" has 'tx-usecs: 200' router ethtool -c spa0
    check "traffic goes on" router ping -q -c 3 -i 0.1 -W 10 $PI4
    check "no fault, no restart" quiet
}
# Not drv_irqs_lost: of a machine too busy to run the card in time the watchdog must think the same.
quiet() { ! router ethtool -S spa0 | grep -E 'drv_(faults|restarts|.*bad_[a-z]*|tx_map_errors|tx_card_errors): *[1-9]'; }

# One receive queue stands still while all others have traffic.
stalled() {
    local pid
    router ethtool -X spa0 default
    # shellcheck disable=SC2016
    ip netns exec peer bash -c 'while :; do
        for ((i = 0; i < 128; i++)); do echo x >"/dev/udp/$1/$((20000 + i))"; done
        sleep 0.1
    done' datagrams $R4 2>/dev/null &
    pid=$!
    check "a receive queue stands still" fault 0 set stall-queue 10
    check "that is noticed, whatever the others do" within 60 has 'receive queue 2 stands at' dmesg
    check "and the card brought back" within 60 has 'the card runs again' dmesg
    kill $pid
    wait $pid
    check "flows spread over all pairs again" within 20 spread $R4
    check "and the tunnel goes on" router ping -q -c 3 -i 0.1 -W 10 $PI4
}

probe
secure tunnel 4 4 "${algorithm[@]}" replay-window 64
flows
doorbells
under_traffic
stalled
clear_security
check "the module unloads" rmmod spa
finish
