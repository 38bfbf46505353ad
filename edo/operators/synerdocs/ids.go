package synerdocs

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/edokit/edokit/edo"
)

// guidText is the text .NET gives 16 bytes as a GUID: the first three groups are little-endian, the rest as it stands
// (contract 1.6).
func guidText(b [16]byte) string {
	b[0], b[1], b[2], b[3] = b[3], b[2], b[1], b[0]
	b[4], b[5] = b[5], b[4]
	b[6], b[7] = b[7], b[6]
	return uuidText(b)
}

func uuidText(b [16]byte) string {
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// localID derives an id of ours from what it names, as a UUID of version 8 (RFC 9562 5.8): a repeated send renders the
// same bytes. No id a host can choose holds a zero byte, so different names cannot run together.
func localID(parts ...string) string {
	sum := sha256.Sum256([]byte("edokit/synerdocs\x00" + strings.Join(parts, "\x00")))
	id := [16]byte(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return uuidText(id)
}

// sameID compares ids as the service does: with or without dashes, in any case.
func sameID(a, b string) bool { return plainID(a) == plainID(b) }

func plainID(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }

// sameBox compares box addresses ignoring case, as the operator's own client does.
func sameBox(a, b edo.BoxID) bool { return strings.EqualFold(string(a), string(b)) }

// canonicalID writes an id in the one form in which it is kept and compared: a GUID in lower case with dashes. The
// service takes document ids with and without dashes (contract 7), so it may give them both ways. Anything else stays
// as it is.
func canonicalID(s string) string {
	p := plainID(strings.Trim(s, " \t\r\n"))
	raw, err := hex.DecodeString(p)
	if err != nil || len(raw) != 16 {
		return strings.Trim(s, " \t\r\n")
	}
	return uuidText([16]byte(raw))
}
