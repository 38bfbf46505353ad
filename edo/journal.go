package edo

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"time"
)

// Journal is the message log as a driver sees it. The order of calls is the promise: Begin commits the masked request
// before its first byte leaves, Finish commits the masked answer before anything decoded from it is believed.
type Journal interface {
	// Begin returns after the row is on stable storage. An error means that nothing may be sent.
	Begin(ctx context.Context, r ExchangeRequest) (Exchange, error)
}

// Exchange is one row of the log, open until Finish.
type Exchange interface {
	ID() ExchangeID
	// Blob keeps content of an answer beside the log, so that the exact answer can be rebuilt.
	Blob(ctx context.Context) (Blob, error)
	// Finish returns after the row is on stable storage.
	Finish(ctx context.Context, a ExchangeAnswer) error
}

// ExchangeRequest is what is known before the first byte leaves.
type ExchangeRequest struct {
	Subscriber SubscriberID
	Package    PackageID // empty for calls that belong to no package
	Document   DocumentID
	Operation  string // the operator's own name of the call
	Endpoint   string // scheme, host and path, never a query
	At         time.Time
	Head       string // request line and headers as sent, one per line, without secrets
	Body       Masked
	Size       int64 // of the exact body in bytes
}

// Outcome is what one exchange ended with.
type Outcome string

// Outcomes of an exchange. A row without outcome was interrupted: its process died in between.
const (
	OutcomeOK          Outcome = "ok"          // well-formed answer
	OutcomeFault       Outcome = "fault"       // well-formed fault of the operator
	OutcomeUnavailable Outcome = "unavailable" // the operator cannot have had the whole request
	OutcomeUnreadable  Outcome = "unreadable"  // something came back that is neither a believable answer nor a fault
	OutcomeSilent      Outcome = "silent"      // nothing came back after the last byte
)

// ExchangeAnswer is what came back, or that nothing came.
type ExchangeAnswer struct {
	At            time.Time
	Outcome       Outcome
	Code          string // the operator's code of a fault
	HTTPStatus    int
	Head          string // status line and headers as received
	Body          Masked
	Size          int64  // of the exact body as received
	Digest        Digest // of the exact body as received
	RequestDigest Digest // of the exact body as sent; zero if it was not sent whole
	RequestSent   int64  // bytes of the request body that were handed to the connection
	Note          string // for people: what was wrong, without secrets
}

// Masked is XML as it may be kept: exact bytes, except that secrets and document content are replaced by readable
// placeholders whose places are known. Rebuild gives the exact bytes back.
type Masked struct {
	Text  []byte
	Holes []Hole // in order of Start, not overlapping
}

// Hole is one replaced place.
type Hole struct {
	Start, End int      // of the placeholder in Text, in bytes
	Kind       HoleKind // what stood there
	Name       string   // local name of the element, or of the secret
	Digest     Digest   // of the bytes, for HoleBase64 and HoleRaw
	Size       int64    // of these bytes
}

// HoleKind says how the exact bytes are made again.
type HoleKind string

// Kinds of holes.
const (
	HoleSecret HoleKind = "secret" // a password or token: known to the caller only
	HoleBase64 HoleKind = "base64" // padded standard base64 without line breaks of the archived bytes
	HoleRaw    HoleKind = "raw"    // the archived bytes themselves: base64 that re-encoding would not reproduce
)

// Rebuild writes the exact bytes. secret gives the bytes as they stood in the XML for the n-th secret hole of that
// name; open gives archived bytes.
func (m Masked) Rebuild(w io.Writer, secret func(name string, n int) (string, error), open func(Digest) (io.ReadCloser, error)) error {
	at, seen := 0, map[string]int{}
	for _, h := range m.Holes {
		if h.Start < at || h.End < h.Start || h.End > len(m.Text) {
			return &Error{Kind: Internal, Op: "edo.Rebuild", Message: fmt.Sprintf("hole %d..%d does not fit", h.Start, h.End)}
		}
		if _, err := w.Write(m.Text[at:h.Start]); err != nil {
			return err
		}
		at = h.End
		if h.Kind == HoleSecret {
			v, err := secret(h.Name, seen[h.Name])
			if err != nil {
				return err
			}
			seen[h.Name]++
			if _, err := io.WriteString(w, v); err != nil {
				return err
			}
			continue
		}
		if err := h.refill(w, open); err != nil {
			return err
		}
	}
	_, err := w.Write(m.Text[at:])
	return err
}

func (h Hole) refill(w io.Writer, open func(Digest) (io.ReadCloser, error)) error {
	r, err := open(h.Digest)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	if h.Kind == HoleRaw {
		_, err = io.Copy(w, r)
		return err
	}
	enc := base64.NewEncoder(base64.StdEncoding, w)
	if _, err = io.Copy(enc, r); err != nil {
		return err
	}
	return enc.Close()
}
