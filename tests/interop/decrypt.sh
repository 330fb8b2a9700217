#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is on the wire is IKE and ESP to an independent eye: tshark opens a captured exchange, each version of IKE once,
# with the keys that strongSwan's log tells, and the ESP with the keys that our soft data plane tells tests.
# shellcheck disable=SC1090,SC2034,SC2154
. "$(dirname "$0")/lib.sh"
for part in suites network ours strongswan rows; do . "$SPA_ROOT/tests/interop/matrix/$part.sh"; done

settings=$work/wireshark
mkdir -p "$settings"
matrix_authority
matrix_network
export SPA_DEBUG_ESP_KEYS=$work/esp_sa
ours_start outside soft
swan_ike_log=4 # with keys
peer_start libipsec
plane=soft

# logged_key NAME: the newest of these keys in charon's log, in hexadecimal.
logged_key() {
    awk -v name="$1" '
        index($0, "] " name " ") && / => [0-9]+ bytes/ { key = ""; open = 1; next }
        open && /^[0-9]+\[IKE\] +[0-9]+: / { sub(/^[^:]*: /, ""); for (i = 1; i <= 16 && $i ~ /^[0-9A-F][0-9A-F]$/; i++) key = key $i; next }
        { open = 0 }
        END { print tolower(key) }' "$work/peer/charon.log"
}

# captured NUMBER LINE: the row runs while the box listens.
captured() {
    start box "tcpdump$1" tcpdump -n -U --immediate-mode -i right -w "$work/$1.pcap" udp
    await 30 grep -q 'listening on' "$work/box/tcpdump$1.log"
    run_row "$1" "$2"
    stop box "tcpdump$1" || true
}

# opened FILE FILTER: packets that fit, with all keys.
opened() {
    WIRESHARK_CONFIG_DIR=$settings tshark -n -r "$1" -o esp.enable_encryption_decode:TRUE -o esp.enable_authentication_check:TRUE \
        -Y "$2" 2>/dev/null | wc -l
}

# ikev2_keys FILE: Wireshark's table for the IKE SA in the capture: SPIs, SK_ei, SK_er, cipher, SK_ai, SK_ar, integrity.
ikev2_keys() {
    local spis
    spis=$(tshark -n -r "$1" -Y 'isakmp.flag_r == 1' -T fields -E separator=, -e isakmp.ispi -e isakmp.rspi 2>/dev/null | head -n 1)
    echo "$spis,$(logged_key "Sk_ei secret"),$(logged_key "Sk_er secret"),\"AES-CBC-256 [RFC3602]\",$(logged_key "Sk_ai secret"),$(logged_key "Sk_ar secret"),\"HMAC_SHA2_256_128 [RFC4868]\"" >"$settings/ikev2_decryption_table"
}

captured 11 "h 2 psk router none aes256-sha256-ecp256 aes256gcm16 - tunnel 44"
ikev2_keys "$work/11.pcap"
cp "$work/esp_sa" "$settings/esp_sa"
check "IKEv2: tshark opens request and response of IKE_AUTH" equal 2 "$(opened "$work/11.pcap" 'isakmp.exchangetype == 35 && isakmp.auth.method')"
check "IKEv2: tshark opens the ESP of all pings" at_least 12 "$(opened "$work/11.pcap" 'esp && icmp')"

# ikev1_keys FILE: Wireshark's table for IKEv1: the initiator's cookie and the key of the cipher.
ikev1_keys() {
    echo "$(tshark -n -r "$1" -Y isakmp -T fields -e isakmp.ispi 2>/dev/null | head -n 1),$(logged_key "encryption key Ka")" \
        >"$settings/ikev1_decryption_table"
}

captured 12 "h 1 psk router none aes256-sha256-modp2048 aes256gcm16 modp2048 tunnel 44"
ikev1_keys "$work/12.pcap"
cp "$work/esp_sa" "$settings/esp_sa"
check "IKEv1: tshark opens both identities of main mode" equal 2 "$(opened "$work/12.pcap" 'isakmp.exchangetype == 2 && isakmp.id.data')"
check "IKEv1: tshark opens the first two messages of quick mode" equal 2 "$(opened "$work/12.pcap" 'isakmp.exchangetype == 32 && isakmp.id.data')"
check "IKEv1: tshark opens the ESP of all pings" at_least 12 "$(opened "$work/12.pcap" 'esp && icmp')"
finish
