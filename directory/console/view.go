package console

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// Now is when the page was made.
func (f *frame) Now() time.Time { return f.now }

// Over reports whether a certificate is not valid at the moment of the page.
func (f *frame) Over(s edo.SignerInfo) bool {
	return !s.NotAfter.IsZero() && (f.now.After(s.NotAfter) || f.now.Before(s.NotBefore))
}

// pressing is what the template of the buttons needs.
type pressing struct {
	L    *frame
	Acts acts
	Key  edo.Key
}

// Pressing hands a template its buttons.
func (f *frame) Pressing(a acts, k edo.Key) pressing { return pressing{f, a, k} }

// lined is what the template of a row of the queue needs.
type lined struct {
	L   *frame
	Row queueRow
}

// Lined hands a template its row.
func (f *frame) Lined(row queueRow) lined { return lined{f, row} }
