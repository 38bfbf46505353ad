#!/bin/sh
# Makes the fixtures of this folder anew with OpenSSL 3. Private keys live in a temporary folder and are dropped.
set -eu
cd "$(dirname "$0")"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
printf 'Письмо № 17\r\nПросим согласовать технические условия.\r\n' > content.txt

key() {
	case $1 in
	rsa2048) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 ;;
	rsa4096) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:4096 ;;
	p256) openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 ;;
	p384) openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 ;;
	esac > "$keys/$1.key"
	openssl req -new -x509 -utf8 -key "$keys/$1.key" -out "$keys/$1.crt" -days 3650 -subj "/C=RU/O=ООО Ромашка/CN=Иванов Иван ($1)"
}
sign() {
	name=$1 who=$2
	shift 2
	openssl cms -sign -binary -in content.txt -outform DER -out "$name.p7s" -signer "$keys/$who.crt" -inkey "$keys/$who.key" "$@"
}

# OpenSSL puts the content inside whenever it writes indefinite lengths; all elements around it are indefinite, so
# the element [0] that holds it can be cut out.
detach() {
	openssl asn1parse -inform DER -in "$1" |
		awk -F'[:= ]+' '{ at = $1 == "" ? $2 : $1; d = $1 == "" ? $4 : $3 }
			d == 4 && /cont \[ 0 \]/ && !from { from = at }
			from && !to && d == 3 && !/EOC/ { to = at }
			END { print from, to }' | {
		read -r from to
		{ head -c "$from" "$1"; printf '\000\000'; tail -c +"$((to + 1))" "$1"; } > "$2"
	}
}

for k in rsa2048 rsa4096 p256 p384; do
	key $k
	sign $k-der $k -md sha256
	sign $k-attached-ber $k -md sha256 -stream
	detach $k-attached-ber.p7s $k-ber.p7s
	sign $k-noattr $k -md sha256 -noattr
	sign $k-keyid $k -md sha256 -keyid
	sign $k-cades $k -md sha256 -cades
done
sign rsa2048-sha384 rsa2048 -md sha384
sign p256-sha512 p256 -md sha512
sign rsa2048-sha1 rsa2048 -md sha1
sign rsa2048-pss rsa2048 -md sha256 -keyopt rsa_padding_mode:pss
sign rsa2048-nocerts rsa2048 -md sha256 -nocerts
sign two-signers rsa2048 -md sha256 -signer "$keys/p384.crt" -inkey "$keys/p384.key"
sign chain rsa2048 -md sha256 -certfile "$keys/p256.crt"
rm -f rsa4096-attached-ber.p7s p256-attached-ber.p7s p384-attached-ber.p7s
# Content inside: Parse refuses it.
openssl cms -sign -nodetach -binary -in content.txt -outform DER -out rsa2048-attached.p7s -signer "$keys/rsa2048.crt" -inkey "$keys/rsa2048.key"
