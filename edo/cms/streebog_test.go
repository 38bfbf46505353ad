package cms

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

func TestStreebogVectors(t *testing.T) {
	t.Parallel()
	// M1 and M2 of RFC 6986, section 10; the RFC prints numbers, highest byte first, so messages and sums are
	// reversed here.
	m1 := "012345678901234567890123456789012345678901234567890123456789012"
	m2 := "fbe2e5f0eee3c820fbeafaebef20fffbf0e1e0f0f520e0ed20e8ece0ebe5f0f2f120fff0eeec20f120faf2fee5e2202ce8f6f3ede220e8e6eee1e8f0f2d1202ce8f0f2e5e220e5d1"
	for name, tc := range map[string]struct {
		size    int
		message []byte
		want    string
	}{
		"M1 512": {64, []byte(m1), "486f64c1917879417fef082b3381a4e211c324f074654c38823a7b76f830ad00fa1fbae42b1285c0352f227524bc9ab16254288dd6863dccd5b9f54a1ad0541b"},
		"M1 256": {32, []byte(m1), "00557be5e584fd52a449b16b0251d05d27f94ab76cbaa6da890b59d8ef1e159d"},
		"M2 512": {64, reversed(unhex(m2)), "28fbc9bada033b1460642bdcddb90c3fb3e56c497ccd0f62b8a2ad4935e85f037613966de4ee00531ae60f3b5a47f8dae06915d5f2f194996fcabf2622e6881e"},
		"M2 256": {32, reversed(unhex(m2)), "508f7e553c06501d749a66fc28c6cac0b005746d97537fa85d9e40904efed29d"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newStreebog(tc.size)
			for _, b := range tc.message { // byte by byte: buffering is part of what is tested
				_, _ = h.Write([]byte{b})
			}
			if got := hex.EncodeToString(reversed(h.Sum(nil))); got != tc.want {
				t.Errorf("sum\n%s, want\n%s", got, tc.want)
			}
		})
	}
}

func TestStreebogAgainstOpenSSL(t *testing.T) {
	t.Parallel()
	run := func(bits int, in []byte) (string, error) {
		cmd := exec.CommandContext(t.Context(), "openssl", "dgst", "-engine", "gost", fmt.Sprintf("-md_gost12_%d", bits))
		cmd.Stdin = bytes.NewReader(in)
		out, err := cmd.Output()
		_, sum, _ := strings.Cut(strings.TrimSpace(string(out)), "= ")
		return sum, err
	}
	if _, err := run(256, nil); err != nil {
		t.Skip("openssl with the GOST engine (libengine-gost-openssl) is not installed")
	}
	for _, n := range []int{0, 1, 63, 64, 65, 127, 128, 1000, 100_003} {
		in := bytes.Repeat([]byte{0xff, 0x5a, byte(n)}, n/3+1)[:n] // high bytes make the checksum carry
		for _, bits := range []int{256, 512} {
			h := newStreebog(bits / 8)
			_, _ = h.Write(in)
			want, err := run(bits, in)
			if got := hex.EncodeToString(h.Sum(nil)); err != nil || got != want {
				t.Errorf("%d bits of %d bytes: %s, want %s (%v)", bits, n, got, want, err)
			}
		}
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i, v := range b {
		out[len(b)-1-i] = v
	}
	return out
}

func BenchmarkStreebog(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		h := newStreebog(32)
		_, _ = h.Write(data)
		h.Sum(nil)
	}
}
