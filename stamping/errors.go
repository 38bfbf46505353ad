package stamping

import "fmt"

// Kind says what a caller can do about a failure. A Kind is itself a target for errors.Is.
type Kind string

// The kinds of failure. Each means that the caller has no copy.
const (
	Invalid        Kind = "invalid"         // the call is wrong: a page that is not there, a mark without size
	Unreadable     Kind = "unreadable"      // not a PDF, or damaged beyond what a reader repairs
	Encrypted      Kind = "encrypted"       // protected by a password or by rights; ask for an open copy
	TooLarge       Kind = "too large"       // above a limit of Options, in bytes or after decoding
	TooManyPages   Kind = "too many pages"  // above Options.MaxPages
	NotVerified    Kind = "not verified"    // the copy was made, but the mark was not found on each page
	NoRoom         Kind = "no room"         // a page has no free space for the mark, and Options.Room refuses the other ways
	Undecided      Kind = "undecided"       // it could not be read here; other readers may
	Crashed        Kind = "crashed"         // the PDF library gave up on it, or ended the worker
	TooSlow        Kind = "too slow"        // a worker was not ready with it in time
	TooHeavy       Kind = "too heavy"       // it needs more memory than a worker has
	NeedsConverter Kind = "needs converter" // a file of an office program: no PDF is made of it here
	NotPrintable   Kind = "not printable"   // neither a PDF nor a kind of file of which one can be made
	NoWorker       Kind = "no worker"       // a worker could not be started: nothing is said about the document
)

func (k Kind) Error() string { return string(k) }

// Error is the only error type of this package, except for a context that ended, which is returned as it is.
type Error struct {
	Kind Kind
	Page int    // 1-based; 0 if the whole file is meant
	Msg  string // what was found and what to do; holds no content of the document
	Err  error  // what the PDF library said; may be nil
}

func (e *Error) Error() string {
	s := "stamping: " + string(e.Kind)
	if e.Page > 0 {
		s += fmt.Sprintf(": page %d", e.Page)
	}
	if e.Msg != "" {
		s += ": " + e.Msg
	}
	if e.Err != nil {
		s += ": " + clip(e.Err.Error(), 200)
	}
	return s
}

// Is makes errors.Is(err, stamping.Encrypted) work.
func (e *Error) Is(target error) bool { return target == e.Kind }

func (e *Error) Unwrap() error { return e.Err }

func fail(k Kind, page int, err error, format string, args ...any) *Error {
	return &Error{Kind: k, Page: page, Msg: fmt.Sprintf(format, args...), Err: err}
}

// clip keeps foreign text in errors short: a hostile file chooses what pdfcpu quotes.
func clip(s string, n int) string {
	r := []rune(s)
	for i, c := range r {
		if c < ' ' || c == 0x7f {
			r[i] = ' '
		}
	}
	if len(r) > n {
		return string(r[:n]) + "..."
	}
	return string(r)
}
