package worker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/printable"
)

// The frames between a pool and its worker: a kind, four bytes of length, that many bytes. Behind a request the document
// follows as it is.
const (
	frameRequest = 'Q'
	frameData    = 'D'
	frameReport  = 'R'
	maxFrame     = 1 << 20
)

// request asks for a copy with a mark, or, without one, for an examination. With facts the document may be any file.
type request struct {
	Size    int64
	Mark    *stamping.Mark   `json:",omitempty"`
	File    *printable.Facts `json:",omitempty"`
	Pixels  int64            `json:",omitempty"` // limit of a picture
	Words   []string         `json:",omitempty"`
	Options stamping.Options
}

type report struct {
	Findings *stamping.Findings `json:",omitempty"`
	Result   *stamping.Result   `json:",omitempty"`
	Printed  bool               `json:",omitempty"` // the copy is that of a view of the file, which is no PDF
	Size     int64              `json:",omitempty"` // of the copy
	Digest   []byte             `json:",omitempty"` // SHA-256 of the copy
	Error    *failure           `json:",omitempty"`
	Used     uint64             // bytes of memory that the worker has taken from the system
}

// failure is a [stamping.Error] without what the PDF library said, which may quote the document.
type failure struct {
	Kind    stamping.Kind
	Page    int
	Message string
}

var errFrame = errors.New("worker: an unexpected frame")

func writeFrame(w io.Writer, kind byte, p []byte) error {
	head := [5]byte{kind}
	binary.BigEndian.PutUint32(head[1:], uint32(len(p)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(p)
	return err
}

func writeJSON(w io.Writer, kind byte, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(text) > maxFrame {
		return errFrame
	}
	return writeFrame(w, kind, text)
}

// readFrame reads the next frame into buf, which grows to the size of a frame at most.
func readFrame(r io.Reader, buf []byte) (kind byte, p []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, buf, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, buf, errFrame
	}
	if int(n) > cap(buf) {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	_, err = io.ReadFull(r, buf)
	return head[0], buf, err
}

func readJSON(r io.Reader, want byte, v any) error {
	kind, text, err := readFrame(r, nil)
	if err != nil {
		return err
	}
	if kind != want {
		return errFrame
	}
	return json.Unmarshal(text, v)
}
