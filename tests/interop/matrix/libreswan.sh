# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# libreswan's side of a row: the same functions as in strongswan.sh. It runs from where tools/setup has unpacked it.

peer_log=pluto.log
peer_revives=1
pluto_bin=$SPA_CACHE/libreswan/usr/libexec/ipsec
pluto_dir=$work/peer/pluto
pluto_socket=$work/peer/run/pluto/pluto.ctl

whack() { timeout 60 "$pluto_bin/whack" --ctlsocket "$pluto_socket" "$@"; }

# Certificate, key, authority and list, in a database of NSS.
pluto_database() {
    local kind
    mkdir -p "$pluto_dir/nss"
    openssl crl -in "$work/ca/crl.pem" -outform DER -out "$pluto_dir/crl.der"
    certutil -N -d "sql:$pluto_dir/nss" --empty-password
    for kind in "${key_kinds[@]}"; do
        pki_pkcs12 "$work/ca" "peer-$kind" secret99 "$pluto_dir/peer.p12"
        pk12util -i "$pluto_dir/peer.p12" -d "sql:$pluto_dir/nss" -W secret99
    done
    certutil -A -n ca -t CT,, -d "sql:$pluto_dir/nss" -i "$work/ca/ca.pem"
    crlutil -I -B -i "$pluto_dir/crl.der" -d "sql:$pluto_dir/nss"
} >"$work/peer/nss.log" 2>&1

# peer_start kernel
peer_start() {
    mkdir -p "$pluto_dir" "$work/peer/run/pluto"
    pluto_database || { cat "$work/peer/nss.log"; return 1; }
    printf 'config setup\n\tikev1-policy=accept\n\tcrl-strict=yes\n\tdnssec-enable=no\n' >"$pluto_dir/ipsec.conf"
    : >"$pluto_dir/ipsec.secrets"
    # It calls its helpers by the paths of its package.
    # shellcheck disable=SC2016 # the inner shell's own
    start peer pluto bash -c 'mount --bind "$1" /usr/libexec && shift && exec "$@"' pluto "${pluto_bin%/ipsec}" \
        "$pluto_bin/pluto" --config "$pluto_dir/ipsec.conf" --secretsfile "$pluto_dir/ipsec.secrets" \
        --ipsecdir "$pluto_dir" --nssdir "$pluto_dir/nss" --rundir /run/pluto --nofork --stderrlog --log-no-time
    await 90 test -S "$pluto_socket" || { tail -n 20 "$work/peer/pluto.log"; return 1; }
    whack --listen
}

# pluto_end left|right ADDRESS ID SUBNET: one end; libreswan finds out by the address which one is its own.
pluto_end() {
    local id=$3
    if [[ $id != *[%=:]* ]] && [[ $id != *[0-9].[0-9]* ]]; then id=@$id; fi
    printf '\t%s=%s\n\t%sid="%s"\n' "$1" "$2" "$1" "$id"
    [ -z "$4" ] || printf '\t%ssubnet=%s\n' "$1" "$4"
}

# Our name as it is to be told. As the responder of aggressive mode libreswan hashes not the name that came but one that
# it encodes anew from its configuration, with other types of strings; from the certificate it takes it octet for octet.
pluto_expected_id() {
    if [ "$ike $auth" = '1a rsa' ]; then echo %fromcert; else echo "$router_id"; fi
}

pluto_row() {
    local own=10.2.2.0/24 other=10.1.1.0/24
    if [ "$inner" = 6 ]; then own=fd02::/64 other=fd01::/64; fi
    if [ "$mode" = transport ]; then own='' other=''; fi
    printf 'conn tunnel\n\ttype=%s\n\tauto=add\n\tleftupdown=%%disabled\n\tkeyingtries=1\n' "$mode"
    pluto_end left "$them" "$peer_id" "$own"
    pluto_end right "$us_seen" "$(pluto_expected_id)" "$other"
    case $ike in
        2) printf '\tikev2=insist\n' ;;
        1) printf '\tikev2=no\n' ;;
        1a) printf '\tikev2=no\n\taggressive=yes\n' ;;
    esac
    case $auth in
        psk) printf '\tauthby=secret\n' ;;
        *) printf '\tauthby=%s\n\tleftcert=peer-%s\n\tleftsendcert=always\n\trightca=%%same\n' "$(pluto_signature)" "$(key_kind)" ;;
    esac
    if has_option ppk; then printf '\tppk=insist\n'; fi
    if [[ $esp_suite == *-deflate* ]]; then printf '\tcompress=yes\n'; fi
    if [[ $esp_suite == *-esn* ]]; then printf '\tesn=yes\n'; else printf '\tesn=no\n'; fi
    printf '\tike=%s\n' "$(pluto_suite "$ike_suite")"
    case $esp_suite in
        ah-*) printf '\tphase2=ah\n\tphase2alg=%s\n' "$(pluto_suite "${esp_suite#ah-}" "$pfs")" ;;
        *) printf '\tesp=%s\n' "$(pluto_suite "$esp_suite" "$pfs")" ;;
    esac
    if [ -n "$pfs" ]; then printf '\tpfs=yes\n'; else printf '\tpfs=no\n'; fi
}

# Its words for the kinds of signature of RFC 7427; rsasig is older than that.
pluto_signature() {
    case $auth in
        rsa) echo rsasig ;;
        pss) echo rsa-sha2 ;;
        *) echo ecdsa ;;
    esac
}

peer_load() {
    pluto_row >"$pluto_dir/row.conf"
    {
        printf ': PSK "%s"\n' "$secret"
        if has_option ppk; then printf '%%any %%any : PPKS "ppk-%s" "ppk-of-row-%s"\n' "$number" "$number"; fi
    } >"$pluto_dir/ipsec.secrets"
    pluto_seen=$(stat -c %s "$work/peer/pluto.log")
    whack --delete --name tunnel
    whack --rereadsecrets
    timeout 60 "$pluto_bin/addconn" --config "$pluto_dir/row.conf" --ctlsocket "$pluto_socket" tunnel
}

peer_initiate() { whack --name tunnel --initiate; }
peer_rekey() { whack --rekey-ipsec --name tunnel; }
peer_delete() { whack --name tunnel --terminate; }

# Since the row began.
pluto_said() { tail -c "+$((pluto_seen + 1))" "$work/peer/pluto.log" | grep -E "$1" >/dev/null; }

# peer_look: as in strongswan.sh. The counters are the kernel's; what libreswan says of them is bytes only.
peer_look() {
    local states status sums
    states=$(in_node peer ip -s xfrm state)
    status=$(whack --trafficstatus)
    sums=$(awk -v own="$them" '
        /^src/              { out = ($2 == own) }
        /proto /            { counts = ($2 != "comp") }
        /lifetime current:/ { getline; if (counts && match($0, /[0-9]+\(packets\)/)) n[out] += substr($0, RSTART) + 0 }
        END                 { print n[0] + 0, n[1] + 0 }' <<<"$states")
    read -r peer_in peer_out <<<"$sums"
    peer_spi=$(awk -v own="$them" '/^src/ { in_ = ($4 == own) } /proto (esp|ah) spi 0x/ && in_ { print $4 }' <<<"$states")
    peer_facts=
    [[ $status == *'type='* ]] || return 0
    peer_facts="version=${ike:0:1}"
    if pluto_said 'initiating (IKEv2|IKEv1|Main|Aggressive)'; then
        peer_facts+=" initiator"
    else
        peer_facts+=" responder"
    fi
    # With IPComp the tunnel is that of its SA, and ESP around it is in transport mode.
    if [[ $states == *'mode tunnel'* ]]; then peer_facts+=" mode=TUNNEL"; else peer_facts+=" mode=TRANSPORT"; fi
    peer_facts+=" protocol=$(grep -oE 'proto (esp|ah) ' <<<"$states" | head -n 1 | cut -d ' ' -f 2 | tr '[:lower:]' '[:upper:]')"
    if [[ $states == *espinudp* ]]; then peer_facts+=" encap"; else peer_facts+=" plain"; fi
    [[ $states != *'proto comp '* ]] || peer_facts+=" deflate"
    if grep -qE 'flag .*\<esn\>' <<<"$states"; then peer_facts+=" esn"; fi
    if has_option ppk && pluto_said 'PPK AUTH calculated'; then peer_facts+=" ppk"; fi
}
peer_up() { peer_look; [ -n "$peer_facts" ]; }
peer_gone() { ! whack --showstates | grep '"tunnel"' >/dev/null; }
