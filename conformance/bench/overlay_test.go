//go:build linux

package bench_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/worker"
)

// marked is one PDF that both sides mark, and the seconds of each round.
type marked struct {
	path       string
	pages      int
	ours, qpdf series
}

// BenchmarkOverlay marks the same PDFs with the pooled worker and with qpdf --overlay, one process for each file as it is used,
// in turn. Both read a file and write one; the worker reads its copy back and looks for the mark as well. The PDFs are those of
// the examples, or those in EDOKIT_PDF_DIR that both can mark.
func BenchmarkOverlay(b *testing.B) {
	if _, err := exec.LookPath("qpdf"); err != nil {
		b.Skip("qpdf is not installed")
	}
	s := newOverlay(b)
	files := s.files()
	for range rounds {
		for _, f := range files {
			s.both(f)
		}
	}
	t := table{header: []string{"PDFs", "files", "pages", "worker pages/s", "qpdf pages/s", "ratio", "qpdf's time by ours, median file", "files at least as fast"}}
	for _, group := range []struct {
		name        string
		least, most int
	}{{"of 1 page", 1, 1}, {"of 2 to 9 pages", 2, 9}, {"of 10 to 49 pages", 10, 49}, {"of 50 and more", 50, 1 << 30}, {"all", 1, 1 << 30}} {
		var chosen []*marked
		for _, f := range files {
			if f.pages >= group.least && f.pages <= group.most {
				chosen = append(chosen, f)
			}
		}
		if len(chosen) > 0 {
			t.add(compareMarked(b, group.name, chosen)...)
		}
	}
	show(b, t)
	b.Logf("peak: worker %d MiB, qpdf %d MiB", s.peak()>>10, s.qpdfPeak>>10)
}

// compareMarked makes a row.
func compareMarked(b *testing.B, name string, files []*marked) []string {
	b.Helper()
	pages, quick := 0, 0
	ours, qpdf := make(series, rounds), make(series, rounds)
	var perFile series
	for _, f := range files {
		pages += f.pages
		for i := range rounds {
			ours[i] += f.ours[i]
			qpdf[i] += f.qpdf[i]
		}
		by := quotient(f.qpdf, f.ours).median()
		perFile = append(perFile, by)
		if by >= 1 {
			quick++
		}
	}
	ratio := quotient(qpdf, ours)
	b.ReportMetric(ratio.median(), metric("PDFs "+name))
	persecond := func(times series) string {
		all := make(series, len(times))
		for i, t := range times {
			all[i] = float64(pages) / t
		}
		return all.text("%.0f")
	}
	return []string{
		name, strconv.Itoa(len(files)), strconv.Itoa(pages), persecond(ours), persecond(qpdf), ratio.text("%.2f"),
		fmt.Sprintf("%.2f", perFile.median()), fmt.Sprintf("%d %%", 100*quick/len(files)),
	}
}

// overlay holds both sides.
type overlay struct {
	b        *testing.B
	pool     *worker.Pool
	mark     *stamping.Mark
	stamp    string // the page that qpdf lays over
	out      string
	qpdfPeak int64 // KiB
}

func newOverlay(b *testing.B) *overlay {
	b.Helper()
	pool, err := worker.New(worker.Config{Workers: 1, Time: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = pool.Close() })
	line := &stamping.Color{B: 1}
	m := &stamping.Mark{
		Width: 400, Height: 60, Boxes: []stamping.Box{{W: 400, H: 60, Line: 1, Stroke: line}},
		Texts: []stamping.Text{{X: 8, Y: 40, Size: 10, Bold: true, S: "Документ подписан"}, {X: 8, Y: 20, Size: 8, S: "7c9e6679-7425-40de-944b-e07fc1f90ae7"}},
	}
	var sheet bytes.Buffer
	if err := stamping.Sheet(b.Context(), &sheet, m); err != nil {
		b.Fatal(err)
	}
	folder := b.TempDir()
	s := &overlay{b: b, pool: pool, mark: m, stamp: filepath.Join(folder, "stamp.pdf"), out: filepath.Join(folder, "out.pdf")}
	if err := os.WriteFile(s.stamp, sheet.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return s
}

// files are those that both can mark; the round in which they are found out warms up the disk.
func (s *overlay) files() (files []*marked) {
	folder := os.Getenv("EDOKIT_PDF_DIR")
	if folder == "" {
		folder = "../../examples/quickstart/testdata"
	}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".pdf") {
			return err
		}
		f := &marked{path: path}
		if f.pages, err = s.withWorker(path); err == nil && s.withQPDF(path) == nil {
			files = append(files, f)
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		s.b.Fatalf("no PDFs in %s: %v", folder, err)
	}
	return files
}

func (s *overlay) both(f *marked) {
	start := time.Now()
	_, err1 := s.withWorker(f.path)
	ours := time.Since(start)
	start = time.Now()
	err2 := s.withQPDF(f.path)
	if err := errors.Join(err1, err2); err != nil {
		s.b.Fatalf("%s: %v", f.path, err)
	}
	f.ours = append(f.ours, ours.Seconds())
	f.qpdf = append(f.qpdf, time.Since(start).Seconds())
}

func (s *overlay) withWorker(path string) (pages int, err error) {
	in, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	info, err := in.Stat()
	if err != nil {
		return 0, err
	}
	out, err := os.Create(s.out)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	d := worker.Document{Size: info.Size(), Open: func(context.Context) (io.ReadCloser, error) { return in, nil }}
	r, err := s.pool.Stamp(s.b.Context(), d, out, s.mark, nil)
	return r.Pages, err
}

// withQPDF ends well too if qpdf only warns.
func (s *overlay) withQPDF(path string) error {
	cmd := exec.CommandContext(s.b.Context(), "qpdf", "--warning-exit-0", "--no-warn", path, "--overlay", s.stamp, "--repeat=1", "--", s.out)
	err := cmd.Run()
	if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.qpdfPeak = max(s.qpdfPeak, used.Maxrss)
	}
	return err
}

// peak ends the worker and gives the largest memory of all children, KiB; if that was qpdf's, the worker needed less.
func (s *overlay) peak() int64 {
	_ = s.pool.Close()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &used); err != nil {
		s.b.Fatal(err)
	}
	return used.Maxrss
}
