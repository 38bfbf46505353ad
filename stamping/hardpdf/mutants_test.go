package hardpdf_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/hardpdf"
	"github.com/edokit/edokit/stamping/worker"
)

// TestMain makes this program the worker of its own tests.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// TestSoakMutants damages PDFs and stamps them in the pooled worker: each is a copy with the mark on every page, in which qpdf
// finds no damage that the mutant has not, or a typed error; none panics, hangs or needs too much memory. EDOKIT_SOAK makes
// 1,500 of the 60, also of the smaller files in EDOKIT_PDF_DIR. EDOKIT_SOAK_SEED repeats a run.
func TestSoakMutants(t *testing.T) {
	t.Parallel()
	n, seed := 60, uint64(1)
	if os.Getenv("EDOKIT_SOAK") != "" {
		n, seed = 1500, rand.Uint64()
	}
	if text := os.Getenv("EDOKIT_SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("EDOKIT_SOAK_SEED=%d", seed)
	find(t, "qpdf")
	find(t, "pdftoppm")
	pool, err := worker.New(worker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	b := bases(t)
	ends := map[stamping.Kind]int{}
	for i := range n {
		m := mutate(rand.New(rand.NewPCG(seed, uint64(i))), b)
		end, err := m.end(t, pool, n > 60 || i%4 == 0)
		if ends[end]++; err != nil {
			t.Errorf("mutant %d of seed %d, %s: %v", i, seed, m.how, err)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(ends)) {
		t.Logf("%5d ended %q", ends[k], k)
	}
	if ends[""] < n/10 {
		t.Errorf("only %d of %d mutants are stamped: the damage is too coarse to show much", ends[""], n)
	}
}

// mutant is a damaged PDF.
type mutant struct {
	how string
	pdf []byte
}

// end says how stamping it ended, and what is wrong with that.
func (m mutant) end(t *testing.T, pool *worker.Pool, looked bool) (stamping.Kind, error) {
	t.Helper()
	var out bytes.Buffer
	r, err := pool.Stamp(t.Context(), worker.InMemory(m.pdf), &out, red(), nil)
	switch k := kind(err); k {
	case "":
	case stamping.Unreadable, stamping.Encrypted, stamping.TooLarge, stamping.TooManyPages, stamping.NotVerified, stamping.Undecided:
		return k, nil
	default:
		return k, err
	}
	if r.Pages < 1 || r.Marked != r.Pages {
		return "", fmt.Errorf("marked %d of %d pages", r.Marked, r.Pages)
	}
	if !looked {
		return "", nil
	}
	folder := t.TempDir()
	before, after := filepath.Join(folder, "before.pdf"), filepath.Join(folder, "after.pdf")
	for file, b := range map[string][]byte{before: m.pdf, after: out.Bytes()} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			return "", err
		}
	}
	if err := damage(t.Context(), after); err != nil && damage(t.Context(), before) == nil {
		return "", err
	}
	_, err = look(t.Context(), "", after, 3)
	return "", err
}

// bases are what mutants are made of: what is stamped well, and small.
func bases(t *testing.T) (all [][]byte) {
	t.Helper()
	for _, c := range hardpdf.Cases() {
		if c.Stamp == "" && c.Pages <= 3 {
			if b := c.Make(); len(b) < 100_000 {
				all = append(all, b)
			}
		}
	}
	if folder := os.Getenv("EDOKIT_PDF_DIR"); folder != "" {
		files, err := filepath.Glob(filepath.Join(folder, "*/usr/share/doc/*/*.pdf"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if b, err := os.ReadFile(file); err == nil && len(b) < 300_000 {
				all = append(all, b)
			}
		}
	}
	return all
}

var (
	numbers = regexp.MustCompile(`\b[0-9]{1,10}\b`)
	words   = regexp.MustCompile(`/[A-Z][A-Za-z0-9]+|\b(?:obj|endobj|stream|endstream|xref|trailer|startxref|R|n|f|true|null)\b`)
	bodies  = regexp.MustCompile(`(?s)[0-9]+ [0-9]+ obj.*?endobj\s`)
)

// mutate damages one of the bases in one to three ways.
func mutate(dice *rand.Rand, all [][]byte) mutant {
	m := mutant{pdf: bytes.Clone(all[dice.IntN(len(all))])}
	for range 1 + dice.IntN(3) {
		switch dice.IntN(6) {
		case 0:
			m.flip(dice)
		case 1:
			m.cut(dice)
		case 2:
			m.splice(dice, all[dice.IntN(len(all))])
		case 3:
			m.replace(dice, "number", numbers, func([]byte) []byte { return []byte(oddNumber(dice)) })
		case 4:
			m.replace(dice, "twice", bodies, func(b []byte) []byte { return append(bytes.Clone(b), b...) })
		case 5:
			m.swap(dice)
		}
	}
	return m
}

func oddNumber(dice *rand.Rand) string {
	odd := []string{"0", "-1", "1", "2", "3", "7", "65535", "65536", "2147483647", "4294967296", "99999999999", "1e9", "0.5", "NaN"}
	return odd[dice.IntN(len(odd))]
}

func (m *mutant) flip(dice *rand.Rand) {
	m.how += " flip"
	for range 1 + dice.IntN(8) {
		if len(m.pdf) > 0 {
			m.pdf[dice.IntN(len(m.pdf))] ^= 1 << dice.IntN(8)
		}
	}
}

// cut takes a piece out, or the end off.
func (m *mutant) cut(dice *rand.Rand) {
	m.how += " cut"
	from := dice.IntN(len(m.pdf) + 1)
	to := len(m.pdf)
	if dice.IntN(3) > 0 {
		to = min(to, from+dice.IntN(200))
	}
	m.pdf = slices.Delete(m.pdf, from, to)
}

func (m *mutant) splice(dice *rand.Rand, other []byte) {
	m.how += " splice"
	from := dice.IntN(len(other))
	to := min(len(other), from+dice.IntN(2000))
	m.pdf = slices.Insert(m.pdf, dice.IntN(len(m.pdf)+1), other[from:to]...)
}

// replace changes one of the places that match.
func (m *mutant) replace(dice *rand.Rand, how string, what *regexp.Regexp, by func([]byte) []byte) {
	m.how += " " + how
	if all := what.FindAllIndex(m.pdf, -1); len(all) > 0 {
		at := all[dice.IntN(len(all))]
		m.pdf = slices.Replace(m.pdf, at[0], at[1], by(m.pdf[at[0]:at[1]])...)
	}
}

// swap exchanges two names or key words.
func (m *mutant) swap(dice *rand.Rand) {
	m.how += " swap"
	all := words.FindAllIndex(m.pdf, -1)
	if len(all) < 2 {
		return
	}
	i, j := dice.IntN(len(all)), dice.IntN(len(all))
	a, b := all[min(i, j)], all[max(i, j)]
	if i != j {
		m.pdf = slices.Concat(m.pdf[:a[0]], m.pdf[b[0]:b[1]], m.pdf[a[1]:b[0]], m.pdf[a[0]:a[1]], m.pdf[b[1]:])
	}
}
