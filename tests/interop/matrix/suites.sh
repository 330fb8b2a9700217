# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# One vocabulary of algorithms, strongSwan's, and its translation into the router's language and libreswan's. A suite is
# words joined by hyphens: aes256-sha256-modp2048, aes128gcm16-prfsha256-ecp256; ah-sha256 for AH, deflate for IPComp
# around ESP, esn for long sequence numbers.

declare -gA group_number=(
    [modp768]=1 [modp1024]=2 [modp1536]=5 [modp2048]=14 [modp3072]=15 [modp4096]=16 [modp6144]=17 [modp8192]=18
    [ecp256]=19 [ecp384]=20 [ecp521]=21 [modp1024s160]=22 [modp2048s224]=23 [modp2048s256]=24 [curve25519]=31)

# suite_parts SUITE: sets cipher, integ, prf, group, ah and comp to its words, empty where it has none.
suite_parts() {
    local word words
    cipher='' integ='' prf='' group='' ah='' comp=''
    IFS=- read -ra words <<<"$1"
    for word in "${words[@]}"; do
        case $word in
            ah) ah=1 ;;
            deflate) comp=$word ;;
            esn) ;;
            prf*) prf=${word#prf} ;;
            md5 | sha1 | sha256 | sha384 | sha512) integ=$word ;;
            modp* | ecp* | curve*) group=$word ;;
            *) cipher=$word ;;
        esac
    done
}

# suite_bits CIPHER: the length of its keys as it is printed; nothing where there is only one.
suite_bits() { sed -nE 's/^aes([0-9]+).*/\1/p' <<<"$1"; }

# suite_without WORD SUITE
suite_without() { sed -E "s/(^|-)$1(-|\$)/\1\2/; s/--/-/; s/^-|-\$//g" <<<"$2"; }

# ---- The router's language

# router_ike_cipher CIPHER: as in an IKEv2 proposal.
router_ike_cipher() {
    case $1 in
        aes*gcm*) sed -E 's/aes([0-9]+)gcm.*/aes-gcm-\1/' <<<"$1" ;;
        aes*ctr) sed -E 's/aes([0-9]+)ctr/aes-ctr-\1/' <<<"$1" ;;
        aes*) echo "aes-cbc-${1#aes}" ;;
        chacha20poly1305) echo chacha20-poly1305 ;;
        *) echo "$1" ;;
    esac
}

# router_isakmp_cipher CIPHER: as in an ISAKMP policy, where 128 is what a key of AES has unless said otherwise.
router_isakmp_cipher() {
    case $1 in
        aes128) echo aes ;;
        aes*) echo "aes ${1#aes}" ;;
        *) echo "$1" ;;
    esac
}

# router_transforms SUITE: as in a transform set.
router_transforms() {
    local cipher integ prf group ah comp protocol=esp out=()
    suite_parts "$1"
    if [ -n "$ah" ]; then protocol=ah; fi
    case $cipher in
        '') ;;
        aes*gcm* | aes*gmac | aes*ctr) out+=("$(sed -E 's/aes([0-9]+)(gcm|gmac|ctr).*/esp-\2 \1/; s/esp-ctr/esp-aes-ctr/' <<<"$cipher")") ;;
        aes*) out+=("esp-aes ${cipher#aes}") ;;
        chacha20poly1305) out+=(esp-chacha20-poly1305) ;;
        *) out+=("esp-$cipher") ;;
    esac
    case $integ in
        '') ;;
        sha1) out+=("$protocol-sha-hmac") ;;
        *) out+=("$protocol-$integ-hmac") ;;
    esac
    [ -z "$comp" ] || out+=("comp-$comp")
    echo "${out[*]}"
}

# Does a suite need crypto legacy-algorithms?
suite_is_legacy() { [[ -$1- =~ -(des|3des|md5|prfmd5|modp768|modp1024|modp1024s160|modp1536)- ]]; }

# ---- libreswan's language

pluto_cipher() { sed -E 's/^aes([0-9]+)gcm16$/aes_gcm\1/; s/^aes([0-9]+)ctr$/aes_ctr\1/; s/^chacha20poly1305$/chacha20_poly1305/' <<<"$1"; }
pluto_hash() { sed -E 's/^sha(256|384|512)$/sha2_\1/' <<<"$1"; }

# pluto_suite SUITE [PFS-GROUP]: ike=, esp= and ah= take the same words: cipher-hash;group.
pluto_suite() {
    local cipher integ prf group ah comp out
    suite_parts "$1"
    group=${2:-$group}
    out=${cipher:+$(pluto_cipher "$cipher")}
    # With a combined cipher an IKE proposal names its PRF where others name the integrity algorithm.
    [ -z "$integ$prf" ] || out+=${out:+-}$(pluto_hash "${integ:-$prf}")
    [ -z "$group" ] || out+=";dh${group_number[$group]}"
    echo "$out"
}
