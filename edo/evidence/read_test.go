package evidence_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/evidence"
)

func read(t testing.TB, data []byte, l evidence.Limits) (*evidence.Bundle, error) {
	t.Helper()
	return evidence.Read(t.Context(), bytes.NewReader(data), int64(len(data)), l)
}

func cp866(t testing.TB, name string) string {
	t.Helper()
	raw, err := charmap.CodePage866.NewEncoder().String(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestHostile(t *testing.T) {
	t.Parallel()
	deed := []byte("Договор № 5")
	zeros := make([]byte, 3<<20)
	// A stored entry whose data is another local header with data: both would claim the same bytes.
	inner := pack(t, file{name: "b", body: deed})[:30+1+len(deed)]
	named := func(name string) []file { return []file{{name: name, flags: 0x800, body: deed}} }
	for name, tc := range map[string]struct {
		files  []file
		limits evidence.Limits
		reason edo.Reason
		says   string // part of the error
	}{
		"dots":                    {named("../x"), evidence.Limits{}, evidence.NameUnsafe, `entries[0] "../x" leaves its folder`},
		"dots inside":             {named("a/../../x"), evidence.Limits{}, evidence.NameUnsafe, "leaves its folder"},
		"dots and space":          {named("a/.. /x"), evidence.Limits{}, evidence.NameUnsafe, "leaves its folder"},
		"absolute":                {named("/etc/x"), evidence.Limits{}, evidence.NameUnsafe, "absolute"},
		"drive":                   {named("c:x"), evidence.Limits{}, evidence.NameUnsafe, "drive letter"},
		"backslash":               {named(`a\x`), evidence.Limits{}, evidence.NameUnsafe, "backslash"},
		"zero byte":               {named("a\x00.pdf"), evidence.Limits{}, evidence.NameUnsafe, "zero byte"},
		"newline":                 {named("a\nb"), evidence.Limits{}, evidence.NameUnsafe, `"a\nb" holds the character U+000A`},
		"escape":                  {named("a\x1b[2J"), evidence.Limits{}, evidence.NameUnsafe, "U+001B"},
		"text direction":          {named("a\u202efdp.exe"), evidence.Limits{}, evidence.NameUnsafe, `"a\u202efdp.exe" holds the character U+202E`},
		"no name":                 {named(""), evidence.Limits{}, evidence.NameUnsafe, "no name"},
		"dot":                     {named("./"), evidence.Limits{}, evidence.NameUnsafe, "no name"},
		"long name":               {named(strings.Repeat("я", 1025)), evidence.Limits{}, evidence.NameUnsafe, "longer"},
		"flag without UTF-8":      {named("\xff\xfe"), evidence.Limits{}, evidence.NameUnsafe, "UTF-8"},
		"unicode path escapes":    {[]file{{name: "x", extra: unicodePath("x", "../x"), body: deed}}, evidence.Limits{}, evidence.NameUnsafe, "leaves"},
		"raw name escapes":        {[]file{{name: "../x", extra: unicodePath("../x", "x"), body: deed}}, evidence.Limits{}, evidence.NameUnsafe, "leaves"},
		"file and folder":         {[]file{{name: "x/", extra: unicodePath("x/", "x")}}, evidence.Limits{}, evidence.NameUnsafe, "two names"},
		"twice":                   {append(named("a"), named("a")...), evidence.Limits{}, evidence.NameRepeated, "entries[1]"},
		"twice by dot":            {append(named("a"), named("./a")...), evidence.Limits{}, evidence.NameRepeated, "twice"},
		"twice by case":           {append(named("Акт.pdf"), named("акт.PDF")...), evidence.Limits{}, evidence.NameRepeated, "twice"},
		"twice by form":           {append(named("\u0439"), named("\u0438\u0306")...), evidence.Limits{}, evidence.NameRepeated, "twice"},
		"twice by code page":      {append(named("Акт"), file{name: cp866(t, "Акт"), body: deed}), evidence.Limits{}, evidence.NameRepeated, "twice"},
		"folder and file":         {[]file{{name: "a/"}, {name: "a", body: deed}}, evidence.Limits{}, evidence.NameRepeated, "twice"},
		"link":                    {[]file{{name: "a", attrs: 0xa1ff << 16, body: []byte("/etc/passwd")}}, evidence.Limits{}, evidence.NotAFile, "link"},
		"device":                  {[]file{{name: "a", attrs: 0x21ff << 16}}, evidence.Limits{}, evidence.NotAFile, "device"},
		"folder by attribute":     {[]file{{name: "a", attrs: 0x41ff << 16, body: deed}}, evidence.Limits{}, evidence.NotAFile, "folder"},
		"folder with content":     {[]file{{name: "a/", body: deed}}, evidence.Limits{}, evidence.Malformed, "content"},
		"encrypted":               {[]file{{name: "a", flags: 1, body: deed}}, evidence.Limits{}, evidence.Encrypted, "encrypted"},
		"strongly encrypted":      {[]file{{name: "a", flags: 0x40, body: deed}}, evidence.Limits{}, evidence.Encrypted, "encrypted"},
		"headers masked":          {[]file{{name: "a", flags: 0x2000, body: deed}}, evidence.Limits{}, evidence.Encrypted, "encrypted"},
		"bzip2":                   {[]file{{name: "a", method: 12, body: deed}}, evidence.Limits{}, evidence.Compression, "method 12"},
		"too many":                {append(named("a"), named("b")...), evidence.Limits{Entries: 1}, evidence.TooLarge, "more than 1"},
		"folders count":           {[]file{{name: "a/"}, {name: "b/"}}, evidence.Limits{Entries: 1}, evidence.TooLarge, "more than 1"},
		"entry too large":         {named("a"), evidence.Limits{Entry: int64(len(deed)) - 1}, evidence.TooLarge, "bytes"},
		"all too large":           {append(named("a"), named("b")...), evidence.Limits{Total: int64(2*len(deed)) - 1}, evidence.TooLarge, "entries[1]"},
		"ratio":                   {[]file{{name: "a", method: 8, body: zeros}}, evidence.Limits{}, evidence.TooLarge, "200 times"},
		"zip64 states too much":   {[]file{{name: "a", method: 8, body: deed, size: 1 << 62}}, evidence.Limits{}, evidence.TooLarge, "states 4611686018427387904 bytes"},
		"zip64 beyond int64":      {[]file{{name: "a", method: 8, body: deed, size: 1<<64 - 2}}, evidence.Limits{}, evidence.TooLarge, "states"},
		"zip64 sum beyond":        {[]file{{name: "a", method: 8, body: deed, size: 1<<63 - 1}, {name: "b", method: 8, body: deed, size: 1<<63 - 1}}, evidence.Limits{Entry: 1<<63 - 1, Total: 1<<63 - 1, Ratio: 1<<63 - 1}, evidence.TooLarge, "larger than"},
		"states less":             {[]file{{name: "a", method: 8, body: zeros[:1000], size: 10}}, evidence.Limits{}, evidence.Damaged, "damaged"},
		"states more":             {[]file{{name: "a", method: 8, body: deed, size: 1000}}, evidence.Limits{}, evidence.Damaged, "damaged"},
		"stored, two sizes":       {[]file{{name: "a", body: deed, size: 1000}}, evidence.Limits{}, evidence.Malformed, "two sizes"},
		"wrong checksum":          {[]file{{name: "a", body: deed, crc: 7}}, evidence.Limits{}, evidence.Damaged, "checksum"},
		"no deflate stream":       {[]file{{name: "a", method: 8, body: deed, packed: 5}}, evidence.Limits{}, evidence.Damaged, "damaged"},
		"one body for two":        {[]file{{name: "a", body: deed}, {name: "b", body: deed, noLocal: true, at: 1}}, evidence.Limits{}, evidence.Malformed, "entries[1] \"b\" overlaps entries[0]"},
		"one body quoted":         {[]file{{name: "a", body: inner}, {name: "b", body: deed, noLocal: true, at: 1 + 30 + 1}}, evidence.Limits{}, evidence.Malformed, "overlaps"},
		"no local header":         {[]file{{name: "a", body: deed}, {name: "b", body: deed, noLocal: true, at: 6}}, evidence.Limits{}, evidence.Damaged, "entries[1]"},
		"reaches beyond":          {[]file{{name: "a", body: deed, packed: 1 << 30, size: 1 << 30}}, evidence.Limits{}, evidence.Malformed, "beyond"},
		"offset far beyond":       {[]file{{name: "a", body: deed, at: 1 << 30}}, evidence.Limits{}, evidence.Damaged, "damaged"},
		"negative limits":         {named("a"), evidence.Limits{Entries: -1}, "", "negative"},
		"bad entry after a good":  {append(named("a"), file{name: "b", body: deed, crc: 7}), evidence.Limits{}, evidence.Damaged, "entries[1]"},
		"hostile name, long form": {named(strings.Repeat("a", 5000)), evidence.Limits{}, evidence.NameUnsafe, "longer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := read(t, pack(t, tc.files...), tc.limits)
			if b != nil || !errors.Is(err, edo.Invalid) || edo.ReasonOf(err) != tc.reason || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v, %v; want %s with %q", b, err, tc.reason, tc.says)
			}
		})
	}
}

func TestNoZip(t *testing.T) {
	t.Parallel()
	good := pack(t, file{name: "a", body: []byte("x")})
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("<html>"), "cut": good[:len(good)-10]} {
		if _, err := read(t, data, evidence.Limits{}); !errors.Is(err, evidence.Malformed) || !errors.Is(err, edo.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A table of contents that states a few entries and holds many is refused before it fills the memory.
func TestEndlessTable(t *testing.T) {
	t.Parallel()
	many := make([]file, 5<<16)
	for i := range many {
		many[i] = file{name: "a", noLocal: true}
	}
	data := pack(t, many...) // the count is cut to 16 bits: it states none
	r := &counting{Reader: bytes.NewReader(data)}
	if _, err := evidence.Read(t.Context(), r, int64(len(data)), evidence.Limits{Entries: 10}); !errors.Is(err, evidence.TooLarge) {
		t.Error(err)
	}
	if r.bytes > 1<<20 {
		t.Errorf("%d bytes were read of a table of %d", r.bytes, len(data))
	}
}

type counting struct {
	*bytes.Reader
	bytes int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	c.bytes += n
	return n, err
}

func TestNames(t *testing.T) {
	t.Parallel()
	const name = "Документы/Счёт № 7.pdf"
	raw := cp866(t, name)
	for what, tc := range map[string]struct {
		f    file
		want string
	}{
		"cp866":                  {file{name: raw}, name},
		"UTF-8 by flag":          {file{name: name, flags: 0x800}, name},
		"UTF-8 without flag":     {file{name: name}, name},
		"unicode path":           {file{name: "______.pdf", extra: unicodePath("______.pdf", name)}, name},
		"unicode path of others": {file{name: raw, extra: unicodePath("another", "x")}, name},
		"unicode path cut":       {file{name: raw, extra: []byte{0x75, 0x70, 50, 0, 1}}, name},
		"dots that stay":         {file{name: "ООО Ромашка и Ко./a..b"}, "ООО Ромашка и Ко./a..b"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b, err := read(t, pack(t, tc.f), evidence.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, b.Entries()[0].Name); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadAndOpen(t *testing.T) {
	t.Parallel()
	bodies := [][]byte{[]byte("first"), bytes.Repeat([]byte("second "), 100_000), {}}
	nested := pack(t, file{name: "../never opened", body: bodies[0]})
	data := pack(t, file{name: "d/"}, file{name: "d/1", body: bodies[0]}, file{name: "d/2", body: bodies[1], method: 8}, file{name: "0"}, file{name: "n.zip", body: nested})
	b, err := read(t, data, evidence.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range append(bodies, nested) {
		r, err := b.Open(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || r.Close() != nil || !bytes.Equal(got, want) {
			t.Errorf("entry %d: %d bytes, %v", i, len(got), err)
		}
		d, n, _ := edo.DigestOf(bytes.NewReader(want))
		if e := b.Entries()[i]; e.Digest != d || e.Size != n || e.Signature {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
	for _, i := range []int{-1, 4} {
		if _, err := b.Open(t.Context(), i); !errors.Is(err, edo.NotFound) {
			t.Errorf("entry %d: %v", i, err)
		}
	}
}

func TestReadEnds(t *testing.T) {
	t.Parallel()
	data := pack(t, file{name: "a", body: []byte("x")})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := evidence.Read(ctx, bytes.NewReader(data), int64(len(data)), evidence.Limits{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// failing is a disk that fails from an offset on.
type failing struct {
	*bytes.Reader
	upTo int64
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off < f.upTo {
		return 0, &edo.Error{Kind: edo.Unavailable, Message: "disk"}
	}
	return f.Reader.ReadAt(p, off)
}

// A disk that fails must not be told as a forged archive.
func TestDiskFails(t *testing.T) {
	t.Parallel()
	data := pack(t, file{name: "a", body: make([]byte, 1<<20)})
	for _, upTo := range []int64{1, int64(len(data)) - 40, int64(len(data))} {
		_, err := evidence.Read(t.Context(), failing{bytes.NewReader(data), upTo}, int64(len(data)), evidence.Limits{})
		if !errors.Is(err, edo.Unavailable) || errors.Is(err, edo.Invalid) {
			t.Errorf("up to %d: %v", upTo, err)
		}
	}
}

// The bytes behind an opened archive may be changed by somebody else; the digest of the first reading counts.
func TestChangedAfterwards(t *testing.T) {
	t.Parallel()
	data := pack(t, file{name: "a", body: []byte("old")})
	// A stated checksum of zero is taken for none, so only the digest can tell.
	checksum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte("old")))
	data = bytes.ReplaceAll(data, checksum, make([]byte, 4))
	b, err := read(t, data, evidence.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	copy(data[bytes.Index(data, []byte("old")):], "new")
	r, err := b.Open(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, evidence.Damaged) {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	deed := []byte("Договор № 5")
	f.Add(pack(f, file{name: "a", body: deed}, file{name: cp866(f, "Акт"), body: deed, method: 8}))
	f.Add(pack(f, file{name: "x", extra: unicodePath("x", "Акт"), body: deed}, file{name: "d/"}))
	f.Add(pack(f, file{name: "a", body: deed}, file{name: "b", body: deed, noLocal: true, at: 1}))
	limits := evidence.Limits{Entries: 20, Entry: 1 << 16, Total: 1 << 17}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := read(t, data, limits)
		if err != nil {
			if edo.KindOf(err) != edo.Invalid {
				t.Fatal(err)
			}
			return
		}
		var total int64
		for i, e := range b.Entries() {
			r, err := b.Open(t.Context(), i)
			if err != nil {
				t.Fatal(err)
			}
			d, n, err := edo.DigestOf(r)
			if err != nil || d != e.Digest || n != e.Size || n > limits.Entry || strings.Contains("/"+e.Name+"/", "/../") {
				t.Fatalf("%+v: %d bytes, %v", e, n, err)
			}
			total += n
		}
		if total > limits.Total || len(b.Entries()) > limits.Entries {
			t.Fatalf("%d bytes in %d entries", total, len(b.Entries()))
		}
		report, err := b.VerifyAlone(t.Context(), cms.Verifier{})
		if err != nil || len(report.Russian()) != len(report.English()) {
			t.Fatal(report, err)
		}
	})
}
