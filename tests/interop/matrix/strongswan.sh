# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# strongSwan's side of a row. What the runner needs of a peer: peer_start, peer_load, peer_initiate, peer_delete,
# peer_look, peer_up and peer_gone. Needs tools/lib/peers.sh and the row's variables.

# Aggressive mode tells a hash of the key to whoever asks; charon wants that to be wanted.
charon_lines="i_dont_care_about_security_and_use_aggressive_mode_psk = yes
    fragment_size = 1280"

# peer_start libipsec|kernel
peer_log=charon.log

peer_start() {
    local kind
    swan_files peer
    : >"$work/peer/swanctl/swanctl.conf"
    cp "$work/ca/ca.pem" "$work/peer/swanctl/x509ca/"
    cp "$work/ca/crl.pem" "$work/peer/swanctl/x509crl/"
    for kind in "${key_kinds[@]}"; do
        cp "$work/ca/peer-$kind.pem" "$work/peer/swanctl/x509/"
        cp "$work/ca/peer-$kind.key" "$work/peer/swanctl/private/"
    done
    swan_start peer "$1"
}

swan_version() {
    case $ike in
        2) echo 'version = 2' ;;
        1) echo 'version = 1' ;;
        1a) printf 'version = 1\naggressive = yes\n' ;;
    esac
}

swan_auth() { # local|remote ID
    echo "$1 {"
    case $auth in
        psk) echo "auth = psk" ;;
        *)
            # What it makes and takes: one padding of RSA and no other. The chain's signatures are as they are.
            case $auth in
                pss) echo "auth = ike:rsa/pss-sha256" ;;
                *) echo "auth = pubkey" ;;
            esac
            if [ "$1" = local ]; then echo "certs = peer-$(key_kind).pem"; else echo "revocation = strict"; fi
            ;;
    esac
    printf 'id = "%s"\n}\n' "$2"
}

swan_selectors() {
    if [ "$mode" = transport ]; then
        echo "mode = transport"
    elif [ "$inner" = 6 ]; then
        printf 'local_ts = fd02::/64\nremote_ts = fd01::/64\n'
    else
        printf 'local_ts = 10.2.2.0/24\nremote_ts = 10.1.1.0/24\n'
    fi
}

swan_child_proposal() {
    local suite
    suite=$(suite_without deflate "$esp_suite")
    if [ "$suite" != "$esp_suite" ]; then echo "ipcomp = yes"; fi
    case $suite in
        ah-*) echo "ah_proposals = ${suite#ah-}${pfs:+-$pfs}" ;;
        *) echo "esp_proposals = $suite${pfs:+-$pfs}" ;;
    esac
}

swan_row() {
    cat <<END
connections { 
tunnel {
$(swan_version)
local_addrs = $them
remote_addrs = $us_seen
proposals = $ike_suite
$(if has_option ppk; then printf 'ppk_id = ppk-%s\nppk_required = yes\n' "$number"; fi)
$(swan_auth local "$peer_id")
$(swan_auth remote "$router_id")
children {
net {
$(swan_selectors)
$(swan_child_proposal)
}
}
}
}
secrets {
ike-tunnel {
id-own = "$peer_id"
id-other = "$router_id"
secret = "$secret"
}
ppk-tunnel {
id = ppk-$number
secret = "ppk-of-row-$number"
}
}
END
}

peer_load() {
    swan_row >"$work/peer/swanctl/swanctl.conf"
    swan_fragment_size || return 1
    peer_swan --load-all --clear --noprompt
}

# The longest IP packet of an IKE message is a setting of all of charon.
swan_fragment_size() {
    local size=1280
    if has_option fragments; then size=$fragment_size; fi
    if grep -q "fragment_size = $size\$" "$work/peer/strongswan.conf"; then return 0; fi
    sed -i "s/fragment_size = .*/fragment_size = $size/" "$work/peer/strongswan.conf"
    peer_swan --reload-settings
}

# Without the way through the namespace: its socket is a file.
peer_swan() {
    local command=$1
    shift
    SWANCTL_DIR=$work/peer/swanctl STRONGSWAN_CONF=$work/peer/strongswan.conf \
        timeout 60 swanctl "$command" --uri "unix://$work/peer/charon.vici" "$@"
}

peer_initiate() { peer_swan --initiate --child net --timeout 20; }
peer_rekey() { peer_swan --rekey --child net; }
peer_delete() { peer_swan --terminate --ike tunnel --timeout 10; }

# peer_look: sets peer_in and peer_out to the packets that its SAs count, peer_spi to their inbound SPIs, and peer_facts
# to what it says of them, "version=2 initiator mode=TUNNEL protocol=ESP encap"; no facts, no SA.
peer_look() {
    local sas
    sas=$(peer_swan --list-sas --raw 2>/dev/null)
    peer_in=$(grep -oE 'packets-in=[0-9]+' <<<"$sas" | awk -F= '{ n += $2 } END { print n + 0 }')
    peer_out=$(grep -oE 'packets-out=[0-9]+' <<<"$sas" | awk -F= '{ n += $2 } END { print n + 0 }')
    peer_spi=$(grep -oE 'spi-in=[0-9a-f]+' <<<"$sas" | cut -d = -f 2)
    peer_facts=
    [[ $sas == *INSTALLED* ]] || return 0
    peer_facts=$(grep -oE 'version=[12]' <<<"$sas" | head -n 1)
    if [[ $sas == *initiator=yes* ]]; then peer_facts+=" initiator"; else peer_facts+=" responder"; fi
    peer_facts+=" $(grep -oE 'mode=[A-Z]+' <<<"$sas" | head -n 1) $(grep -oE 'protocol=[A-Z]+' <<<"$sas" | head -n 1)"
    if [[ $sas == *encap=yes* ]]; then peer_facts+=" encap"; else peer_facts+=" plain"; fi
    [[ $sas != *cpi-in=* ]] || peer_facts+=" deflate"
    [[ $sas != *esn=1* ]] || peer_facts+=" esn"
    [[ $sas != *ppk=yes* ]] || peer_facts+=" ppk"
    peer_facts+=$(swan_fragments)
}

# What it says of the messages since the row began: cut up and put together.
swan_fragments() {
    has_option fragments || return 0
    tail -c "+$((${logs_at[1]} + 1))" "$work/peer/charon.log" |
        awk '/splitting IKE message/ { out = 1 } /reassembled fragmented IKE message/ { in_ = 1 } END { if (out && in_) print " fragments" }'
}
peer_up() { peer_look; [ -n "$peer_facts" ]; }
# No IKE SA either.
peer_gone() { ! peer_swan --list-sas --raw 2>/dev/null | grep 'list-sa event' >/dev/null; }
