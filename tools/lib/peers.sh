# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Network namespaces, strongSwan instances and our daemon in them: for the interop tests on the host, for guests
# and for the quickstart. The caller sets $work (a scratch folder), calls peers_cleanup at the end, and is root.
# Everything of one node NAME lies in $work/NAME.

peers_prefix=spa$$
peers_pids=()
start_through=()
declare -A peers_pid_of=()

# The namespace of a node; unique to this process.
node_ns() { echo "$peers_prefix-$1"; }

# in_node NAME COMMAND...
in_node() {
    local ns
    ns=$(node_ns "$1")
    shift
    ip netns exec "$ns" "$@"
}

# node NAME: a namespace with loopback.
node() {
    ip netns add "$(node_ns "$1")"
    in_node "$1" ip link set lo up
    # A data plane in user space hands packets back to the stack through its TUN.
    in_node "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
    mkdir -p "$work/$1/run"
}

# link A ADDRESS-A B ADDRESS-B: a wire between two nodes, device "outside" in both.
link() {
    ip link add "$peers_prefix-a" type veth peer name "$peers_prefix-b"
    ip link set "$peers_prefix-a" netns "$(node_ns "$1")" name outside
    ip link set "$peers_prefix-b" netns "$(node_ns "$3")" name outside
    in_node "$1" ip addr add "$2" dev outside
    in_node "$3" ip addr add "$4" dev outside
    in_node "$1" ip link set outside up
    in_node "$3" ip link set outside up
    in_node "$1" ip route add default via "${4%/*}" src "${2%/*}"
    in_node "$3" ip route add default via "${2%/*}" src "${4%/*}"
}

# wire NODE DEVICE ADDRESS NODE DEVICE ADDRESS: another one, without routes.
wire() {
    ip link add "$peers_prefix-x" type veth peer name "$peers_prefix-y"
    ip link set "$peers_prefix-x" netns "$(node_ns "$1")" name "$2"
    ip link set "$peers_prefix-y" netns "$(node_ns "$4")" name "$5"
    in_node "$1" ip addr add "$3" dev "$2"
    in_node "$4" ip addr add "$6" dev "$5"
    in_node "$1" ip link set "$2" up
    in_node "$4" ip link set "$5" up
}

# own_device NAME DEVICE ADDRESS/LEN GATEWAY: a device that is there already, a card or a NIC, becomes the node's.
own_device() {
    ip link set "$2" netns "$(node_ns "$1")"
    in_node "$1" ip addr add "$3" dev "$2"
    in_node "$1" ip link set "$2" up
    in_node "$1" ip route add default via "$4" src "${3%/*}"
}

# inside NAME ADDRESS/LEN: the protected network of a node; its own address lies on lo.
inside() { in_node "$1" ip addr add "$2" dev lo; }

# await SECONDS COMMAND...: polls until the command succeeds.
await() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.1
    done
}

# start NAME TAG COMMAND...: a process of a node, with a /run of its own (charon's pid file is compiled to /run).
# Its output is $work/NAME/TAG.log. Knob: start_through, what the command is run by.
start() {
    local name=$1 tag=$2
    shift 2
    # Not through in_node: the process itself must be the child, for stop to end it.
    ip netns exec "$(node_ns "$name")" unshare -m bash -c '
        mount --make-rprivate / && mount --bind "$1" /run && shift && exec "$@"' \
        start "$work/$name/run" "${start_through[@]}" "$@" >>"$work/$name/$tag.log" 2>&1 </dev/null &
    peers_pids+=($!)
    peers_pid_of[$name/$tag]=$!
}

# stop NAME TAG: ends what start began, waits for its end; returns the process's status.
stop() {
    local pid=${peers_pid_of[$1/$2]:-} rc=0
    [ -n "$pid" ] || return 0
    unset "peers_pid_of[$1/$2]"
    kill "$pid" 2>/dev/null || true
    # A daemon that does not end by itself is a fault to be seen, not to wait for.
    await 10 dead "$pid" || kill -9 "$pid" 2>/dev/null || true
    wait "$pid" || rc=$?
    return $rc
}

dead() { ! kill -0 "$1" 2>/dev/null || [ "$(awk '/^State/ { print $2 }' "/proc/$1/status" 2>/dev/null)" = Z ]; }

peers_cleanup() {
    local pid ns
    for pid in "${peers_pids[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in "${peers_pids[@]}"; do
        await 5 dead "$pid" || kill -9 "$pid" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    for ns in $(ip netns list | awk -v p="$peers_prefix-" 'index($1, p) == 1 { print $1 }'); do
        ip netns del "$ns" || true
    done
}

# strongSwan's plugins, in this order: kernel-libipsec is "load = no" in Debian's files and must come before
# kernel-netlink; "resolve" would write the machine's name servers.
swan_plugins="random nonce aes sha1 sha2 md5 hmac kdf mgf1 gcm chapoly ctr curve25519 gmp openssl pem pkcs1 pkcs8 pkcs12 x509 \
pubkey constraints revocation %KERNEL% socket-default vici"

# swan NAME ARGS...: swanctl against the strongSwan of a node.
swan() {
    local name=$1 command=$2
    shift 2
    SWANCTL_DIR=$work/$name/swanctl STRONGSWAN_CONF=$work/$name/strongswan.conf \
        in_node "$name" timeout 120 swanctl "$command" --uri "unix://$work/$name/charon.vici" "$@"
}

# swan_start NAME libipsec|kernel: charon with $work/NAME/swanctl/ (see swan_files), its connections loaded. Knob:
# swan_ike_log, the level of its log of IKE; 4 tells keys.
swan_start() {
    local name=$1 kernel=kernel-netlink
    [ "$2" = kernel ] || kernel="kernel-libipsec kernel-netlink"
    cat >"$work/$name/strongswan.conf" <<END
charon {
    load = ${swan_plugins/\%KERNEL%/$kernel}
    retransmit_timeout = 1.0
    retransmit_tries = 4
    ${charon_lines:-}
    keep_alive = 20s
    delete_rekeyed_delay = 1
    plugins {
        vici { socket = unix://$work/$name/charon.vici }
    }
    filelog {
        log {
            path = $work/$name/charon.log
            default = 1
            ike = ${swan_ike_log:-2}
            cfg = 2
            flush_line = yes
        }
    }
}
swanctl { load = pem pkcs1 pkcs8 x509 pubkey openssl random }
END
    rm -f "$work/$name/charon.vici"
    start "$name" charon env STRONGSWAN_CONF="$work/$name/strongswan.conf" /usr/lib/ipsec/charon
    await 90 test -S "$work/$name/charon.vici" || { tail -n 20 "$work/$name/charon.log"; return 1; }
    swan "$name" --load-all --noprompt >"$work/$name/load.log" 2>&1 || { cat "$work/$name/load.log"; return 1; }
}

# swan_files NAME: the folders of swanctl.
swan_files() { mkdir -p "$work/$1/swanctl"/{x509,x509ca,x509crl,private}; }

# swan_packets NAME in|out: packets that strongSwan counts in its CHILD SAs of that direction, summed.
swan_packets() {
    swan "$1" --list-sas --raw 2>/dev/null | grep -oE "packets-$2=[0-9]+" | awk -F= '{ n += $2 } END { print n + 0 }'
}

# swan_log_has NAME PATTERN
swan_log_has() { grep -qE "$2" "$work/$1/charon.log"; }

# The addresses of both ends, seen from a node.
ends() {
    if [ "$1" = peer ]; then
        own=172.16.172.34 other=172.16.172.39 own_ts=192.168.4.0/24 other_ts=1.1.1.0/24
    else
        own=172.16.172.39 other=172.16.172.34 own_ts=1.1.1.0/24 other_ts=192.168.4.0/24
    fi
}

# swan_config NAME LOCAL-LINES REMOTE-LINES SECRETS: swanctl.conf of a node, connection "tunnel" with child "net". The
# arguments are lines of the sections local and remote, and a whole secrets section. Further knobs: ike_proposals,
# esp_proposals, connection_lines, child_lines.
swan_config() {
    local own other own_ts other_ts
    ends "$1"
    swan_files "$1"
    cat >"$work/$1/swanctl/swanctl.conf" <<END
connections {
    tunnel {
        version = 2
        local_addrs = $own
        remote_addrs = $other
        proposals = ${ike_proposals:-aes256gcm16-prfsha256-ecp256}
        ${connection_lines:-}
        local {
            $2
        }
        remote {
            $3
        }
        children {
            net {
                local_ts = $own_ts
                remote_ts = $other_ts
                esp_proposals = ${esp_proposals:-aes256gcm16}
                ${child_lines:-}
            }
        }
    }
}
$4
END
}

# swan_psk NAME KEY: a connection with a pre-shared key.
swan_psk() {
    local own other own_ts other_ts
    ends "$1"
    swan_config "$1" "auth = psk
            id = $own" "auth = psk
            id = $other" "secrets {
    ike-tunnel {
        id-own = $own
        id-other = $other
        secret = \"$2\"
    }
}"
}

# swan_certificates NAME CA-DIR CERTIFICATE REMOTE-ID: a connection with certificates, strict about revocation.
swan_certificates() {
    swan_config "$1" "auth = pubkey
            certs = $3.pem
            id = \"O=Example, CN=$3\"" "auth = pubkey
            id = \"$4\"
            revocation = strict" ""
    cp "$2/ca.pem" "$work/$1/swanctl/x509ca/"
    cp "$2/crl.pem" "$work/$1/swanctl/x509crl/"
    cp "$2/$3.pem" "$work/$1/swanctl/x509/"
    cp "$2/$3.key" "$work/$1/swanctl/private/"
}

# swan_crl NAME CA-DIR: the node reads the list of the CA again and forgets what it has cached.
swan_crl() {
    cp "$2/crl.pem" "$work/$1/swanctl/x509crl/"
    { swan "$1" --flush-certs && swan "$1" --load-creds --noprompt; } >>"$work/$1/load.log" 2>&1
}

# iked_start NAME soft|kernel|auto: our daemon with $work/NAME/etc/startup-config.
iked_start() {
    local name=$1
    mkdir -p "$work/$name/etc"
    rm -f "$work/$name/control"
    start "$name" iked "$SPA_ROOT/build/bin/spa-iked" --config-dir "$work/$name/etc" --control "$work/$name/control" \
        --dataplane "$2" --foreground
    await 90 test -S "$work/$name/control" || { tail -n 20 "$work/$name/iked.log"; return 1; }
}

# tool NAME ARGS...: ipsec-tool against the daemon of a node.
tool() {
    local name=$1
    shift
    in_node "$name" timeout 60 "$SPA_ROOT/build/bin/ipsec-tool" --control "$work/$name/control" "$@"
}

# ping_in NAME FROM TO [COUNT]
ping_in() { in_node "$1" ping -q -n -i 0.2 -W 2 -c "${4:-3}" -I "$2" "$3"; }
