# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Small certification authorities made with openssl, for the tests and the quickstart. A CA is a folder:
#   ca.pem ca.key crl.pem, and NAME.pem NAME.key of each certificate that it issued.

# The openssl configuration of the CA in $1.
pki_config() {
    cat <<END
[ca]
default_ca = this
[this]
dir = $1
database = $1/index.txt
serial = $1/serial
crlnumber = $1/crlnumber
new_certs_dir = $1/issued
certificate = $1/ca.pem
private_key = $1/ca.key
default_md = sha256
default_days = 365
default_crl_days = 30
policy = any
unique_subject = no
copy_extensions = none
crl_extensions = crl
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[subauthority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[crl]
# Strict revocation checking finds a list by this.
authorityKeyIdentifier = keyid
END
}

pki_folder() {
    mkdir -p "$1/issued"
    : >"$1/index.txt"
    echo "${2:-1000}" >"$1/serial"
    echo 01 >"$1/crlnumber"
    pki_config "$1" >"$1/openssl.cnf"
}

# pki_key FILE: a new private key. Knob pki_key_type: rsa unless given, p256, p384, p521, ed25519.
pki_key() {
    local algorithm=(-algorithm RSA -pkeyopt rsa_keygen_bits:2048)
    case ${pki_key_type:-rsa} in
        p*) algorithm=(-algorithm EC -pkeyopt "ec_paramgen_curve:P-${pki_key_type#p}") ;;
        ed25519) algorithm=(-algorithm ED25519) ;;
    esac
    (umask 077 && openssl genpkey "${algorithm[@]}" -out "$1" 2>/dev/null)
}

# pki_ca DIR NAME: a root with an empty CRL.
pki_ca() {
    pki_folder "$1"
    pki_key "$1/ca.key"
    openssl req -x509 -new -key "$1/ca.key" -subj "/O=Example/CN=$2" -days 3650 -config "$1/openssl.cnf" \
        -extensions authority -out "$1/ca.pem"
    pki_crl "$1"
}

# pki_subca DIR NAME PARENT-DIR: an authority below another one.
pki_subca() {
    pki_folder "$1" 2000
    pki_key "$1/ca.key"
    openssl req -new -key "$1/ca.key" -subj "/O=Example/CN=$2" -config "$1/openssl.cnf" -out "$1/ca.csr"
    openssl ca -batch -config "$3/openssl.cnf" -extensions subauthority -notext -in "$1/ca.csr" -out "$1/ca.pem" \
        2>/dev/null
    pki_crl "$1"
}

# pki_issue DIR NAME ADDRESS [STARTDATE ENDDATE]: a certificate /O=Example/CN=NAME with the names of the host. The
# dates, YYYYMMDDHHMMSSZ, make one that has run out.
pki_issue() {
    local dir=$1 name=$2 address=$3 dates=()
    [ $# -lt 5 ] || dates=(-startdate "$4" -enddate "$5")
    pki_key "$dir/$name.key"
    cat "$dir/openssl.cnf" - >"$dir/$name.cnf" <<END
[host]
basicConstraints = CA:FALSE
keyUsage = digitalSignature, keyEncipherment
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:$name.example.com, IP:$address
END
    openssl req -new -key "$dir/$name.key" -subj "/O=Example/CN=$name" -config "$dir/$name.cnf" -out "$dir/$name.csr"
    openssl ca -batch -config "$dir/$name.cnf" -extensions host -notext "${dates[@]}" -in "$dir/$name.csr" \
        -out "$dir/$name.pem" 2>/dev/null
}

# pki_revoke DIR NAME: the certificate is on the next list, which is written at once.
pki_revoke() {
    openssl ca -batch -config "$1/openssl.cnf" -revoke "$1/$2.pem" 2>/dev/null
    pki_crl "$1"
}

# pki_crl DIR: writes DIR/crl.pem, renamed into place because a reader may be at it.
pki_crl() {
    openssl ca -batch -config "$1/openssl.cnf" -gencrl -out "$1/crl.pem.new" 2>/dev/null
    mv "$1/crl.pem.new" "$1/crl.pem"
}

# pki_pkcs12 DIR NAME PASSWORD FILE [CHAIN-FILE...]: key, certificate and authorities in one file.
pki_pkcs12() {
    local dir=$1 name=$2 password=$3 file=$4
    shift 4
    cat "$dir/ca.pem" "$@" >"$dir/$name.chain"
    openssl pkcs12 -export -name "$name" -inkey "$dir/$name.key" -in "$dir/$name.pem" -certfile "$dir/$name.chain" \
        -passout "pass:$password" -out "$file"
}
