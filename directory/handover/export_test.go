package handover_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/edo"
)

func openCopy(t testing.TB, folder string) *handover.Copy {
	t.Helper()
	c, err := handover.OpenCopy(folder)
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func quiet(int, int) {}

// TestExport: the folder holds everything, can be checked by anybody, and its items are those of the store.
func TestExport(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	op, in := r.pack(t, "p", "content"), r.came(t, "r-1", "inbound")
	logged, _ := r.exchange(t, "p", "only in the log")
	h, folder := r.export(t)
	if h.State != directory.HandoverExported || h.Items != 2 || h.Contents != 6 || h.Manifest.IsZero() {
		t.Errorf("%+v", h)
	}
	c := openCopy(t, folder)
	if c.Digest != h.Manifest || c.Manifest.Contents != 6 || c.Manifest.Bytes != h.Bytes || c.Manifest.Exchanges != 1 || c.Manifest.Items != 2 {
		t.Errorf("%+v", c.Manifest)
	}
	report, err := c.Verify(t.Context(), quiet)
	if err != nil || !report.OK() || report.Contents != 6 || report.Bytes != h.Bytes {
		t.Errorf("%+v %v", report, err)
	}
	for expect, ok := range map[edo.Digest]bool{h.Manifest: true, digest("another manifest"): false} {
		c.Expect = expect
		if compared, err := c.Verify(t.Context(), quiet); err != nil || compared.OK() != ok || !compared.Compared || report.Compared {
			t.Errorf("%+v %v", compared, err)
		}
	}
	var lines []handover.Line
	must(t, c.Documents(func(l handover.Line) error { lines = append(lines, l); return nil }))
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	same(t, "the package", &op, lines[0].Package)
	same(t, "its contents", []handover.ContentLine{
		{Digest: op.Documents[0].Digest, Size: 7, What: "original", Name: "contract.pdf"},
		{Digest: op.Documents[0].Signature, Size: 14, What: "signature", Name: "contract.pdf.p7s"},
		{Digest: op.Documents[0].Versions[0].Digest, Size: 9, What: "operator-form", Name: "form.pdf"},
		{Digest: digest("only in the log"), Size: 15, What: "log"},
	}, lines[0].Contents)
	same(t, "its rows of the log", []edo.ExchangeID{logged}, lines[0].Exchanges)
	same(t, "the inbound document", &in, lines[1].Inbound)
	if len(lines[1].Contents) != 2 {
		t.Errorf("%+v", lines[1].Contents)
	}
}

func digest(s string) edo.Digest { return edo.Digest(sha256.Sum256([]byte(s))) }

// TestSums: a program that everybody has checks the contents.
func TestSums(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("sha256sum is not here: the sums of an export are checked by our own code only")
	}
	r := newRig(t)
	r.pack(t, "p", "content")
	_, folder := r.export(t)
	check := func() error {
		cmd := exec.CommandContext(t.Context(), program, "--check", "--quiet", handover.SumsFile)
		cmd.Dir = folder
		return cmd.Run()
	}
	must(t, check())
	d := digest("content").String()
	must(t, os.WriteFile(filepath.Join(folder, "content", d[:2], d), []byte("c0ntent"), 0o600))
	if check() == nil {
		t.Error("a changed content is not noticed")
	}
}

// TestDamagedCopy: nothing of a copy is believed that the manifest does not vouch for.
func TestDamagedCopy(t *testing.T) {
	t.Parallel()
	d := digest("content").String()
	content := filepath.Join("content", d[:2], d)
	for name, tc := range map[string]struct {
		file   string
		damage func([]byte) []byte
		says   string
	}{
		"a content":   {content, func(b []byte) []byte { b[0] ^= 1; return b }, "has other bytes"},
		"no content":  {content, nil, "is missing"},
		"the list":    {handover.DocumentsFile, func(b []byte) []byte { return append(b, '\n') }, "is not the file that the manifest names"},
		"the log":     {handover.LogFile, func([]byte) []byte { return []byte("{}\n") }, "is not the file that the manifest names"},
		"no sums":     {handover.SumsFile, nil, "SHA256SUMS is missing"},
		"a sum less":  {handover.SumsFile, func(b []byte) []byte { return b[bytes.IndexByte(b, '\n')+1:] }, "is not the file that the manifest names"},
		"no manifest": {handover.ManifestFile, nil, ""},
		"no JSON":     {handover.ManifestFile, func([]byte) []byte { return []byte("x") }, ""},
		"of tomorrow": {handover.ManifestFile, func(b []byte) []byte { return bytes.Replace(b, []byte("handover-1"), []byte("handover-9"), 1) }, ""},
		"lists not named": {
			handover.ManifestFile, func(b []byte) []byte {
				return bytes.ReplaceAll(b, []byte(`"Name": "log.jsonl"`), []byte(`"Name": "SHA256SUMS"`))
			},
			"does not name log.jsonl",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.pack(t, "p", "content")
			h, folder := r.export(t)
			path := filepath.Join(folder, tc.file)
			raw, err := os.ReadFile(path)
			must(t, err)
			if tc.damage == nil {
				must(t, os.Remove(path))
			} else {
				must(t, os.WriteFile(path, tc.damage(raw), 0o600))
			}
			c, err := handover.OpenCopy(folder)
			if tc.says == "" {
				if !errors.Is(err, handover.CopyBroken) {
					t.Errorf("%v", err)
				}
				return
			}
			must(t, err)
			defer func() { _ = c.Close() }()
			report, err := c.Verify(t.Context(), quiet)
			if err != nil || report.OK() || !strings.Contains(strings.Join(report.Wrong, "\n"), tc.says) {
				t.Errorf("%+v %v", report, err)
			}
			if tc.file == handover.ManifestFile && c.Digest == h.Manifest {
				t.Error("a changed manifest has the digest of the old one")
			}
		})
	}
}

// brittle fails the n-th opening of a content.
type brittle struct {
	edo.Depot
	left int
}

var errCut = errors.New("cut off")

func (b *brittle) Open(ctx context.Context, d edo.Digest) (edo.Content, error) {
	if b.left--; b.left < 0 {
		return edo.Content{}, errCut
	}
	return b.Depot.Open(ctx, d)
}

// TestInterruptedExport: an export that died anywhere goes on in the same folder with the same items, and copies nothing
// twice.
func TestInterruptedExport(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		r := newRig(t)
		r.pack(t, "p", "content")
		folder := filepath.Join(r.dir, "out")
		order := handover.Order{Until: begun.Add(time.Hour), Folder: folder, Actor: "a"}
		b := &brittle{r.archive, n}
		_, err := r.keeper(t, r.store, b).Export(t.Context(), order)
		if n < 3 != errors.Is(err, errCut) {
			t.Fatalf("%d: %v", n, err)
		}
		if n == 3 {
			continue
		}
		h, err := r.store.OpenHandoverAt(t.Context(), folder)
		must(t, err)
		before := written(t, folder)
		r.pack(t, "later", "another")
		done, err := r.Export(t.Context(), handover.Order{Folder: folder})
		must(t, err)
		if done.ID != h.ID || done.Items != 1 || done.State != directory.HandoverExported {
			t.Errorf("%d: %+v, began as %+v", n, done, h)
		}
		for name, info := range before {
			if now := written(t, folder)[name]; !os.SameFile(info, now) {
				t.Errorf("%d: %s was copied again", n, name)
			}
		}
		report, err := openCopy(t, folder).Verify(t.Context(), quiet)
		if err != nil || !report.OK() || report.Contents != 3 {
			t.Errorf("%d: %+v %v", n, report, err)
		}
	}
}

func written(t *testing.T, folder string) map[string]os.FileInfo {
	t.Helper()
	all := map[string]os.FileInfo{}
	names, err := filepath.Glob(filepath.Join(folder, "content", "??", "*"))
	must(t, err)
	for _, n := range names {
		all[n], err = os.Stat(n)
		must(t, err)
	}
	return all
}

func TestExportRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	used := filepath.Join(r.dir, "used")
	must(t, errors.Join(os.Mkdir(used, 0o700), os.WriteFile(filepath.Join(used, "x"), nil, 0o600)))
	order := handover.Order{Until: begun.Add(time.Hour), Folder: filepath.Join(r.dir, "new")}
	if _, err := r.Export(t.Context(), order); !errors.Is(err, edo.NotFound) {
		t.Errorf("nothing to hand over: %v", err)
	}
	op := r.pack(t, "p", "content")
	var e *edo.Error
	for folder, field := range map[string]string{"": "folder", used: "folder"} {
		if _, err := r.Export(t.Context(), handover.Order{Until: order.Until, Folder: folder}); !errors.As(err, &e) || e.Field != field {
			t.Errorf("%q: %v", folder, err)
		}
	}
	must(t, os.Remove(r.entry(op.Documents[0].Digest)))
	if _, err := r.Export(t.Context(), order); !errors.Is(err, edo.ContentMissing) {
		t.Errorf("a content that is lost: %v", err)
	}
}

// TestDepartedInExport: a package that changes after its contents were deleted is handed over again; the new line says where
// they are.
func TestDepartedInExport(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	op := r.pack(t, "p", "content")
	h, _ := r.archived(t)
	r.now = lapsed
	r.run(t)
	op.State = edo.StateRevoked
	r.settle(t, op.Key, edo.JobTrack, edo.Change{Operation: &op})
	_, folder := r.archived(t)
	n := 0
	must(t, openCopy(t, folder).Documents(func(l handover.Line) error {
		n++
		if len(l.Contents) != 0 || len(l.Departed) != 3 || l.Departed[0].Batch != h.ID {
			t.Errorf("%+v", l)
		}
		return nil
	}))
	if n != 1 {
		t.Errorf("%d lines", n)
	}
	if done := r.run(t); done.Contents != 0 {
		t.Errorf("%+v", done)
	}
}

// TestRebuildFromCopy: after the deletion the exact bytes of a request are made again, from the external copy alone and from
// the restored archive.
func TestRebuildFromCopy(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pack(t, "p", "content")
	id, exact := r.exchange(t, "p", "content")
	_, folder := r.archived(t)
	r.now = lapsed
	r.run(t)
	row, err := r.store.Exchange(t.Context(), id)
	must(t, err)
	rebuild := func(m edo.Masked, from func(context.Context, edo.Digest) (edo.Content, error)) ([]byte, error) {
		var out bytes.Buffer
		err := m.Rebuild(&out, func(string, int) (string, error) { return "hunter2", nil }, func(d edo.Digest) (io.ReadCloser, error) {
			c, err := from(t.Context(), d)
			if err != nil {
				return nil, err
			}
			return c.Open(t.Context())
		})
		return out.Bytes(), err
	}
	if _, err := rebuild(row.Request, r.archive.Open); !errors.Is(err, edo.NotFound) {
		t.Fatalf("the content is still here: %v", err)
	}
	c := openCopy(t, folder)
	n := 0
	must(t, c.Log(func(logged directory.Exchange) error {
		n++
		same(t, "the row of the log", row, logged)
		got, err := rebuild(logged.Request, c.Open)
		if err != nil || !bytes.Equal(got, exact) || edo.Digest(sha256.Sum256(got)) != row.RequestDigest {
			t.Errorf("%q %v", got, err)
		}
		return nil
	}))
	if n != 1 {
		t.Fatalf("%d rows of the log", n)
	}
	report, err := r.Restore(t.Context(), c)
	if err != nil || !report.OK() || report.Restored != 3 || report.Contents != 3 {
		t.Fatalf("%+v %v", report, err)
	}
	if got, err := rebuild(row.Request, r.archive.Open); err != nil || !bytes.Equal(got, exact) {
		t.Errorf("%q %v", got, err)
	}
	if r.row(t, digest("content")) != nil {
		t.Error("the content is here, and its row says that it is gone")
	}
	if again, err := r.Restore(t.Context(), c); err != nil || again.Restored != 0 || again.Contents != 3 {
		t.Errorf("again: %+v %v", again, err)
	}
	r.now = r.now.Add(handover.Guard + time.Hour)
	if done := r.run(t); done.Contents != 3 || r.there(t, digest("content")) {
		t.Errorf("restored contents do not go again: %+v", done)
	}
}

// TestRestoreSome: one content, one that the copy does not have, and one that is damaged here.
func TestRestoreSome(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	op := r.pack(t, "p", "content")
	_, folder := r.archived(t)
	d := op.Documents[0].Digest
	must(t, os.WriteFile(r.entry(d), []byte("c0ntent"), 0o600))
	c := openCopy(t, folder)
	report, err := r.Restore(t.Context(), c, d, edo.Digest{1})
	if err != nil || report.Restored != 1 || report.Contents != 1 || len(report.Wrong) != 1 {
		t.Errorf("%+v %v", report, err)
	}
	if !r.there(t, d) {
		t.Error("the damaged content was not mended")
	}
	must(t, os.WriteFile(filepath.Join(folder, "content", d.String()[:2], d.String()), []byte("c0ntent"), 0o600))
	must(t, os.Remove(r.entry(d)))
	report, err = r.Restore(t.Context(), c, d)
	if err != nil || report.OK() || r.there(t, d) {
		t.Errorf("a damaged copy was taken: %+v %v", report, err)
	}
}

// TestAnnotate: the view of a row of the log says where a content is; the stored text stays as it is.
func TestAnnotate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pack(t, "p", "content")
	id, _ := r.exchange(t, "p", "content")
	h, _ := r.export(t)
	_, err := r.store.AcknowledgeHandover(t.Context(), h.ID, `АКТ <7> & "8"`, edo.Digest{}, "a", r.now)
	must(t, err)
	row, err := r.store.Exchange(t.Context(), id)
	must(t, err)
	text := func(say func(edo.Deletion) string) string {
		got, err := directory.Annotate(t.Context(), r.store, row.Request, say)
		must(t, err)
		return string(got)
	}
	if got := text(directory.DepartedEN); got != string(row.Request.Text) {
		t.Errorf("before the deletion: %s", got)
	}
	r.now = lapsed
	r.run(t)
	after, err := r.store.Exchange(t.Context(), id)
	must(t, err)
	same(t, "the stored row", row, after)
	want := `<send><password>[secret]</password><body>[content] [content handed over to the external archive as АКТ &lt;7&gt; &amp; &#34;8&#34;, batch batch-1, and deleted here on 2032-01-01]</body></send>`
	if got := text(directory.DepartedEN); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := text(directory.DepartedRU); !strings.Contains(got, "[content] [содержимое передано во внешний архив под номером АКТ") {
		t.Error(got)
	}
}

func FuzzCopy(f *testing.F) {
	f.Add([]byte(`{"Format":"edokit-handover-1","Files":[]}`), []byte(`{"Seq":1}`), []byte(hex.EncodeToString(make([]byte, 32))+"  content/00/"))
	f.Fuzz(func(t *testing.T, manifest, lines, sums []byte) {
		dir := t.TempDir()
		for name, raw := range map[string][]byte{handover.ManifestFile: manifest, handover.DocumentsFile: lines, handover.LogFile: lines, handover.SumsFile: sums} {
			must(t, os.WriteFile(filepath.Join(dir, name), raw, 0o600))
		}
		c, err := handover.OpenCopy(dir)
		if err != nil {
			return
		}
		defer func() { _ = c.Close() }()
		_ = c.Documents(func(handover.Line) error { return nil })
		_ = c.Log(func(directory.Exchange) error { return nil })
		if r, err := c.Verify(t.Context(), quiet); err == nil && r.OK() && r.Contents != c.Manifest.Contents {
			t.Errorf("%+v", r)
		}
	})
}

var _ edo.Depot = (*archive.Archive)(nil)
