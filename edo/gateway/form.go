package gateway

import (
	"bytes"
	"fmt"
	"io"

	"github.com/edokit/edokit/edo"
)

// pdfShape watches bytes go by and can tell whether they were a whole PDF: its header within the first kilobyte and
// its end mark within the last, as readers expect (ISO 32000-1, annex H.3, notes 13 and 18).
type pdfShape struct {
	limit int64
	w     io.Writer
	n     int64
	head  []byte
	tail  []byte
	over  bool
}

const window = 1024

func (s *pdfShape) Write(p []byte) (int, error) {
	if s.n+int64(len(p)) > s.limit {
		s.over = true
		return 0, s.fault()
	}
	if room := window - len(s.head); room > 0 {
		s.head = append(s.head, p[:min(room, len(p))]...)
	}
	s.tail = append(s.tail, p[max(len(p)-window, 0):]...)
	s.tail = append(s.tail[:0], s.tail[max(len(s.tail)-window, 0):]...)
	n, err := s.w.Write(p)
	s.n += int64(n)
	return n, err
}

func (s *pdfShape) fault() error {
	bad := func(r edo.Reason, what string) error {
		return &edo.Error{Kind: edo.Refused, Reason: r, Op: "gateway.stamp", Message: what}
	}
	switch {
	case s.over:
		return bad(edo.FormTooLarge, fmt.Sprintf("the printed form is larger than %d bytes", s.limit))
	case !bytes.Contains(s.head, []byte("%PDF-")):
		return bad(edo.FormNotPDF, fmt.Sprintf("the operator's answer of %d bytes is no PDF", s.n))
	case !bytes.Contains(s.tail, []byte("%%EOF")):
		return bad(edo.FormTruncated, fmt.Sprintf("the printed form breaks off after %d bytes", s.n))
	}
	return nil
}
