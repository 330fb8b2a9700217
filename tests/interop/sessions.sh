#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sessions over their life against strongSwan: without a CHILD SA in IKE_AUTH (RFC 6023), authenticated anew (RFC 7296
# 2.8.3, RFC 4478), with an address from a pool (RFC 7296 3.15), on the move (RFC 4555).
. "$(dirname "$0")/lib.sh"

nodes
charon_lines="make_before_break = yes"
ike_sas() { swan peer --list-sas --raw | grep -oE 'initiator-spi=[0-9a-f]+' | sort -u; }
restart() {
    stop router iked || true
    stop peer charon || true
    up
}

# renumber NODE FROM TO: the new address comes after the old one has gone, as with a new lease.
renumber() { in_node "$1" ip addr del "$2/24" dev outside && in_node "$1" ip addr add "$3/24" dev outside; }

profile_lines=" childless"
connection_lines="reauth_time = 70s
        over_time = 30s"
router_psk cisco123
swan_psk peer cisco123
up
check "childless: the tunnel comes up" traffic_brings_it_up
asks_for_none() { peer_says 'parsed IKE_AUTH request 1 ' && ! grep -q 'parsed IKE_AUTH request 1 .* TSi' "$work/peer/charon.log"; }
check "childless: IKE_AUTH asks for no CHILD SA" asks_for_none
check "childless: the tunnel carries" tunnel_carries router 1.1.1.1 192.168.4.1
before=$(ike_sas)
renewed() { [ "$(ike_sas | wc -l)" = 1 ] && [ "$(ike_sas)" != "$before" ]; }
check "AUTH_LIFETIME: the router authenticates anew in time" await 90 renewed
check "AUTH_LIFETIME: the tunnel carries" tunnel_carries router 1.1.1.1 192.168.4.1

unset connection_lines
profile_lines=""
router_psk cisco123
swan_psk peer cisco123
restart
check "the peer initiates" swan peer --initiate --child net --timeout 20
before=$(ike_sas)
check "the peer authenticates anew" swan peer --rekey --ike tunnel --reauth
check "the new IKE SA takes the place of the old one" await 20 renewed
check "and carries" tunnel_carries peer 192.168.4.1 1.1.1.1

check "MOBIKE: both ends support it" peer_says 'peer supports MOBIKE'
renumber peer 172.16.172.34 172.16.172.35
check "MOBIKE: the peer moves" router_says 'says that it is at 172.16.172.35'
check "MOBIKE: the tunnel carries from there" await 20 tunnel_carries peer 192.168.4.1 1.1.1.1
renumber peer 172.16.172.35 172.16.172.34
check "MOBIKE: the peer moves back" router_says 'says that it is at 172.16.172.34'

restart
check "MOBIKE: the router initiates" traffic_brings_it_up
renumber router 172.16.172.39 172.16.172.40
check "MOBIKE: the router moves" router_says 'goes on between 172.16.172.40'
check "MOBIKE: the tunnel carries from the new address" await 20 tunnel_carries router 1.1.1.1 192.168.4.1
renumber router 172.16.172.40 172.16.172.39

global_lines="ip local pool CLIENTS 192.168.4.100 192.168.4.101
crypto ikev2 authorization policy REMOTE pool CLIENTS
crypto ikev2 authorization policy REMOTE dns 1.1.1.53"
profile_lines=" aaa authorization group psk list default REMOTE"
connection_lines="vips = 0.0.0.0"
child_lines="local_ts = dynamic"
router_psk cisco123
swan_psk peer cisco123
restart
check "pool: the peer asks for an address" swan peer --initiate --child net --timeout 20
check "pool: and has it" peer_says 'installing new virtual IP 192.168.4.100'
check "pool: the CHILD SA is for it alone" has '192.168.4.100/32' swan peer --list-sas
check "pool: it carries" tunnel_carries peer 192.168.4.100 1.1.1.1
swan peer --terminate --ike tunnel >/dev/null
check "pool: without an address there is no CHILD SA" eval 'sed -i "/vips/d" "$work/peer/swanctl/swanctl.conf";
    swan peer --load-all --noprompt >/dev/null; ! swan peer --initiate --child net --timeout 8'
check "pool: and the peer hears why" peer_says 'FAIL_CP_REQ|FAILED_CP_REQUIRED'
finish
