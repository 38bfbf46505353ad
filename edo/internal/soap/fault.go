package soap

import (
	"fmt"
	"regexp"
	"time"

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

// faultForm is what a typed fault looks like; a client compiles it once.
type faultForm struct {
	detail      Name
	code, field *regexp.Regexp
}

func newFaultForm(detail Name) *faultForm {
	return &faultForm{
		detail: detail,
		code:   regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`),
		field:  regexp.MustCompile(`^[\pL\pN_.:/\[\]@-]{1,200}$`),
	}
}

// fault11 reads soap:Fault. Its children have no namespace.
func (n *Node) fault11(form *faultForm) (*Fault, error) {
	f := &Fault{Shape: NoDetail}
	err := n.Fields(map[Name]func(*Node) error{
		{Local: "faultcode"}:   func(c *Node) error { _, err := c.Text(); return err },
		{Local: "faultstring"}: func(c *Node) (err error) { f.Message, err = c.Text(); return err },
		{Local: "detail"}: func(c *Node) error {
			tree, err := c.tree(faultBounds(c.s.limits))
			if err == nil {
				f.read(tree, form)
			}
			return err
		},
	})
	return f, err
}

// read finds the shape in the tree of the detail element.
func (f *Fault) read(tree *etree.Element, form *faultForm) {
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
	case name == form.detail:
		f.typed(first, form)
	}
}

// typed reads the declared detail; its children may come in any order but only once. A code that does not look like one
// is not passed on.
func (f *Fault) typed(e *etree.Element, form *faultForm) {
	values := map[string]string{}
	for _, c := range e.ChildElements() {
		if _, twice := values[c.Tag]; twice || c.NamespaceURI() != e.NamespaceURI() || len(c.ChildElements()) > 0 {
			return
		}
		values[c.Tag] = c.Text()
	}
	if !form.code.MatchString(values["Code"]) {
		return
	}
	f.Shape, f.Code = Typed, values["Code"]
	if form.field.MatchString(values["Field"]) {
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
