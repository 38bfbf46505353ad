package hardpdf_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/worker"
)

const (
	leastOfCorpus = 300 // documents, below which the share says little
	pagesLookedAt = 50  // of a document; that the mark is on all is verified before a copy is given
)

// corpusFile is one file on its way through the pooled worker.
type corpusFile struct {
	path, copied string // copied is empty after an error
	pages        int
	took         time.Duration
	err          error
}

// TestSoakDebianCorpus stamps the PDFs of the real world in EDOKIT_PDF_DIR (.ci/corpus fills it), or else those that packages
// have put on this machine, in the pooled worker with its usual limits: at least 98 % are stamped, the rest ends in typed errors,
// and none panics, takes more than 10 s or more than 1 GiB. qpdf accepts every copy, and poppler draws every page as before,
// with the mark. It runs when EDOKIT_SOAK is set.
func TestSoakDebianCorpus(t *testing.T) {
	t.Parallel()
	if os.Getenv("EDOKIT_SOAK") == "" {
		return // the long form only; TestSoakCases and TestMutants are the short ones
	}
	find(t, "qpdf")
	find(t, "pdftoppm")
	files := corpus(t)
	pool, err := worker.New(worker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	abreast(files, func(f *corpusFile) { f.stamp(t.Context(), pool, t.TempDir) })
	took := time.Since(start)
	for _, f := range files { // once more, alone: something else may have used the machine
		if errors.Is(f.err, stamping.TooSlow) {
			t.Logf("%s: %v", f.path, f.err)
			f.stamp(t.Context(), pool, t.TempDir)
		}
	}
	_ = pool.Close()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &used); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d documents in %s, the largest worker took %d MiB", len(files), took.Round(time.Second), used.Maxrss>>10)
	report(t, files)
	if len(files) < leastOfCorpus {
		t.Logf("they are few: .ci/corpus FOLDER gets more, and EDOKIT_PDF_DIR=FOLDER uses them")
	}
	lookAtAll(t, files)
}

// corpus lists what there is, in a fixed order.
func corpus(t *testing.T) (files []*corpusFile) {
	t.Helper()
	folders := []string{"/usr/share/doc", "/usr/share/texmf", "/usr/share/texmf-dist", "/usr/share/texlive"}
	if folder := os.Getenv("EDOKIT_PDF_DIR"); folder != "" {
		folders = []string{folder}
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err == nil && d.Type().IsRegular() && (strings.HasSuffix(path, ".pdf") || strings.HasSuffix(path, ".pdf.gz")) {
				files = append(files, &corpusFile{path: path})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// read gives the document, unpacked.
func (f *corpusFile) read() ([]byte, error) {
	b, err := os.ReadFile(f.path)
	if err != nil || !strings.HasSuffix(f.path, ".gz") {
		return b, err
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func (f *corpusFile) stamp(ctx context.Context, pool *worker.Pool, folder func() string) {
	pdf, err := f.read()
	if err != nil {
		f.err = err
		return
	}
	before := sha256.Sum256(pdf)
	var out bytes.Buffer
	start := time.Now()
	r, err := pool.Stamp(ctx, worker.InMemory(pdf), &out, red(), nil)
	f.took, f.pages, f.err = time.Since(start), r.Pages, err
	if err == nil {
		f.copied = filepath.Join(folder(), "copy.pdf")
		f.err = os.WriteFile(f.copied, out.Bytes(), 0o600)
	}
	if err == nil && (r.Marked != r.Pages || sha256.Sum256(pdf) != before) {
		f.err = fmt.Errorf("marked %d of %d pages, or changed the original", r.Marked, r.Pages)
	}
}

// abreast works on two at a time.
func abreast(files []*corpusFile, work func(*corpusFile)) {
	next := make(chan *corpusFile)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for f := range next {
				work(f)
			}
		})
	}
	for _, f := range files {
		next <- f
	}
	close(next)
	all.Wait()
}

// report counts how documents ended.
func report(t *testing.T, files []*corpusFile) {
	t.Helper()
	ends := map[stamping.Kind]int{}
	pages := 0
	for _, f := range files {
		k := kind(f.err)
		ends[k]++
		pages += f.pages
		switch k {
		case "":
		case stamping.Unreadable, stamping.Encrypted, stamping.TooLarge, stamping.TooManyPages, stamping.Undecided:
			t.Logf("%s: %v", f.path, f.err)
		default: // crashed, too slow, too heavy, not verified, or no typed error at all
			t.Errorf("%s: %v", f.path, f.err)
		}
	}
	slowest := slices.MaxFunc(files, func(a, b *corpusFile) int { return cmp.Compare(a.took, b.took) })
	t.Logf("%d pages; the slowest took %s: %s", pages, slowest.took.Round(time.Millisecond), slowest.path)
	for _, k := range slices.Sorted(maps.Keys(ends)) {
		t.Logf("%5d ended %q", ends[k], k)
	}
	if 100*ends[""] < 98*len(files) {
		t.Errorf("%d of %d are stamped, which is less than 98 %%", ends[""], len(files))
	}
}

// lookAtAll lets qpdf and poppler look at the copies.
func lookAtAll(t *testing.T, files []*corpusFile) {
	t.Helper()
	var mu sync.Mutex
	seen := 0
	abreast(files, func(f *corpusFile) {
		if f.copied == "" {
			return
		}
		if err := damage(t.Context(), f.copied); err != nil {
			t.Errorf("%s: %v", f.path, err)
		}
		before := f.path
		if pdf, err := f.read(); err == nil && strings.HasSuffix(f.path, ".gz") {
			before = filepath.Join(filepath.Dir(f.copied), "before.pdf")
			if err := os.WriteFile(before, pdf, 0o600); err != nil {
				t.Error(err)
			}
		}
		n, err := look(t.Context(), before, f.copied, pagesLookedAt)
		if err != nil {
			t.Errorf("%s: %v", f.path, err)
		}
		mu.Lock()
		defer mu.Unlock()
		seen += n
	})
	t.Logf("%d pages look right", seen)
}
