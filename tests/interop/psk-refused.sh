#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A wrong pre-shared key is refused in both roles, by a message that names the cause, and the daemon lives on.
. "$(dirname "$0")/lib.sh"

nodes
router_psk cisco123
swan_psk peer cisco124
up

check "responder: strongSwan with another key is refused" fails swan peer --initiate --child net --timeout 10
check "responder: the log names the cause" router_says "pre-shared key mismatch"
check "responder: the peer is told" peer_says "AUTH_FAILED|AUTHENTICATION_FAILED"
poke || true
check "initiator: the log names the peer's refusal" router_says "AUTHENTICATION_FAILED"
check "initiator: there is no SA" not_established

# The key is corrected while the daemon runs.
cat >"$work/correction" <<END
configure terminal
crypto ikev2 keyring KEYS
 peer remote
  pre-shared-key cisco124
end
END
check "the key is corrected by a paste" tool router -f "$work/correction"
check "then the tunnel comes up" traffic_brings_it_up
check "and carries" tunnel_carries router 1.1.1.1 192.168.4.1
finish
