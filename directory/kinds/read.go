package kinds

import (
	"bytes"
	_ "embed" // default.yaml
	"errors"
	"fmt"
	"io"
	"os"

	"gopkg.in/yaml.v3"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Limits of a file.
const (
	MaxSize  = 1 << 20 // bytes
	MaxKinds = 500
)

// Malformed is the reason of every fault of a file.
const Malformed edo.Reason = "kinds-malformed"

//go:embed default.yaml
var defaults []byte

// Default gives the kinds of a utility and its clients: five that come in and four that go out.
func Default() ([]edo.DocumentKind, error) { return Read(bytes.NewReader(defaults)) }

// Open reads the file at path, see [Read].
func Open(path string) ([]edo.DocumentKind, error) {
	f, err := openFile(path)
	return f.kinds, err
}

// DefaultRetention gives how long contents are kept where no file says otherwise.
func DefaultRetention() (directory.Retention, error) {
	f, err := read(bytes.NewReader(defaults))
	return f.retention, err
}

// OpenRetention reads the part retention of the file at path; where it is missing, [directory.DefaultRetention] holds.
func OpenRetention(path string) (directory.Retention, error) {
	f, err := openFile(path)
	return f.retention, err
}

// file is all that one file says.
type file struct {
	kinds     []edo.DocumentKind
	retention directory.Retention
}

func openFile(path string) (file, error) {
	f, err := os.Open(path)
	if err != nil {
		return file{}, &edo.Error{Kind: edo.Invalid, Reason: Malformed, Op: "kinds.Open", Field: "kinds_file", Message: "cannot be read", Remedy: "name a YAML file of kinds", Err: err}
	}
	defer func() { _ = f.Close() }()
	return read(f)
}

// Read reads one YAML document of at most [MaxSize] bytes and [MaxKinds] kinds, in its order. Every fault is an
// [edo.Error] of kind [edo.Invalid] with reason [Malformed], the path of the field and, in its message, the line.
func Read(r io.Reader) ([]edo.DocumentKind, error) {
	f, err := read(r)
	return f.kinds, err
}

func read(r io.Reader) (file, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	switch {
	case err != nil:
		return file{}, malformed("kinds", "cannot be read", "", err)
	case len(text) > MaxSize:
		return file{}, malformed("kinds", fmt.Sprintf("are more than %d bytes", MaxSize), "use a smaller file", nil)
	}
	root, err := parse(text)
	if err != nil {
		return file{}, err
	}
	var d decoder
	f := file{retention: directory.DefaultRetention()}
	d.fields(root, "", table{
		"kinds":     func(n *yaml.Node, field string) { f.kinds = d.kinds(n, field) },
		"retention": func(n *yaml.Node, field string) { f.retention = d.retention(n, field) },
	}, "kinds")
	d.named(root, f)
	if err := edo.Faults(d.faults).Err(); err != nil {
		return file{}, err
	}
	return f, nil
}

// parse gives the root of the one document of the text.
func parse(text []byte) (*yaml.Node, error) {
	var file, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	switch err := dec.Decode(&file); {
	case errors.Is(err, io.EOF):
		return nil, malformed("kinds", "are missing: the file is empty", "list at least one kind", nil)
	case err != nil:
		return nil, malformed("kinds", "are not YAML", "mend the line that the cause names", err)
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, malformed("kinds", "are followed by a second document", "keep one document in the file", nil)
	}
	return file.Content[0], nil
}

func malformed(field, message, remedy string, cause error) error {
	return &edo.Error{Kind: edo.Invalid, Reason: Malformed, Op: "kinds.Read", Field: field, Message: message, Remedy: remedy, Err: cause}
}
