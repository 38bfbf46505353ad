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

// rows is what a template of a part of a page needs: the page's language, and its rows.
type rows[T any] struct {
	L    *frame
	Rows []T
}

// Found hands a template its findings.
func (f *frame) Found(all []findingRow) rows[findingRow] { return rows[findingRow]{f, all} }

// Tasked hands a template its tasks.
func (f *frame) Tasked(all []taskRow) rows[taskRow] { return rows[taskRow]{f, all} }

// noted is what the template of a refusal or reading needs.
type noted struct {
	L   *frame
	Row noteRow
}

// Noted hands a template its row.
func (f *frame) Noted(row noteRow) noted { return noted{f, row} }
