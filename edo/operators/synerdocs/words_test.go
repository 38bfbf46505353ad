package synerdocs

import (
	"errors"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func one() *big.Int { return big.NewInt(15) }

func asError(t testing.TB, err error) *edo.Error {
	t.Helper()
	var e *edo.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v (%T) is no *edo.Error", err, err)
	}
	return e
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	moscow := time.FixedZone("", 3*3600)
	at := func(nanos int) time.Time { return time.Date(2024, 5, 17, 9, 31, 4, nanos, time.UTC) }
	for in, want := range map[string]time.Time{
		"2024-05-17T09:31:04":               at(0).Add(-3 * time.Hour),
		"2024-05-17T09:31:04Z":              at(0),
		"2024-05-17T09:31:04.1230000Z":      at(123_000_000),
		"2024-05-17T09:31:04.1234567Z":      at(123_456_700),
		"2024-05-17T09:31:04.123456789Z":    at(123_456_789),
		"2024-05-17T12:31:04.5+03:00":       at(500_000_000),
		"2024-05-16T20:01:04.000-13:30":     at(0),
		"0001-01-01T00:00:00":               {},
		"0001-01-01T00:00:00Z":              {},
		"0001-01-01T00:00:00.0000000+03:00": {},
	} {
		got, err := parseTime(in, moscow)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "2024-05-17", "2024-05-17T09:31", "2024-05-17 09:31:04Z", "2024-05-17T09:31:04,5Z", "2024-05-17T09:31:04.Z",
		"2024-05-17T09:31:04.1234567890Z", "2024-05-17T09:31:04z", "2024-05-17T09:31:04+3:00", "2024-05-17T09:31:04+0300",
		"2024-05-17T09:31:04+14:01", "2024-05-17T09:31:04+03:60", "2024-02-30T09:31:04Z", "2024-05-17T24:00:00Z", "-2024-05-17T09:31:04Z",
		"2024-05-17T09:31:04ZZ", "2024-05-17T09:31:04 Z", "12024-05-17T09:31:04Z", "/Date(1715938264123)/",
	} {
		if got, err := parseTime(in, time.UTC); err == nil {
			t.Errorf("%q was read as %v", in, got)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2024-05-17T09:31:04.1234567+03:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseTime(s, time.UTC)
		if err != nil || got.IsZero() {
			return
		}
		again, err := parseTime(got.Format(dateTimeLayout+".000000000")+"Z", time.UTC)
		if got.Year() > 0 && got.Year() < 10000 && (err != nil || !again.Equal(got)) {
			t.Errorf("%q gave %v, which reads as %v, %v", s, got, again, err)
		}
	})
}

func TestMark(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", edo.MaxID)
	for name, m := range map[string]mark{
		"short": {"p", "d", originOf("s")},
		"long":  {edo.PackageID(long), edo.DocumentID(long), originOf("s")},
		"signs": {"a.b_c:d@e-f", "1", originOf("another")},
	} {
		s := m.String()
		got, ok := parseMark(s)
		if diff := cmp.Diff(m, got); !ok || diff != "" || len(s) > customMax {
			t.Errorf("%s: %q of %d characters reads as %v %s", name, s, len(s), ok, diff)
		}
	}
	origin := originOf("s")
	for _, s := range []string{
		"", "edokit/1", "edokit/1 p d", "edokit/2 p d " + origin, "edokit/1  p " + origin, "edokit/1 p d " + strings.ToUpper("abcdef0123456789"),
		"edokit/1 p d " + origin + " ", "edokit/1 п d " + origin, "edokit/1 p d zzzzzzzzzzzzzzzz", "edokit/1 " + long + "x d " + origin,
	} {
		if got, ok := parseMark(s); ok {
			t.Errorf("%q reads as %v", s, got)
		}
	}
}

func FuzzParseMark(f *testing.F) {
	f.Add("edokit/1 package-1 document-1 0123456789abcdef")
	f.Fuzz(func(t *testing.T, s string) {
		if m, ok := parseMark(s); ok && m.String() != s {
			t.Errorf("%q reads as %q", s, m)
		}
	})
}

func TestLocalID(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for _, parts := range [][]string{{"document", "s", "p", "d"}, {"sign", "s", "p", "d"}, {"document", "s", "pd", ""}, {"message", "s", "p"}} {
		id := localID(parts...)
		if !form.MatchString(id) || seen[id] || id != localID(parts...) {
			t.Errorf("%v gives %s", parts, id)
		}
		seen[id] = true
	}
}

func TestGUIDText(t *testing.T) {
	t.Parallel()
	in := [16]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	if got := guidText(in); got != "33221100-5544-7766-8899-aabbccddeeff" {
		t.Error(got)
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   documentState
		want edo.State
	}{
		"taken":                 {documentState{delivery: "RecievedByService", sign: "WaitingForSign"}, edo.StateSent},
		"in the inbox":          {documentState{delivery: "SentToRecipient", sign: "WaitingForSign"}, edo.StateSent},
		"not delivered":         {documentState{delivery: "NotDeliveredToRecipient", sign: "WaitingForSign"}, edo.StateSent},
		"delivered":             {documentState{delivery: "DeliveredToRecipient", sign: "WaitingForSign"}, edo.StateDelivered},
		"signed":                {documentState{delivery: "DeliveredToRecipient", sign: "Signed"}, edo.StateSigned},
		"signed, no receipt":    {documentState{delivery: "SentToRecipient", sign: "Signed"}, edo.StateSigned},
		"refused":               {documentState{delivery: "DeliveredToRecipient", sign: "SignRejected"}, edo.StateRefused},
		"revoked":               {documentState{delivery: "DeliveredToRecipient", sign: "Signed", revocation: "RevocationAccepted"}, edo.StateRevoked},
		"revocation asked":      {documentState{delivery: "DeliveredToRecipient", revocation: "RevocationAwaited"}, edo.StateDelivered},
		"one of two signed":     {documentState{sign: "Signed", recipientCount: 2, multiDelivery: "PartlyDeliveredToRecipients", multiSign: "PartlySigned"}, edo.StateSent},
		"both of two delivered": {documentState{recipientCount: 2, multiDelivery: "DeliveredToRecipients", multiSign: "PartlySigned"}, edo.StateDelivered},
		"nothing known":         {documentState{}, edo.StateSent},
		"a word of the future":  {documentState{delivery: "Teleported", sign: "Blessed"}, edo.StateSent},
	} {
		if got := tc.in.state(); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}
