# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Our side of a row: its configuration in the router's language, and what the daemon says of it. Every block carries the
# row's number in its name, so that one row's rest cannot serve the next. Needs suites.sh and the row's variables.

# matrix_authority [LETTERS]: the CA of all rows, with a certificate for each end and each kind of key that the rows of
# these runs need. key_kinds holds them from then on.
matrix_authority() {
    local kind
    key_kinds=()
    [ $# = 0 ] || mapfile -t key_kinds < <(rows_of "$1" | awk '$3 != "psk" { print $3 }' | sed 's/pss/rsa/' | sort -u)
    pki_ca "$work/ca" "Lab CA"
    for kind in "${key_kinds[@]}"; do
        pki_key_type=$kind pki_issue "$work/ca" "router-$kind" $router_outside
        pki_key_type=$kind pki_issue "$work/ca" "peer-$kind" $peer_outside
        pki_pkcs12 "$work/ca" "router-$kind" secret99 "$work/router-$kind.p12"
    done
    cp "$work/ca/crl.pem" "$work/crls.pem"
}

# The kind of key that the row's method of authentication needs: RSA has two ways to sign.
key_kind() { echo "${auth/pss/rsa}"; }

# ours_start DEVICE soft|kernel
ours_start() {
    local kind
    mkdir -p "$work/router/etc"
    ours_base "$1" >"$work/router/etc/startup-config"
    iked_start router "$2"
    for kind in "${key_kinds[@]}"; do
        ours crypto pki import "LAB-$kind" pkcs12 "$work/router-$kind.p12" password secret99 || return 1
    done
}

# ours_base DEVICE: the configuration that all rows share; a crypto map has tunnels of one outer family. The certificates
# come by crypto pki import.
ours_base() {
    local kind
    printf 'hostname router\nip domain-name example.com\n'
    for kind in "${key_kinds[@]}"; do
        printf 'crypto pki trustpoint LAB-%s\n revocation-check crl\n crl query file://%s\n' "$kind" "$work/crls.pem"
    done
    cat <<END
crypto pki certificate map PEERS 10
 issuer-name co example
!
interface Ethernet0/0
 device $1
 ip address $router_outside 255.255.255.0
 crypto map VPN4
!
interface Ethernet0/1
 device $1
 ipv6 address $router_outside6/64
 crypto map VPN6
END
}

ours_ikev2_proposal() {
    local cipher integ prf group ah comp # of suite_parts
    suite_parts "$ike_suite"
    cat <<END
crypto ikev2 proposal P$number
 encryption $(router_ike_cipher "$cipher")
${integ:+ integrity $integ}
 prf ${prf:-$integ}
 group ${group_number[$group]}
crypto ikev2 policy P$number
 proposal P$number
END
}

ours_ikev2_psk() {
    local own="fqdn $router_id" other="fqdn $peer_id"
    if [ "$router_id" = "$us" ]; then own="address $router_id" other="address $peer_id"; fi
    cat <<END
crypto ikev2 keyring K$number
 peer remote
  address $them_seen
  pre-shared-key $secret
$(ours_ppk_keyring)
crypto ikev2 profile I$number
 match identity remote $other
 identity local $own
 authentication remote pre-share
 authentication local pre-share
 keyring local K$number
$(ours_ppk)
END
}

# The router's word for the row's kind of signature.
ours_signature() {
    case $auth in
        rsa | pss) echo rsa-sig ;;
        ed25519) echo eddsa-sig ;;
        *) echo ecdsa-sig ;;
    esac
}

ours_ikev2_certificates() {
    local pss=
    if [ "$auth" = pss ]; then pss=' pss'; fi
    cat <<END
$(ours_ppk_keyring)
crypto ikev2 profile I$number
 match certificate PEERS
 identity local dn
 authentication remote $(ours_signature)
 authentication local $(ours_signature)$pss
 pki trustpoint LAB-$(key_kind)
$(ours_ppk)
END
}

# RFC 8784: a keyring of its own, and the profile's line.
ours_ppk_keyring() {
    if has_option ppk; then
        printf 'crypto ikev2 keyring Q%s\n peer remote\n  address %s\n  ppk manual id ppk-%s key %s required\n' \
            "$number" "$them_seen" "$number" "ppk-of-row-$number"
    fi
}
ours_ppk() { if has_option ppk; then echo " keyring ppk Q$number"; fi; }

# IKEv1's policy of the row, and the profile and keys of its peer.
ours_isakmp() {
    local cipher integ prf group ah comp method=pre-share
    suite_parts "$ike_suite"
    if [ "$auth" = rsa ]; then method=rsa-sig; fi
    cat <<END
crypto isakmp policy $number
 encryption $(router_isakmp_cipher "$cipher")
 hash ${integ/sha1/sha}
 authentication $method
 group ${group_number[$group]}
END
    if [ "$auth" = rsa ]; then
        cat <<END
crypto isakmp identity dn
crypto isakmp profile I$number
 match certificate PEERS
 ca trust-point LAB-rsa
END
    else
        ours_isakmp_psk
    fi
    if [ "$ike" = 1a ]; then echo " initiate mode aggressive"; fi
}

# A responder learns by the first messages of main mode only from where they come: behind a NAT that is not the address
# that a profile matches, so the key is a global one. In aggressive mode it calls itself what all of the router is called.
ours_isakmp_psk() {
    local self="self-identity fqdn $router_id" other="host $peer_id" keyring=" keyring K$number"
    if [ "$router_id" = "$us" ]; then
        self="self-identity address" other="address $peer_id"
    elif [ "$by" = peer ]; then
        echo "crypto isakmp identity hostname"
        self=
    fi
    if [ "$ike/$by" = 1/peer ] && [ "$nat" != none ]; then
        echo "crypto isakmp key $secret address $them_seen"
        keyring=
    else
        printf 'crypto keyring K%s\n pre-shared-key address %s key %s\n' "$number" "$them_seen" "$secret"
    fi
    printf 'crypto isakmp profile I%s\n match identity %s\n %s\n%s\n' "$number" "$other" "$self" "$keyring"
}

# What the row protects, as an access list of the inner family.
ours_access_list() {
    local what="10.1.1.0 0.0.0.255 10.2.2.0 0.0.0.255"
    if [ "$inner" = 6 ]; then what="fd01::/64 fd02::/64"; fi
    if [ "$mode" = transport ]; then what="host $us host $them_seen"; fi
    if [ "$inner" = 6 ]; then
        printf 'ipv6 access-list A%s\n permit ipv6 %s\n' "$number" "$what"
    else
        printf 'ip access-list extended A%s\n permit ip %s\n' "$number" "$what"
    fi
}

ours_row() {
    local profile=isakmp-profile
    if [ "$ike" = 2 ]; then profile=ikev2-profile; fi
    if suite_is_legacy "$ike_suite" || suite_is_legacy "$esp_suite"; then echo "crypto legacy-algorithms"; fi
    if has_option fragments; then echo "crypto ikev2 fragmentation mtu $fragment_size"; fi
    case $ike/$auth in
        2/psk) ours_ikev2_proposal && ours_ikev2_psk ;;
        2/*) ours_ikev2_proposal && ours_ikev2_certificates ;;
        *) ours_isakmp ;;
    esac
    cat <<END
crypto ipsec transform-set T$number $(router_transforms "$esp_suite")
 mode $mode
END
    ours_access_list
    cat <<END
crypto map VPN$outer $number ipsec-isakmp
 set peer $them_seen
 set transform-set T$number
${pfs:+ set pfs group${group_number[$pfs]}}
 set $profile I$number
 match address A$number
END
}

# undone FILE: the lines that take back what the file's lines made, last first.
undone() { sed -n '/^[a-z]/s/^/no /p' "$1" | tac; }

# ours_load: puts the row in force, in place of the one before.
ours_load() {
    ours_row >"$work/router/row.new"
    {
        echo 'configure terminal'
        [ ! -f "$work/router/row" ] || undone "$work/router/row"
        cat "$work/router/row.new"
        echo end
    } >"$work/router/paste"
    mv "$work/router/row.new" "$work/router/row"
    ours -f "$work/router/paste" && ours_debug
}

# Fragments are told of in the debug stream alone.
ours_debug() {
    if has_option fragments; then
        ours debug crypto ikev2
    else
        ours undebug all
    fi
}

# ours ARGS...: the tool, without the way through the namespace: its socket is a file.
ours() { timeout 60 "$SPA_ROOT/build/bin/ipsec-tool" --control "$work/router/control" "$@"; }

# ours_look: sets ours_out and ours_in to the packets that our SAs count and ours_settings to their "in use settings"; no
# settings, no SA.
ours_look() {
    ours show crypto ipsec sa >"$work/router/sas" 2>&1
    ours_out=$(awk '/#pkts encaps:/ { n += $3 } END { print n + 0 }' "$work/router/sas")
    ours_in=$(awk '/#pkts decaps:/ { n += $3 } END { print n + 0 }' "$work/router/sas")
    ours_settings=$(sed -n 's/.*in use settings *= *//p' "$work/router/sas" | sort -u)
}

# Do our screens show the row's algorithms and its method of authentication? What is not configured as it should be might
# still agree on something.
ours_agrees() {
    local cipher integ prf group ah comp text method=PSK
    text=$(sed -n 's/.*transform: //p' "$work/router/sas" | sort -u)
    suite_parts "$esp_suite"
    # 128 is what a key has unless said otherwise.
    [[ $text == *"$(suite_bits "${cipher#aes128}")"*"${integ/sha1/sha-}"* ]] || { echo "$text"; return 1; }
    suite_parts "$ike_suite"
    if [ "$ike" != 2 ]; then
        ours_isakmp_agrees
        return
    fi
    case $auth in
        rsa | pss) method=RSA ;;
        p*[0-9]) method=ECDSA ;;
        ed25519) method=EdDSA ;;
    esac
    text=$(ours show crypto ikev2 sa detailed)
    [[ $text == *"$(suite_bits "$cipher"), PRF"*"DH Grp:${group_number[$group]}, Auth sign: $method, Auth verify: $method"* ]] ||
        { echo "$text"; return 1; }
    if has_option fragments; then ours_fragments; fi
}
# What our log says of the messages since the row began: cut up and put together.
ours_fragments() {
    tail -c "+$((${logs_at[0]} + 1))" "$work/router/iked.log" >"$work/router/log"
    grep -qE 'goes in [0-9]+ fragments' "$work/router/log" && grep -qE 'has come in [0-9]+ fragments' "$work/router/log" ||
        { echo "no fragments"; return 1; }
}
ours_isakmp_agrees() {
    local method=psk
    if [ "$auth" != psk ]; then method=rsig; fi
    text=$(ours show crypto isakmp sa detail)
    # Encr Hash Auth DH
    grep -qE " $(sed -E 's/^aes.*/aes/' <<<"$cipher") +${integ/sha1/sha} +$method +${group_number[$group]} " <<<"$text" ||
        { echo "$text"; return 1; }
}
ours_up() { ours_look; [ -n "$ours_settings" ]; }
ours_gone() { ours_look; [ -z "$ours_settings" ]; }
ours_delete() { ours clear crypto session; }
