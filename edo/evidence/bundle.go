package evidence

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/text/cases"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// Limits of one archive. Zero fields take the default.
type Limits struct {
	Entries int   // folders included; 0: 10,000
	Entry   int64 // bytes of one unpacked entry; 0: 1 GiB
	Total   int64 // bytes of all unpacked entries; 0: 4 GiB
	Ratio   int   // unpacked to packed size of entries above 1 MiB; 0: 200
}

func (l Limits) orDefaults() (Limits, error) {
	l.Entries, l.Entry = cmp.Or(l.Entries, 10_000), cmp.Or(l.Entry, 1<<30)
	l.Total, l.Ratio = cmp.Or(l.Total, 4<<30), cmp.Or(l.Ratio, 200)
	if min(int64(l.Entries), l.Entry, l.Total, int64(l.Ratio)) < 0 {
		return l, &edo.Error{Kind: edo.Invalid, Op: "evidence.Read", Field: "limits", Message: "are negative", Remedy: "use 0 for the defaults"}
	}
	return l, nil
}

// Entry is one file of the archive.
type Entry struct {
	Name      string // decoded, with its folders; for people only
	Size      int64
	Digest    edo.Digest
	Signature bool           // it is a detached CMS SignedData
	Signer    edo.SignerInfo // of the first signer, zero if his certificate is not inside; not verified
}

// Bundle is an archive that has been read and found safe. It reads from the same io.ReaderAt as long as it is used and
// may be used by several goroutines if that may.
type Bundle struct {
	entries []Entry
	files   []*zip.File // beside entries
	claims  []claim     // beside entries
	total   int64
}

// claim is what a signature says of its own time.
type claim struct {
	signed    time.Time // the latest signer's; zero: none states one
	notBefore time.Time // of the first signer's certificate
}

// Read reads the ZIP of size bytes behind r, every entry once to its end. Errors are [edo.Invalid] with a reason of this
// package and name the entry; a failure of r keeps its kind. Then no part of the archive may be used.
func Read(ctx context.Context, r io.ReaderAt, size int64, l Limits) (*Bundle, error) {
	l, err := l.orDefaults()
	if err != nil {
		return nil, err
	}
	files, err := list(r, size, l)
	if err != nil {
		return nil, err
	}
	b := &Bundle{}
	seen := names{fold: cases.Fold(), seen: make(map[string]bool, len(files))}
	var total uint64
	for i, f := range files {
		name, err := checkHeader(i, f, l)
		if err != nil {
			return nil, err
		}
		if seen.repeated(name) {
			return nil, refuse(NameRepeated, i, name, "is there twice", askAgain)
		}
		// No overflow: each is at most l.Entry, and the sum is looked at every time.
		if total += f.UncompressedSize64; total > uint64(l.Total) {
			return nil, tooLarge(i, name, fmt.Sprintf("makes the archive larger than %d bytes", l.Total))
		}
		if name[len(name)-1] != '/' {
			b.entries = append(b.entries, Entry{Name: name, Size: int64(f.UncompressedSize64)})
			b.files = append(b.files, f)
		}
	}
	if err := checkRegions(files, size); err != nil {
		return nil, err
	}
	b.total = int64(total)
	if err := b.digestAll(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// list reads the table of contents.
func list(r io.ReaderAt, size int64, l Limits) ([]*zip.File, error) {
	src := &source{r: r}
	src.ration.Store(256<<10 + 1024*int64(l.Entries)) // the search for its place, and 1 KiB of header on average
	zr, err := zip.NewReader(src, size)
	src.listed.Store(true)
	switch failed := (*sourceError)(nil); {
	case errors.As(err, &failed):
		return nil, &edo.Error{Kind: edo.KindOf(err), Reason: edo.ReasonOf(err), Op: "evidence.Read", Message: "the archive cannot be read", Err: failed.err}
	case errors.Is(err, errRation) || err == nil && len(zr.File) > l.Entries:
		return nil, &edo.Error{
			Kind: edo.Invalid, Reason: TooLarge, Op: "evidence.Read", Field: "entries",
			Message: fmt.Sprintf("are more than %d", l.Entries), Remedy: "raise the limits if the archive is to be trusted",
		}
	case err != nil:
		return nil, &edo.Error{Kind: edo.Invalid, Reason: Malformed, Op: "evidence.Read", Field: "archive", Message: "is no ZIP", Remedy: askAgain, Err: err}
	}
	return zr.File, nil
}

// digestAll reads every entry once: digest, real size, and whether it is a signature.
func (b *Bundle) digestAll(ctx context.Context) error {
	b.claims = make([]claim, len(b.entries))
	buf := make([]byte, 128<<10)
	for i := range b.entries {
		e := &b.entries[i]
		r, err := b.open("evidence.Read", i)
		if err != nil {
			return err
		}
		var small bytes.Buffer
		for err == nil && ctx.Err() == nil {
			var n int
			n, err = r.Read(buf)
			if e.Size <= edo.MaxSignatureSize {
				_, _ = small.Write(buf[:n]) // a buffer takes everything
			}
		}
		if err = cmp.Or(ctx.Err(), noEOF(err), r.Close()); err != nil {
			return wrap("evidence.Read", err)
		}
		e.Digest = r.digest()
		if err := b.recognise(ctx, i, small.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// recognise asks a signature about its signers; over nothing, since only their statements are wanted.
func (b *Bundle) recognise(ctx context.Context, i int, der []byte) error {
	s, err := cms.Parse(der)
	if err != nil {
		return nil // a document
	}
	report, err := s.Verify(ctx, bytes.NewReader(nil), time.Time{})
	if err != nil {
		return err
	}
	b.entries[i].Signature = true
	for n, one := range report.Signers {
		if one.Certificate != nil && n == 0 {
			b.entries[i].Signer, b.claims[i].notBefore = one.Certificate.Info(""), one.Certificate.NotBefore
		}
		if one.SigningTime.After(b.claims[i].signed) {
			b.claims[i].signed = one.SigningTime
		}
	}
	return nil
}

// Entries lists the files of the archive in its order, folders left out.
func (b *Bundle) Entries() []Entry { return append([]Entry(nil), b.entries...) }
