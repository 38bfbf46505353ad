package proof

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// Names of the document. Another shape takes another namespace.
const (
	Namespace = "urn:edokit:log-proof:1"
	rootTag   = "LogProof"
	idAttr    = "ID"
)

// The document as encoding/xml writes and reads it. Texts that come from outside are elements, see text.
type document struct {
	XMLName     xml.Name     `xml:"urn:edokit:log-proof:1 LogProof"`
	ID          string       `xml:"ID,attr"`
	Made        moment       `xml:"Made,attr"`
	Checkpoints []checkpoint `xml:"Checkpoint"`
	Message     *message     `xml:"Message"`
}

type checkpoint struct {
	Position   int64  `xml:"Position,attr"`
	Digest     digest `xml:"Digest,attr"`
	At         moment `xml:"At,attr"`
	Subscriber text   `xml:"Subscriber"`
}

type message struct {
	Subscriber    text           `xml:"Subscriber"`
	Package       text           `xml:"Package"`
	Operator      text           `xml:"Operator"`
	From          text           `xml:"From"`
	User          text           `xml:"User"`
	Payer         text           `xml:"Payer"`
	INN           text           `xml:"CounterpartyINN"`
	KPP           text           `xml:"CounterpartyKPP"`
	Name          text           `xml:"CounterpartyName"`
	To            text           `xml:"To"`
	Channel       text           `xml:"Channel"`
	Answer        text           `xml:"AnswerKind"`
	Text          text           `xml:"Text"`
	InReplyTo     text           `xml:"InReplyTo"`
	Flow          text           `xml:"Flow"`
	State         text           `xml:"State"`
	Reason        text           `xml:"Reason"`
	Detail        text           `xml:"Detail"`
	OperatorID    text           `xml:"OperatorID"`
	OperatorTime  moment         `xml:"OperatorTime,attr"`
	SentAt        moment         `xml:"SentAt,attr"`
	CreatedAt     moment         `xml:"CreatedAt,attr"`
	UpdatedAt     moment         `xml:"UpdatedAt,attr"`
	Attempts      int            `xml:"Attempts,attr"`
	Resends       int            `xml:"Resends,attr"`
	Revision      int64          `xml:"Revision,attr"`
	DocumentItems []item         `xml:"Document"`
	Exchanges     []exchangeItem `xml:"Exchange"`
}

type item struct {
	ID           text      `xml:"DocumentID"`
	Name         text      `xml:"Name"`
	Kind         text      `xml:"Kind"`
	Number       text      `xml:"Number"`
	Type         text      `xml:"Type"`
	ExternalID   text      `xml:"ExternalID"`
	Digest       digest    `xml:"Digest,attr"`
	Size         int64     `xml:"Size,attr"`
	Signature    digest    `xml:"Signature,attr"`
	Signer       text      `xml:"Signer"`
	Owner        text      `xml:"CertificateOwner"`
	Organisation text      `xml:"CertificateOrganisation"`
	Serial       text      `xml:"CertificateSerial"`
	Thumbprint   text      `xml:"CertificateThumbprint"`
	Verdict      text      `xml:"Verdict"`
	Remote       text      `xml:"OperatorID"`
	State        text      `xml:"State"`
	AnswerText   text      `xml:"AnswerText"`
	Stamp        text      `xml:"Stamp"`
	Versions     []version `xml:"Version"`
}

type version struct {
	Role     text   `xml:"Role"`
	Name     text   `xml:"Name"`
	Source   text   `xml:"Source"`
	Remark   text   `xml:"Remark"`
	Exchange text   `xml:"ExchangeID"`
	Digest   digest `xml:"Digest,attr"`
	Size     int64  `xml:"Size,attr"`
	At       moment `xml:"At,attr"`
}

type exchangeItem struct {
	Seq        int64 `xml:"Seq,attr"`
	ExchangeID text  `xml:"ExchangeID"`
	Subscriber text  `xml:"Subscriber"`
	Package    text  `xml:"Package"`
	Document   text  `xml:"DocumentID"`
	Actor      text  `xml:"User"`
	INN        text  `xml:"CounterpartyINN"`
	KPP        text  `xml:"CounterpartyKPP"`
	Operation  text  `xml:"Operation"`
	Endpoint   text  `xml:"Endpoint"`
	Request    half  `xml:"Request"`
	Answer     *half `xml:"Answer"`
}

type half struct {
	At         moment `xml:"At,attr"`
	Size       int64  `xml:"Size,attr"`
	Digest     digest `xml:"Digest,attr"` // of the exact bytes
	Sent       int64  `xml:"Sent,attr,omitempty"`
	Outcome    string `xml:"Outcome,attr,omitempty"`
	HTTPStatus int    `xml:"HTTPStatus,attr,omitempty"`
	TextDigest digest `xml:"TextDigest,attr"` // of the masked text
	Position   int64  `xml:"Position,attr"`
	Before     digest `xml:"Before,attr"`
	Link       digest `xml:"Link,attr"`
	Code       text   `xml:"Code"`
	Note       text   `xml:"Note"`
	Head       text   `xml:"Head"`
	Holes      []hole `xml:"Hole"`
	Text       *text  `xml:"XML"`
}

type hole struct {
	Start  int    `xml:"Start,attr"`
	End    int    `xml:"End,attr"`
	Kind   string `xml:"Kind,attr"`
	Name   text   `xml:"Name"`
	Digest digest `xml:"Digest,attr"`
	Size   int64  `xml:"Size,attr"`
}

// text is a text in an element: as it is, or in base64 if XML would not give exactly it back.
type text string

// MarshalXML leaves an empty one out.
func (t text) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if t == "" {
		return nil
	}
	s := string(t)
	if !plain(s) {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: "Encoding"}, Value: "base64"})
		s = base64.StdEncoding.EncodeToString([]byte(s))
	}
	return e.EncodeElement(s, start)
}

// UnmarshalXML reads it.
func (t *text) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var s string
	if err := d.DecodeElement(&s, &start); err != nil {
		return err
	}
	for _, a := range start.Attr {
		if a.Name.Local != "Encoding" {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil || a.Value != "base64" {
			return fmt.Errorf("%s is in encoding %s", start.Name.Local, a.Value)
		}
		s = string(raw)
	}
	*t = text(s)
	return nil
}

// plain texts come through any XML program unchanged and can be read by people.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' || r == 0x7F || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF || r >= 0x80 && r < 0xA0
	})
}

// moment is a time in UTC, left out if there is none.
type moment time.Time

// MarshalXMLAttr writes it.
func (m moment) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	if time.Time(m).IsZero() {
		return xml.Attr{}, nil
	}
	return xml.Attr{Name: name, Value: time.Time(m).UTC().Format(time.RFC3339Nano)}, nil
}

// UnmarshalXMLAttr reads it.
func (m *moment) UnmarshalXMLAttr(a xml.Attr) error {
	t, err := time.Parse(time.RFC3339Nano, a.Value)
	*m = moment(t.UTC())
	return err
}

// digest is a SHA-256, left out if there is none.
type digest edo.Digest

// MarshalXMLAttr writes it.
func (d digest) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	if edo.Digest(d).IsZero() {
		return xml.Attr{}, nil
	}
	return xml.Attr{Name: name, Value: edo.Digest(d).String()}, nil
}

// UnmarshalXMLAttr reads it.
func (d *digest) UnmarshalXMLAttr(a xml.Attr) error {
	v, err := edo.ParseDigest(a.Value)
	*d = digest(v)
	return err
}
