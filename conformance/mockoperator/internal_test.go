package mockoperator

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
)

// FuzzReadRequest: any bytes give a request of the contract or a fault with a known code, never another error.
func FuzzReadRequest(f *testing.F) {
	for _, name := range contract.EnvelopeNames() {
		e, err := contract.Envelope(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(e)
		f.Add(bytes.Replace(e, []byte("<m:Content>"), []byte("<m:Content><![CDATA["), 1))
		f.Add(bytes.Replace(e, []byte("<m:Content>"), []byte("<m:Content> <!-- -->\r\n"), 1))
	}
	tables, err := contract.Load()
	if err != nil {
		f.Fatal(err)
	}
	sp, room := spool{dir: f.TempDir()}, newScratch()
	f.Fuzz(func(t *testing.T, in []byte) {
		req, err := readRequest(tables, sp, bytes.NewReader(in), room)
		var fault *Fault
		switch {
		case err == nil:
			if _, ok := tables.Operations[req.operation]; !ok {
				t.Errorf("operation %q", req.operation)
			}
		case !errors.As(err, &fault):
			t.Errorf("no fault: %v", err)
		case tables.Codes[fault.Code] == "":
			t.Errorf("unknown code: %v", fault)
		}
	})
}

// FuzzParseCMS: signatures come from strangers.
func FuzzParseCMS(f *testing.F) {
	files, err := filepath.Glob("../../edo/cms/testdata/*/*.p7s")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = parseCMS(raw) })
}

// TestVerifiesWhatOpenSSLSigned runs the fixtures through the operator's check.
func TestVerifiesWhatOpenSSLSigned(t *testing.T) {
	t.Parallel()
	o, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	fixtures := "../../edo/cms/testdata/"
	rsa, gost := keepFile(t, o, fixtures+"openssl/content.txt"), keepFile(t, o, fixtures+"gost/letter.txt")
	for name, tc := range map[string]struct {
		content       Blob
		verdict, code string
	}{
		"openssl/rsa2048-der":      {rsa, "valid", ""},
		"openssl/rsa2048-ber":      {rsa, "valid", ""},
		"openssl/rsa2048-keyid":    {rsa, "valid", ""},
		"openssl/rsa2048-noattr":   {rsa, "valid", ""},
		"openssl/rsa2048-cades":    {rsa, "valid", ""},
		"openssl/p256-keyid":       {rsa, "valid", ""},
		"openssl/p256-sha512":      {rsa, "valid", ""},
		"openssl/p384-noattr":      {rsa, "valid", ""},
		"openssl/rsa2048-attached": {rsa, "", "InvalidCMS"},
		"openssl/rsa2048-nocerts":  {rsa, "", "SignDoesNotContainCertificate"},
		"openssl/two-signers":      {rsa, "", "InvalidCMS"},
		"gost/letter":              {gost, "by scenario", ""},
		"gost/letter-2001":         {gost, "by scenario", ""},
		"gost/letter-512":          {gost, "by scenario", ""},
		"gost/letter-noattr":       {gost, "by scenario", ""},
		"gost/letter-cades":        {gost, "by scenario", ""},
	} {
		raw, err := os.ReadFile(fixtures + name + ".p7s")
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.verifySign(raw, tc.content, "Raw")
		check(t, name, s, err, tc.verdict, tc.code)
		other := gost
		if strings.HasPrefix(name, "gost/") {
			other = rsa
		}
		if tc.verdict == "valid" {
			_, err = o.verifySign(raw, other, "Raw")
			check(t, name+" over other bytes", Sign{}, err, "", "SignIsNotValid")
		}
	}
	o.Change(func(s *Scenario) { s.GOST = "invalid" })
	raw, err := os.ReadFile(fixtures + "gost/letter.p7s")
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.verifySign(raw, gost, "Raw")
	check(t, "GOST by an unkind scenario", Sign{}, err, "", "SignIsNotValid")
}

func check(t *testing.T, name string, s Sign, err error, verdict, code string) {
	t.Helper()
	var fault *Fault
	if code == "" && err != nil || code != "" && (!errors.As(err, &fault) || fault.Code != code) || s.Verdict != verdict {
		t.Errorf("%s: %q, %v; want %q, code %q", name, s.Verdict, err, verdict, code)
	}
}

func keepFile(t *testing.T, o *Operator, path string) Blob {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blob, err := o.keepBytes(raw)
	if err != nil {
		t.Fatal(err)
	}
	return *blob
}

// TestHeadsDoNotDependOnReads feeds the same stream in pieces of every size.
func TestHeadsDoNotDependOnReads(t *testing.T) {
	t.Parallel()
	first := "POST /a HTTP/1.1\r\ncontent-length: 10\r\n\r\n"
	second := "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"
	stream := []byte(first + "\r\n\r\n567890" + second + first + "0123456789")
	want := [][]byte{[]byte(first), []byte(second), []byte(first)}
	for size := 1; size <= len(stream); size++ {
		c := &headConn{}
		for rest := stream; len(rest) > 0; {
			n := min(size, len(rest))
			c.follow(rest[:n])
			rest = rest[n:]
		}
		if diff := cmp.Diff(want, c.pending); diff != "" {
			t.Fatalf("pieces of %d: %s", size, diff)
		}
	}
}

// TestSpoolKeepsContentOnce covers content below and above what is collected in memory.
func TestSpoolKeepsContentOnce(t *testing.T) {
	t.Parallel()
	sp := spool{dir: t.TempDir()}
	for _, size := range []int{0, 1, smallBlob, smallBlob + 1, 3 * smallBlob} {
		content := make([]byte, size)
		for i := range content {
			content[i] = byte(rand.Uint32())
		}
		for range 2 {
			blob, err := sp.keep(new(bytes.Buffer), func(w io.Writer) error {
				_, err := io.CopyBuffer(struct{ io.Writer }{w}, bytes.NewReader(content), make([]byte, 1000))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(content)
			got, err := os.ReadFile(blob.Path)
			if err != nil || !bytes.Equal(got, content) || blob.SHA256 != hex.EncodeToString(sum[:]) || blob.Size != int64(size) {
				t.Errorf("%d bytes: %+v, %v", size, blob, err)
			}
		}
	}
	if _, err := sp.keep(new(bytes.Buffer), func(w io.Writer) error {
		_, err := w.Write(make([]byte, 2*smallBlob))
		return errors.Join(err, fmt.Errorf("refused"))
	}); err == nil {
		t.Error("no error")
	}
	files, err := os.ReadDir(sp.dir)
	if err != nil || len(files) != 5 {
		t.Errorf("%d files, want 5 (%v)", len(files), err)
	}
}

func TestTokenText(t *testing.T) {
	t.Parallel()
	var raw [16]byte
	if _, err := hex.Decode(raw[:], []byte("00112233445566778899aabbccddeeff")); err != nil {
		t.Fatal(err)
	}
	if got := netGUID(raw); got != "33221100-5544-7766-8899-aabbccddeeff" {
		t.Errorf("%s", got)
	}
}

// FuzzCopyBase64 compares with the standard decoder over the same text without white space, at the smallest buffer.
func FuzzCopyBase64(f *testing.F) {
	for _, s := range []string{"", "eA==", "eHg=", "eHh4", "eA==eA==", "eHh4eHh4eHh4eA==eA==", "e A\r\n=\t=", "eA=", "e", "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4", "eHh4eHh4eHh4eHh4eA==", "!!!!", "eB=="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "<") {
			t.Skip("markup ends the text")
		}
		var got bytes.Buffer
		in := bufio.NewReaderSize(strings.NewReader(text+"</x>"), 16)
		err := copyBase64(&got, in, 1<<20, make([]byte, 16))
		plain := strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(text)
		want, wantErr := base64.StdEncoding.Strict().DecodeString(plain)
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%q: %q, %v; want %q, %v", text, got.Bytes(), err, want, wantErr)
		}
		if rest, _ := io.ReadAll(in); err == nil && string(rest) != "</x>" {
			t.Errorf("%q: rest %q", text, rest)
		}
	})
}
