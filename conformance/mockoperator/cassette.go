package mockoperator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Cassette is what crossed the wire for one package, as `edo-dms log cassette` writes it; the format is described in package
// directory/cassette. Get it from [ParseCassette].
type Cassette struct {
	Format       string            `json:"format"`
	Version      int               `json:"version"`
	Recorded     time.Time         `json:"recorded"`
	Subscriber   CassetteParty     `json:"subscriber"`
	Counterparty CassetteParty     `json:"counterparty"`
	Package      CassettePackage   `json:"package"`
	Exchanges    []CassetteRequest `json:"exchanges"`
}

// CassetteParty is one side.
type CassetteParty struct {
	ID    string   `json:"id"` // of the subscriber
	INN   string   `json:"inn"`
	KPP   string   `json:"kpp"`
	Box   string   `json:"box"`
	Name  string   `json:"name"`
	Forms []string `json:"forms"` // of the subscriber: the calls that it asks for printed forms
}

// CassettePackage is what was sent, and where it stood when it was recorded.
type CassettePackage struct {
	ID        string             `json:"id"`
	ToBox     string             `json:"to_box"`
	Flow      string             `json:"flow"`
	Answer    string             `json:"answer"`
	Channel   string             `json:"channel"`
	State     string             `json:"state"`
	Reason    string             `json:"reason"`
	Documents []CassetteDocument `json:"documents"`
}

// CassetteDocument is one document; its bytes are those of [Filling.Bytes].
type CassetteDocument struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Type        string `json:"type"`
	Kind        string `json:"kind"`
	Number      string `json:"number"`
	NeedSign    bool   `json:"need_sign"`
	NeedReceipt bool   `json:"need_receipt"`
	State       string `json:"state"`
	Stamp       string `json:"stamp"`
	StampReason string `json:"stamp_reason"`
	Filling
}

// CassetteRequest is one request and what came of it.
type CassetteRequest struct {
	Operation string          `json:"operation"`
	At        int64           `json:"at_ms"`
	Took      int64           `json:"took_ms"`
	Outcome   string          `json:"outcome"`
	Code      string          `json:"code"`
	Request   cassetteText    `json:"request"`
	Answer    *cassetteAnswer `json:"answer"`
}

// cassetteText is a masked body.
type cassetteText struct {
	Size   int64          `json:"size"`
	Sent   int64          `json:"sent"`
	Text   string         `json:"text"`
	Base64 []byte         `json:"base64"`
	Masks  []cassetteMask `json:"masks"`
}

// cassetteAnswer is what came back.
type cassetteAnswer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	cassetteText
}

// cassetteMask is a place held free.
type cassetteMask struct {
	Mark string `json:"mark"`
	Skip int    `json:"skip"`
	Kind string `json:"kind"`
	Name string `json:"name"`
	Filling
}

// Limits of a cassette that is read.
const (
	maxCassette  = 64 << 20 // bytes of the file
	maxExchanges = 1000
	maxDocuments = 1000
	maxMasks     = 10_000    // of one text
	maxSkip      = 1000      // marks in a text that are none
	maxFilling   = 256 << 20 // bytes of the places of one text together
	maxLength    = 10 * 366 * 24 * time.Hour
)

// CassetteError says what is wrong with a cassette, at which member, and what to do.
type CassetteError struct {
	Field, Message, Remedy string
	Err                    error // the cause, if there is one
}

// Error is one line.
func (e *CassetteError) Error() string {
	text := "mockoperator: cassette: " + e.Message
	if e.Field != "" {
		text = "mockoperator: cassette: " + e.Field + ": " + e.Message
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text + "; " + e.Remedy
}

// Unwrap gives the cause.
func (e *CassetteError) Unwrap() error { return e.Err }

const exportAgain = "export it again with edo-dms log cassette"

func badCassette(field, format string, args ...any) error {
	return &CassetteError{Field: field, Message: fmt.Sprintf(format, args...), Remedy: exportAgain}
}

// ParseCassette reads a cassette strictly. Every error but those of r is a [*CassetteError].
func ParseCassette(r io.Reader) (Cassette, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxCassette+1))
	if err != nil {
		return Cassette{}, err
	}
	if len(text) > maxCassette {
		return Cassette{}, badCassette("", "is larger than %d bytes", maxCassette)
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	switch err := json.Unmarshal(text, &head); {
	case err != nil:
		return Cassette{}, &CassetteError{Message: "is no JSON object of this kind", Remedy: exportAgain, Err: err}
	case head.Format != "edokit-cassette":
		return Cassette{}, badCassette("format", "is %q, not edokit-cassette", head.Format)
	case head.Version != 1:
		return Cassette{}, &CassetteError{Field: "version", Message: fmt.Sprintf("is %d, known is 1", head.Version), Remedy: "take the program that wrote it, or a newer one"}
	}
	var c Cassette
	if err := decodeStrictly(text, &c); err != nil {
		return Cassette{}, &CassetteError{Message: "is not of the format", Remedy: exportAgain, Err: err}
	}
	return c, c.check()
}

func (c Cassette) check() error {
	switch {
	case c.Recorded.IsZero():
		return badCassette("recorded", "is missing")
	case c.Subscriber.ID == "" || c.Subscriber.INN == "" || c.Subscriber.Box == "":
		return badCassette("subscriber", "has no id, no inn or no box")
	case c.Package.ID == "" || len(c.Package.Documents) == 0 || len(c.Package.Documents) > maxDocuments:
		return badCassette("package", "has no id, or %d documents: 1 to %d are possible", len(c.Package.Documents), maxDocuments)
	case len(c.Exchanges) > maxExchanges:
		return badCassette("exchanges", "are %d, at most %d are played", len(c.Exchanges), maxExchanges)
	}
	for i, d := range c.Package.Documents {
		if err := d.Filling.check(fmt.Sprintf("package.documents[%d]", i)); err != nil {
			return err
		}
	}
	before := int64(0)
	for i, e := range c.Exchanges {
		if e.At < before || e.At > maxLength.Milliseconds() {
			return badCassette(fmt.Sprintf("exchanges[%d].at_ms", i), "is %d, after %d; the order is that of time, within %v", e.At, before, maxLength)
		}
		before = e.At
		if err := e.check(fmt.Sprintf("exchanges[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func (e CassetteRequest) check(at string) error {
	if e.Operation == "" {
		return badCassette(at+".operation", "is missing")
	}
	if _, err := e.Request.pieces(at + ".request"); err != nil {
		return err
	}
	a := e.Answer
	if a == nil {
		return nil
	}
	if a.Status < 200 || a.Status > 999 {
		return badCassette(at+".answer.status", "is %d, 200 to 999 are possible", a.Status)
	}
	for name := range a.Headers {
		if !keptHeader(name) {
			return badCassette(at+".answer.headers", "holds %q, which no cassette does", name)
		}
	}
	if a.Size < 0 || a.Size > 2*maxFilling {
		return badCassette(at+".answer.size", "is %d", a.Size)
	}
	_, err := a.pieces(at + ".answer")
	return err
}

func keptHeader(name string) bool {
	switch name {
	case "Content-Type", "Content-Length", "Content-Encoding", "Date", "Retry-After":
		return true
	}
	return false
}

// errMore is what stands behind the object.
var errMore = errors.New("there is something behind the object")
