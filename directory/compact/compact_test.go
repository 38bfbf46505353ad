package compact_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/directory/compact"
	"github.com/edokit/edokit/edo"
)

//go:embed dictionary.bin
var dictionary []byte

// what packs the same as ever, so that rows of an older version open
const (
	oldText   = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetBoxes xmlns="http://synerdocs.ru"><authToken>[secret]</authToken></GetBoxes></s:Body></s:Envelope>`
	oldPacked = "019602d2223a295630ce671c1c910d5e9d8abfe820106bf035ae384205100000ffff"
)

func old() (string, edo.Masked) {
	at := strings.Index(oldText, "[secret]")
	return "POST /exchangeservice.svc HTTP/1.1\nHost: x", edo.Masked{
		Text: []byte(oldText), Holes: []edo.Hole{{Start: at, End: at + 8, Kind: edo.HoleSecret, Name: "authToken"}},
	}
}

func TestOldRowsOpen(t *testing.T) {
	t.Parallel()
	if sum := sha256.Sum256(dictionary); hex.EncodeToString(sum[:4]) != "84c5b499" {
		t.Errorf("the dictionary is another one: rows packed with the old one cannot be opened any more (%x)", sum[:4])
	}
	var c compact.Codec
	packed, err := hex.DecodeString(oldPacked)
	if err != nil {
		now, _ := c.Pack(old())
		t.Fatalf("%v; now it is %x", err, now)
	}
	head, m, err := c.Unpack(packed)
	wantHead, want := old()
	if diff := cmp.Diff(want, m); diff != "" || err != nil || head != wantHead {
		t.Errorf("%v, %q %s", err, head, diff)
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 5000)
	_, _ = rand.Read(noise)
	head, sample := old()
	sample.Holes = append(sample.Holes, edo.Hole{Start: 150, End: 150, Kind: edo.HoleRaw, Name: "имя", Digest: sha256.Sum256(nil), Size: 1 << 40})
	var c compact.Codec
	for name, tc := range map[string]struct {
		head string
		m    edo.Masked
		most int // bytes
	}{
		"nothing":              {"", edo.Masked{}, 8},
		"an envelope":          {head, sample, 150},
		"noise stays as it is": {"", edo.Masked{Text: noise}, 5016},
		"bytes of any kind":    {"\x00\xff", edo.Masked{Text: []byte("\x00\xff\r\n")}, 20},
		"a long text":          {"", edo.Masked{Text: bytes.Repeat([]byte("<a>b</a>"), 1<<19)}, 20_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all sync.WaitGroup
			for range 4 { // one codec for all
				all.Go(func() {
					packed, err := c.Pack(tc.head, tc.m)
					if err != nil || len(packed) > tc.most {
						t.Errorf("%d bytes, %v", len(packed), err)
						return
					}
					head, m, err := c.Unpack(packed)
					if diff := cmp.Diff(tc.m.Holes, m.Holes, cmpopts.EquateEmpty()); diff != "" || head != tc.head || err != nil || !bytes.Equal(m.Text, tc.m.Text) {
						t.Errorf("%v, %q, text of %d bytes %s", err, head, len(m.Text), diff)
					}
				})
			}
			all.Wait()
		})
	}
	if _, err := c.Pack("", edo.Masked{Holes: []edo.Hole{{Start: 2, End: 1}}}); !errors.Is(err, edo.Internal) {
		t.Errorf("a hole that ends before it begins: %v", err)
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	var c compact.Codec
	good, err := c.Pack(old())
	if err != nil {
		t.Fatal(err)
	}
	long := bytes.Clone(good)
	long[1]++
	for name, packed := range map[string][]byte{
		"nothing": nil, "another format": append([]byte{9}, good[1:]...), "no length": {1}, "cut": good[:len(good)-3], "longer than it is": long,
		"a plain one that is cut": {0, 5, 1}, "a length that nobody has": {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
		"a head that is longer than all": {0, 2, 9, 0}, "a hole that is not there": {0, 2, 0, 1}, "a bad digest": {0, 8, 0, 1, 0, 0, 0, 0, 1, 'x'},
	} {
		if _, _, err := c.Unpack(packed); !errors.Is(err, edo.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzUnpack looks for bytes that open to something that does not pack to the same again.
func FuzzUnpack(f *testing.F) {
	var c compact.Codec
	good, err := c.Pack(old())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{0, 3, 0, 0, 'x'})
	f.Fuzz(func(t *testing.T, packed []byte) {
		head, m, err := c.Unpack(packed)
		if err != nil {
			return
		}
		again, err := c.Pack(head, m)
		if err != nil {
			t.Fatal(err)
		}
		head2, m2, err := c.Unpack(again)
		if diff := cmp.Diff(m, m2, cmpopts.EquateEmpty()); diff != "" || head2 != head || err != nil {
			t.Errorf("%v %s", err, diff)
		}
	})
}

func BenchmarkPack(b *testing.B) {
	var c compact.Codec
	head, m := old()
	m.Text = bytes.Repeat(m.Text, 10)
	b.SetBytes(int64(len(m.Text)))
	for b.Loop() {
		if _, err := c.Pack(head, m); err != nil {
			b.Fatal(err)
		}
	}
}
