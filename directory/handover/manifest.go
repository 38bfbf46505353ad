package handover

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Names in the folder of an export.
const (
	ManifestFile  = "manifest.json"
	DocumentsFile = "documents.jsonl"
	LogFile       = "log.jsonl"
	SumsFile      = "SHA256SUMS"
	ContentDir    = "content"
)

// format is the first thing in a manifest: readers refuse what they do not know.
const format = "edokit-handover-1"

// Manifest is manifest.json.
type Manifest struct {
	Format     string
	Batch      edo.BatchID
	Subscriber edo.SubscriberID `json:",omitempty"` // empty: of all
	Until      time.Time
	Created    time.Time
	Actor      edo.ActorID
	Items      int // lines of documents.jsonl
	Exchanges  int // lines of log.jsonl
	Contents   int // lines of SHA256SUMS
	Bytes      int64
	Files      []File // documents.jsonl, log.jsonl, SHA256SUMS
}

// File is one file that the manifest names.
type File struct {
	Name   string
	Digest edo.Digest
	Size   int64
}

// Line is one line of documents.jsonl.
type Line struct {
	Seq       int64
	Item      directory.Item
	Package   *edo.Operation       `json:",omitempty"`
	Inbound   *edo.InboundDocument `json:",omitempty"`
	Contents  []ContentLine
	Departed  []edo.Deletion   `json:",omitempty"` // contents of an earlier batch that are not here any more
	Exchanges []edo.ExchangeID `json:",omitempty"` // rows of log.jsonl
}

// ContentLine is one content of an item.
type ContentLine struct {
	Digest edo.Digest
	Size   int64
	What   string // original, signature, an [edo.Role], inbound, inbound-signature, log
	Name   string `json:",omitempty"` // file name for people
}

// maxLine bounds a line of a foreign export, in bytes: rows of the log hold whole envelopes.
const maxLine = 64 << 20

// jsonLines is a file of lines that is written from its beginning, and its digest.
type jsonLines struct {
	file  *os.File
	out   *bufio.Writer
	lines int
}

func newLines(root *os.Root, name string) (*jsonLines, error) {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &jsonLines{file: f, out: bufio.NewWriterSize(f, 64<<10)}, nil
}

func (l *jsonLines) json(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return l.text(string(raw))
}

func (l *jsonLines) text(line string) error {
	l.lines++
	_, err := l.out.WriteString(line + "\n")
	return err
}

// end makes the file durable and gives its digest.
func (l *jsonLines) end(name string) (File, error) {
	if err := errors.Join(l.out.Flush(), l.file.Sync()); err != nil {
		return File{}, err
	}
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return File{}, err
	}
	d, n, err := edo.DigestOf(l.file)
	return File{Name: name, Digest: d, Size: n}, err
}

// writeManifest puts the manifest in its place when everything that it names is durable.
func writeManifest(root *os.Root, m Manifest) (edo.Digest, error) {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return edo.Digest{}, err
	}
	raw = append(raw, '\n')
	const unfinished = ManifestFile + ".tmp"
	f, err := root.OpenFile(unfinished, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return edo.Digest{}, err
	}
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return edo.Digest{}, err
	}
	if err := root.Rename(unfinished, ManifestFile); err != nil {
		return edo.Digest{}, err
	}
	if err := syncRoot(root); err != nil {
		return edo.Digest{}, err
	}
	d, _, err := edo.DigestOf(strings.NewReader(string(raw)))
	return d, err
}

// readManifest reads and checks a manifest, and gives its digest.
func readManifest(root *os.Root) (m Manifest, d edo.Digest, err error) {
	f, err := root.Open(ManifestFile)
	if err != nil {
		return m, d, broken("is no finished export: it has no "+ManifestFile, err)
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return m, d, err
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, d, broken("has a manifest that cannot be read", err)
	}
	if m.Format != format {
		return m, d, broken(fmt.Sprintf("has the format %q, known is %q", m.Format, format), nil)
	}
	d, _, err = edo.DigestOf(strings.NewReader(string(raw)))
	return m, d, err
}

// CopyBroken is the reason of an external copy that is not what its manifest says.
const CopyBroken edo.Reason = "copy-broken"

func broken(what string, cause error) error {
	return &edo.Error{
		Kind: edo.Invalid, Reason: CopyBroken, Op: "handover.Copy", Field: "folder", Message: what,
		Remedy: "take the folder from the external archive again", Err: cause,
	}
}

func syncRoot(root *os.Root) error {
	f, err := root.Open(".")
	if err != nil {
		return err
	}
	// Where folders cannot be flushed the system keeps their order itself.
	if err := f.Sync(); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, errors.ErrUnsupported) {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}
