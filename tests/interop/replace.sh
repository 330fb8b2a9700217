#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A configuration is replaced while two tunnels carry traffic: only the one whose meaning changes is closed, and what
# would happen is told before. Our daemon at all three ends.
#   router 192.0.2.1, inside 10.1.0.1   ----   left 192.0.2.2, inside 10.2.0.1
#          192.0.2.5                    ----   right 192.0.2.6, inside 10.3.0.1
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

# entry NAME PEER LIST
entry() {
    cat <<END
crypto map $1 10 ipsec-isakmp
 set peer $2
 set transform-set GCM
 set ikev2-profile $1
 match address $3
END
}

# router_lines WILDCARD: how much of the right network is protected.
router_lines() {
    ikev2_peer LEFT 192.0.2.2
    ikev2_peer RIGHT 192.0.2.6
    cat <<END
hostname router
crypto ipsec transform-set GCM esp-gcm 256
$(entry LEFT 192.0.2.2 102)
$(entry RIGHT 192.0.2.6 103)
interface Ethernet0
 ip address 192.0.2.1 255.255.255.252
 crypto map LEFT
interface Ethernet1
 ip address 192.0.2.5 255.255.255.252
 crypto map RIGHT
access-list 102 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
access-list 103 permit ip 10.1.0.0 0.0.255.255 10.3.0.0 $1
END
}

# branch NAME ADDRESS ROUTER NET: takes less than its whole network too.
branch() {
    mkdir -p "$work/$1/etc"
    {
        ikev2_peer HUB "$3"
        cat <<END
hostname $1
crypto ipsec transform-set GCM esp-gcm 256
$(entry HUB "$3" 101)
interface Ethernet0
 ip address $2 255.255.255.252
 crypto map HUB
access-list 101 permit ip 10.$4.0.0 0.0.255.255 10.1.0.0 0.0.255.255
END
    } >"$work/$1/etc/startup-config"
    iked_start "$1" soft
}

for name in router left right; do node $name; done
wire router lan0 192.0.2.1/30 left lan0 192.0.2.2/30
wire router lan1 192.0.2.5/30 right lan0 192.0.2.6/30
inside router 10.1.0.1/16
inside left 10.2.0.1/16
inside right 10.3.0.1/16
mkdir -p "$work/router/etc"
router_lines 0.0.255.255 >"$work/router/etc/startup-config"
iked_start router soft
branch left 192.0.2.2 192.0.2.1 2
branch right 192.0.2.6 192.0.2.5 3

sas() { tool router show crypto ipsec sa peer "$1"; }
spis() { sas "$1" | grep -oE 'spi: *0x[0-9A-F]+' | sort -u | tr '\n' ' '; }
packets() { sas "$1" | awk '/#pkts encaps:/ { n += $3 } END { print n + 0 }'; }
pings() { ping_in router 10.1.0.1 "$1" "${2:-3}"; }
same_as() { equal "$1" "$(spis "$2")"; }

check "left comes up" await 60 pings 10.2.0.1 1
check "right comes up" await 60 pings 10.3.0.1 1
check "both carry" eval 'pings 10.2.0.1 && pings 10.3.0.1'
left=$(spis 192.0.2.2) right=$(spis 192.0.2.6) count=$(packets 192.0.2.2)
check "left has SAs" at_least 8 ${#left}
check "right has SAs" at_least 8 ${#right}

router_lines 0.0.127.255 >"$work/new"
plan() { "$SPA_ROOT/build/bin/ipsec-tool" --control "$work/router/control" plan "$work/new"; }
check "plan: the line that goes" has "10.3.0.0 0.0.255.255" plan
check "plan: right would be closed" has "192.0.2.6" plan
check "plan: left would not" fails has "192.0.2.2" plan
check "planning closes nothing" eval 'same_as "$left" 192.0.2.2 && same_as "$right" 192.0.2.6'

check "configure replace" tool router configure replace "$work/new" force
check "left has the same SAs as before" same_as "$left" 192.0.2.2
check "right has not" fails same_as "$right" 192.0.2.6
check "left carries on" pings 10.2.0.1
check "and counts on" equal $((count + 3)) "$(packets 192.0.2.2)"
check "right comes up again" await 60 pings 10.3.0.1 1
check "for the new selector" has "(10.3.0.0/255.255.128.0/0/0)" sas 192.0.2.6
check "left has never changed" same_as "$left" 192.0.2.2

# A second replacement by the same file changes nothing.
right=$(spis 192.0.2.6)
check "the same once more" tool router configure replace "$work/new" force
check "closes neither" eval 'same_as "$left" 192.0.2.2 && same_as "$right" 192.0.2.6'

# What is refused changes nothing.
{ router_lines 0.0.255.255 && echo "crypto map RIGHT 10 ipsec-isakmp" && echo " set peer nowhere at all"; } >"$work/bad"
check "a file with a line that is wrong is refused" fails tool router configure replace "$work/bad" force
check "and closes neither" eval 'same_as "$left" 192.0.2.2 && same_as "$right" 192.0.2.6'
for name in router left right; do check "$name's daemon ends cleanly" stop $name iked; done
finish
