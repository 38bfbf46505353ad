#!/bin/sh
# Makes the fixtures of this folder anew; needs OpenSSL 3 and its GOST engine (Debian: libengine-gost-openssl).
# The private keys live in a temporary folder and are dropped.
set -eu
cd "$(dirname "$0")"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
OPENSSL_CONF=$PWD/openssl-gost.cnf
export OPENSSL_CONF

certificate() {
	openssl genpkey -quiet -algorithm "$2" -pkeyopt "paramset:$3" -out "$keys/$1.key"
	openssl req -new -x509 -config openssl-gost.cnf "-$4" -key "$keys/$1.key" -days 3650 -set_serial "0x$5" -out "$keys/$1.pem"
	openssl x509 -in "$keys/$1.pem" -outform DER -out "$1.cer"
}
sign() {
	name=$1 who=$2
	shift 2
	openssl cms -sign -binary -in letter.txt -outform DER -out "$name.p7s" -signer "$keys/$who.pem" -inkey "$keys/$who.key" "$@"
	openssl cms -verify -binary -inform DER -in "$name.p7s" -content letter.txt -noverify -out "$keys/out"
	cmp letter.txt "$keys/out"
}

certificate gost2012-256 gost2012_256 A md_gost12_256 01D9C0DE1234567890ABCDEF00000256
certificate gost2012-512 gost2012_512 A md_gost12_512 01D9C0DE1234567890ABCDEF00000512
certificate gost2001 gost2001 A md_gost94 01D9C0DE1234567890ABCDEF00002001
sign letter gost2012-256 -md md_gost12_256
sign letter-cades gost2012-256 -md md_gost12_256 -cades
sign letter-noattr gost2012-256 -md md_gost12_256 -noattr
sign letter-512 gost2012-512 -md md_gost12_512
sign letter-2001 gost2001 -md md_gost94
