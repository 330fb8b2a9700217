#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# XAUTH and mode config with strongSwan (draft-beaulieu-ike-xauth-02, draft-ietf-ipsec-isakmp-mode-cfg-05): first
# strongSwan is the client, with xauth-generic and an address that it pulls, then the router is. Main mode with
# pre-shared keys, the soft data plane, ping and the counters of both ends.
. "$(dirname "$0")/lib.sh"

export ike_proposals=aes256-sha256-modp2048
export esp_proposals=aes256gcm16
swan_plugins="$swan_plugins xauth-generic"

# router_v1 LINES: the startup-config; LINES make it a server or a client. The profile is bound where it is a client.
router_v1() { router_isakmp "crypto isakmp key cisco123 address 172.16.172.34"$'\n'"$1" $' authentication pre-share\n group 14'; }

# swan_xauth ROUND SECRETS: what swan_psk wrote, as IKEv1 with a second round of authentication, ROUND = local|remote.
swan_xauth() {
    swan_psk peer cisco123
    local conf=$work/peer/swanctl/swanctl.conf
    sed -i "s/version = 2/version = 1/; /^        children {/i\\
        $1-2 {\\
            auth = xauth\\
            xauth_id = alice\\
        }" "$conf"
    [ "$1" = local ] && sed -i '/local_ts = /d' "$conf"
    cat >>"$conf" <<END
$2
END
    sed -i "0,/^secrets {/s//secrets {\n    xauth-alice {\n        id = alice\n        secret = \"${xauth_password:-wonderland}\"\n    }/" "$conf"
}

again() {
    stop peer charon || true
    stop router iked || true
    up
}
qm_idle() { tool router show crypto isakmp sa | grep QM_IDLE >/dev/null; }
refused() { ! swan peer --initiate --child net --timeout 20; }
lent() { in_node "$1" ip -4 address show | grep "$2" >/dev/null; }

server="username alice password wonderland
ip local pool CLIENTS 192.168.4.65 192.168.4.66
crypto isakmp client configuration group STAFF
 dns 1.1.1.53
 pool CLIENTS
crypto isakmp profile CLIENTS
 match identity address 172.16.172.34 255.255.255.255
 client configuration group STAFF
 client authentication list USERS
 client configuration address respond"

nodes
router_v1 "$server"
connection_lines="vips = 0.0.0.0" swan_xauth local ""
up
check "strongSwan is the client: it comes up" swan peer --initiate --child net --timeout 20
check "it has the address of the pool" lent peer 192.168.4.65
check "ping from that address, and ESP is counted at both ends" tunnel_carries peer 192.168.4.65 1.1.1.1
check "the router knows the user" router_says "is user alice"
no_password() { ! grep -q wonderland "$work/router/iked.log"; }
check "and does not log the password" no_password
swan peer --terminate --ike tunnel >/dev/null

xauth_password=looking-glass connection_lines="vips = 0.0.0.0" swan_xauth local ""
again
check "a wrong password is refused" refused

export crypto_map_lines=" set isakmp-profile CLIENT"
router_v1 "crypto isakmp profile CLIENT
 match identity address 172.16.172.34 255.255.255.255
 client username alice password wonderland"
connection_lines="pools = clients" swan_xauth remote "pools {
    clients {
        addrs = 1.1.1.65-1.1.1.66
        dns = 192.168.4.53
    }
}"
sed -i 's|remote_ts = .*|remote_ts = dynamic|' "$work/peer/swanctl/swanctl.conf"
in_node router ip address add 1.1.1.65/32 dev lo
again
check "the router is the client: traffic brings the tunnel up" traffic_brings_it_up
check "strongSwan lends it an address" router_says "lends us address 1.1.1.65"
check "ping from that address, and ESP is counted at both ends" tunnel_carries router 1.1.1.65 192.168.4.1
check "show crypto isakmp sa: QM_IDLE" qm_idle
check "the daemon ends cleanly" stop router iked
finish
