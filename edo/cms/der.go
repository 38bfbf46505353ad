package cms

import (
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tlv writes one DER element around its parts.
func tlv(tag byte, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	out := make([]byte, 0, size+6)
	out = append(out, tag)
	if size < 0x80 {
		out = append(out, byte(size))
	} else {
		n := (bits.Len32(uint32(size)) + 7) / 8
		var be [4]byte
		binary.BigEndian.PutUint32(be[:], uint32(size))
		out = append(append(out, 0x80|byte(n)), be[4-n:]...)
	}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// setOf writes a SET OF in the order that DER demands.
func setOf(tag byte, members ...[]byte) []byte {
	sorted := slices.Clone(members)
	slices.SortFunc(sorted, bytes.Compare)
	return tlv(tag, sorted...)
}

// oidDER writes a dotted object identifier; only constants of this package come here.
func oidDER(dotted string) []byte {
	var oid asn1.ObjectIdentifier
	for part := range strings.SplitSeq(dotted, ".") {
		n, _ := strconv.Atoi(part)
		oid = append(oid, n)
	}
	der, _ := asn1.Marshal(oid)
	return der
}

// oidText reads the value of an object identifier, empty if it is malformed.
func oidText(body []byte) string {
	var oid asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(tlv(tagOID, body), &oid); err != nil || len(rest) > 0 {
		return ""
	}
	return oid.String()
}

// timeDER writes UTCTime up to 2049 and GeneralizedTime after it (RFC 5652, 11.3).
func timeDER(t time.Time) []byte {
	t = t.UTC()
	if y := t.Year(); y >= 1950 && y < 2050 {
		return tlv(tagUTCTime, []byte(t.Format("060102150405Z")))
	}
	return tlv(tagGenTime, []byte(t.Format("20060102150405Z")))
}

// timeOf reads UTCTime or GeneralizedTime as DER writes them: with seconds, in UTC.
func timeOf(e element) (time.Time, bool) {
	layout := "20060102150405Z"
	if e.tag == tagUTCTime {
		layout = "060102150405Z"
	} else if e.tag != tagGenTime {
		return time.Time{}, false
	}
	t, err := time.Parse(layout, string(e.body))
	if err != nil {
		return time.Time{}, false
	}
	if e.tag == tagUTCTime && t.Year() >= 2050 { // two digits: Go's pivot is 1969, X.509's is 1950
		t = t.AddDate(-100, 0, 0)
	}
	return t, true
}
