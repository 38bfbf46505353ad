package soap

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/edokit/edokit/edo"
)

// maxSecret is the longest secret of an answer that is remembered, so that it is found elsewhere too.
const maxSecret = 64 << 10

// tap collects an answer as it may be kept: text, holes for secrets by their place, holes for content.
type tap struct {
	masked  edo.Masked
	secrets []string                                        // local names, of whatever namespace: masking too much is safe
	words   []string                                        // lower case: a local name that holds one is of a secret
	create  func() (edo.Blob, error)                        // of the exchange
	commit  func(edo.Blob) (d edo.Digest, n int64, e error) // the same
	inside  int                                             // depth of the secret element being read, 0: none
	name    string
	value   []byte
	tooLong bool   // a secret was longer than can be remembered
	found   []live // secrets that came with this answer
}

func (t *tap) write(p []byte) {
	switch {
	case t.inside == 0:
		t.masked.Text = append(t.masked.Text, p...)
	case len(t.value)+len(p) > maxSecret:
		t.tooLong = true
	default:
		t.value = append(t.value, p...)
	}
}

// enter and leave follow the elements; what stands between the tags of a secret one never reaches the text.
func (t *tap) enter(local string, depth int) {
	if t.inside == 0 && (slices.Contains(t.secrets, local) || t.speaksOf([]byte(local))) {
		t.inside, t.name, t.value = depth, local, nil
	}
}

// speaksOf finds a word of secrets: in a name, or in an answer that is broken, where names cannot be told from values.
func (t *tap) speaksOf(text []byte) bool {
	text = bytes.ToLower(text)
	return slices.ContainsFunc(t.words, func(w string) bool { return bytes.Contains(text, []byte(w)) })
}

func (t *tap) leave(depth int) {
	if t.inside != depth || depth == 0 {
		return
	}
	t.endSecret()
}

func (t *tap) endSecret() {
	if t.inside == 0 {
		return
	}
	t.inside = 0
	if len(t.value) > 0 {
		t.found = append(t.found, live{t.name, string(t.value)})
		t.masked = withHole(t.masked, secretMark, edo.Hole{Kind: edo.HoleSecret, Name: t.name})
	}
}

// region keeps content outside of the text.
type region struct {
	t    *tap
	kind edo.HoleKind
	name string
	blob edo.Blob
}

func (t *tap) region(kind edo.HoleKind, name string) (*region, error) {
	blob, err := t.create()
	if err != nil {
		return nil, err
	}
	return &region{t, kind, name, blob}, nil
}

func (r *region) write(p []byte) error {
	_, err := r.blob.Write(p)
	return err
}

// close makes the bytes durable and leaves a hole, also after a fault of the answer: what came is evidence.
func (r *region) close() error {
	d, n, err := r.t.commit(r.blob)
	if err != nil {
		r.blob.Abort()
		return err
	}
	mark := contentMark(d, n)
	if r.kind == edo.HoleRaw {
		mark = fmt.Sprintf("[base64 as it came, %d bytes sha256 %s]", n, d)
	}
	r.t.masked = withHole(r.t.masked, mark, edo.Hole{Kind: r.kind, Name: r.name, Digest: d, Size: n})
	return nil
}
