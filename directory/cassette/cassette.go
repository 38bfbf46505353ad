package cassette

import (
	"encoding/json"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

// Format and Version are what every cassette begins with.
const (
	Format  = "edokit-cassette"
	Version = 1
)

// Limits of a cassette; what is beyond them is not written.
const (
	MaxExchanges = 1000
	MaxText      = 16 << 20  // bytes of all texts together
	MaxMasks     = 10_000    // places held free in one text
	MaxSkip      = 1000      // before one of them, the same words as its mark
	MaxContent   = 256 << 20 // bytes that are held free in one text
)

// Cassette is the file.
type Cassette struct {
	Format       string     `json:"format"`
	Version      int        `json:"version"`
	Recorded     time.Time  `json:"recorded"`
	Subscriber   Subscriber `json:"subscriber"`
	Counterparty Party      `json:"counterparty"`
	Package      Package    `json:"package"`
	Exchanges    []Exchange `json:"exchanges"`
}

// Party is one side.
type Party struct {
	INN  string `json:"inn"`
	KPP  string `json:"kpp,omitempty"`
	Box  string `json:"box,omitempty"`
	Name string `json:"name,omitempty"`
}

// Subscriber is our side.
type Subscriber struct {
	ID    string   `json:"id"`
	INN   string   `json:"inn"`
	KPP   string   `json:"kpp,omitempty"`
	Box   string   `json:"box"`
	Forms []string `json:"forms,omitempty"`
}

// Package is what was sent, and where it stood.
type Package struct {
	ID        string     `json:"id"`
	ToBox     string     `json:"to_box,omitempty"`
	Flow      string     `json:"flow,omitempty"`
	Answer    string     `json:"answer,omitempty"`
	Channel   string     `json:"channel,omitempty"`
	State     string     `json:"state"`
	Reason    string     `json:"reason,omitempty"`
	Documents []Document `json:"documents"`
}

// Document is one document of the package, without its content.
type Document struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Type        string `json:"type,omitempty"`
	Kind        string `json:"kind,omitempty"`
	Number      string `json:"number,omitempty"`
	Size        int64  `json:"size"`
	SHA256      string `json:"sha256"`
	Looks       string `json:"looks,omitempty"`
	NeedSign    bool   `json:"need_sign,omitempty"`
	NeedReceipt bool   `json:"need_receipt,omitempty"`
	State       string `json:"state,omitempty"`
	Stamp       string `json:"stamp,omitempty"`
	StampReason string `json:"stamp_reason,omitempty"`
}

// Exchange is one request and what came of it.
type Exchange struct {
	Operation string  `json:"operation"`
	At        int64   `json:"at_ms"`
	Took      int64   `json:"took_ms"`
	Outcome   string  `json:"outcome,omitempty"` // empty: interrupted
	Code      string  `json:"code,omitempty"`
	Request   Request `json:"request"`
	Answer    *Answer `json:"answer,omitempty"`
}

// Request is what was sent.
type Request struct {
	Size int64 `json:"size"`
	Sent int64 `json:"sent"`
	Text
}

// Answer is what came back.
type Answer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Size    int64             `json:"size"`
	Text
}

// Text is a masked body.
type Text struct {
	Text   string `json:"text,omitempty"`
	Base64 []byte `json:"base64,omitempty"`
	Masks  []Mask `json:"masks,omitempty"`
}

// Mask is a place held free.
type Mask struct {
	Mark   string `json:"mark"`
	Skip   int    `json:"skip,omitempty"`
	Kind   string `json:"kind"`
	Name   string `json:"name,omitempty"`
	Size   int64  `json:"size,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	Looks  string `json:"looks,omitempty"`
}

// Headers are those of an answer that a cassette keeps: what a client may act on, and none that may hold a secret.
func Headers() []string {
	return []string{"Content-Type", "Content-Length", "Content-Encoding", "Date", "Retry-After"}
}

// Reasons why a package is not written.
const (
	TooLarge edo.Reason = "cassette-too-large" // more exchanges, text or content than a cassette may hold
	Damaged  edo.Reason = "cassette-damaged"   // a row of the log does not fit together
)

// Write writes the file, indented for people.
func (c Cassette) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(c)
}
