package cms

import (
	"crypto"
	_ "crypto/sha256" // crypto.SHA256.New
	_ "crypto/sha512" // crypto.SHA384.New and crypto.SHA512.New
	"hash"
	"strings"
)

// Object identifiers, by the standard that gives them.
const (
	oidData       = "1.2.840.113549.1.7.1" // RFC 5652
	oidSignedData = "1.2.840.113549.1.7.2"

	oidContentType    = "1.2.840.113549.1.9.3"
	oidMessageDigest  = "1.2.840.113549.1.9.4"
	oidSigningTime    = "1.2.840.113549.1.9.5"
	oidSigningCert    = "1.2.840.113549.1.9.16.2.12" // RFC 2634
	oidSigningCertV2  = "1.2.840.113549.1.9.16.2.47" // RFC 5035
	oidRSA            = "1.2.840.113549.1.1.1"       // RFC 3370
	oidMD5WithRSA     = "1.2.840.113549.1.1.4"
	oidSHA1WithRSA    = "1.2.840.113549.1.1.5"
	oidSHA256WithRSA  = "1.2.840.113549.1.1.11" // RFC 5754
	oidSHA384WithRSA  = "1.2.840.113549.1.1.12"
	oidSHA512WithRSA  = "1.2.840.113549.1.1.13"
	oidECPublicKey    = "1.2.840.10045.2.1" // RFC 5480
	oidECDSASHA1      = "1.2.840.10045.4.1"
	oidECDSASHA256    = "1.2.840.10045.4.3.2"
	oidECDSASHA384    = "1.2.840.10045.4.3.3"
	oidECDSASHA512    = "1.2.840.10045.4.3.4"
	oidSHA1           = "1.3.14.3.2.26"
	oidMD5            = "1.2.840.113549.2.5"
	oidSHA256         = "2.16.840.1.101.3.4.2.1"
	oidSHA384         = "2.16.840.1.101.3.4.2.2"
	oidSHA512         = "2.16.840.1.101.3.4.2.3"
	oidGOST94         = "1.2.643.2.2.9"     // RFC 4357, GOST R 34.11-94
	oidStreebog256    = "1.2.643.7.1.1.2.2" // RFC 9215, GOST R 34.11-2012
	oidStreebog512    = "1.2.643.7.1.1.2.3"
	oidGOST2001       = "1.2.643.2.2.19"    // RFC 4491, key of GOST R 34.10-2001
	oidGOST2012Key256 = "1.2.643.7.1.1.1.1" // RFC 9215
	oidGOST2012Key512 = "1.2.643.7.1.1.1.2"
)

// newHash makes the hash of a digest algorithm, nil if it is not computed here.
func newHash(oid string) hash.Hash {
	switch oid {
	case oidSHA256:
		return crypto.SHA256.New()
	case oidSHA384:
		return crypto.SHA384.New()
	case oidSHA512:
		return crypto.SHA512.New()
	case oidStreebog256:
		return newStreebog(32)
	case oidStreebog512:
		return newStreebog(64)
	}
	return nil
}

// cryptoHash is the standard library's name of a SHA-2 digest, zero for every other.
func cryptoHash(oid string) crypto.Hash {
	switch oid {
	case oidSHA256:
		return crypto.SHA256
	case oidSHA384:
		return crypto.SHA384
	case oidSHA512:
		return crypto.SHA512
	}
	return 0
}

// broken reports digest algorithms for which two documents with one digest can be made.
func broken(oid string) bool { return oid == oidSHA1 || oid == oidMD5 }

// scheme is what a signature algorithm says about key and digest; empty digest: whatever digestAlgorithm says.
func scheme(oid string) (key, digest string) {
	switch oid {
	case oidRSA:
		return oidRSA, ""
	case oidMD5WithRSA:
		return oidRSA, oidMD5
	case oidSHA1WithRSA:
		return oidRSA, oidSHA1
	case oidSHA256WithRSA:
		return oidRSA, oidSHA256
	case oidSHA384WithRSA:
		return oidRSA, oidSHA384
	case oidSHA512WithRSA:
		return oidRSA, oidSHA512
	case oidECDSASHA1:
		return oidECPublicKey, oidSHA1
	case oidECDSASHA256:
		return oidECPublicKey, oidSHA256
	case oidECDSASHA384:
		return oidECPublicKey, oidSHA384
	case oidECDSASHA512:
		return oidECPublicKey, oidSHA512
	}
	return "", ""
}

// isGOST reports algorithms of the Russian arc: CryptoPro (RFC 4357, 4491) and TC26 (RFC 7836, 9215).
func isGOST(oid string) bool {
	return strings.HasPrefix(oid, "1.2.643.2.2.") || strings.HasPrefix(oid, "1.2.643.7.1.")
}

// algorithmName is for people; an unknown algorithm shows its identifier.
func algorithmName(oid string) string {
	switch oid {
	case oidSHA1:
		return "SHA-1"
	case oidMD5:
		return "MD5"
	case oidSHA256:
		return "SHA-256"
	case oidSHA384:
		return "SHA-384"
	case oidSHA512:
		return "SHA-512"
	case oidGOST94:
		return "ГОСТ Р 34.11-94"
	case oidStreebog256:
		return "ГОСТ Р 34.11-2012 (256)"
	case oidStreebog512:
		return "ГОСТ Р 34.11-2012 (512)"
	case oidGOST2001:
		return "ГОСТ Р 34.10-2001"
	case oidGOST2012Key256:
		return "ГОСТ Р 34.10-2012 (256)"
	case oidGOST2012Key512:
		return "ГОСТ Р 34.10-2012 (512)"
	}
	return oid
}
