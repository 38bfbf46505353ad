package soap

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/beevik/etree"

	"github.com/edokit/edokit/edo"
)

// FaultShape is what stood in the detail of a fault.
type FaultShape uint8

// Shapes of a fault. Only a typed one has a code; all others are unexpected errors of the server.
const (
	Typed           FaultShape = iota + 1 // the declared detail element
	ExceptionDetail                       // WCF's own
	NoDetail
	Unparsable // some other detail, or a declared one that contradicts itself
)

// exceptionSpace is the namespace of WCF's ExceptionDetail.
const exceptionSpace = "http://schemas.datacontract.org/2004/07/System.ServiceModel"

// Fault is a well-formed SOAP fault. Whether it means "not accepted" is for the driver's code table to say.
type Fault struct {
	Code, Field string
	Message     string // the operator's text; live secrets are masked, but it is for the log only
	Shape       FaultShape
	HTTPStatus  int
	Exchange    edo.ExchangeID
	RetryAfter  time.Duration
}

// Error never quotes the operator's text, which may hold secrets.
func (f *Fault) Error() string {
	switch {
	case f.Code == "":
		return "soap fault without code"
	case f.Field == "":
		return fmt.Sprintf("soap fault %s", f.Code)
	}
	return fmt.Sprintf("soap fault %s in %s", f.Code, f.Field)
}

// isCode tells whether a text looks like the code of a fault.
func isCode(s string) bool {
	return isWord(s, 100, "_.-", func(r rune) bool { return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) })
}

// isField tells whether a text looks like the name or path of a field.
func isField(s string) bool {
	return isWord(s, 200, "_.:/[]@-", func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// isWord tells whether s is 1 to limit characters that are letters or among some marks. It is no regular expression: one
// that counts to 200 takes longer to compile than an exchange, and 8 MB.
func isWord(s string, limit int, marks string, letter func(rune) bool) bool {
	n := utf8.RuneCountInString(s)
	return 0 < n && n <= limit && !strings.ContainsFunc(s, func(r rune) bool { return !letter(r) && !strings.ContainsRune(marks, r) })
}

// fault11 reads soap:Fault. Its children have no namespace.
func (n *Node) fault11(detail Name) (*Fault, error) {
	f := &Fault{Shape: NoDetail}
	err := n.Fields(map[Name]func(*Node) error{
		{Local: "faultcode"}:   func(c *Node) error { _, err := c.Text(); return err },
		{Local: "faultstring"}: func(c *Node) (err error) { f.Message, err = c.Text(); return err },
		{Local: "detail"}: func(c *Node) error {
			tree, err := c.tree(faultBounds(c.s.limits))
			if err == nil {
				f.read(tree, detail)
			}
			return err
		},
	})
	return f, err
}

// read finds the shape in the tree of the detail element.
func (f *Fault) read(tree *etree.Element, detail Name) {
	children := tree.ChildElements()
	if len(children) == 0 {
		return
	}
	f.Shape = Unparsable
	first := children[0]
	switch name := (Name{Space: first.NamespaceURI(), Local: first.Tag}); {
	case len(children) > 1:
	case name == Name{Space: exceptionSpace, Local: "ExceptionDetail"}:
		f.Shape = ExceptionDetail
	case name == detail:
		f.typed(first)
	}
}

// typed reads the declared detail; its children may come in any order but only once. A code that does not look like one
// is not passed on.
func (f *Fault) typed(e *etree.Element) {
	values := map[string]string{}
	for _, c := range e.ChildElements() {
		if _, twice := values[c.Tag]; twice || c.NamespaceURI() != e.NamespaceURI() || len(c.ChildElements()) > 0 {
			return
		}
		values[c.Tag] = c.Text()
	}
	if !isCode(values["Code"]) {
		return
	}
	f.Shape, f.Code = Typed, values["Code"]
	if isField(values["Field"]) {
		f.Field = values["Field"]
	}
	if values["Message"] != "" {
		f.Message = values["Message"]
	}
}

// scrub removes live secrets from what the driver gets to see.
func (f *Fault) scrub(s *scrubber) {
	f.Code, f.Field, f.Message = s.text(f.Code), s.text(f.Field), s.text(f.Message)
}
