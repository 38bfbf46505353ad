package gateway

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/edokit/edokit/edo"
)

// kind finds the configured kind that a free text names, whoever writes it: our own documents are of the outbound kinds,
// those of managed clients of the inbound ones. Nil: the text is of no configured kind, which is allowed.
func (g *Gateway) kind(text string) *edo.DocumentKind {
	if k := edo.KindOfDocument(g.Kinds, edo.Outbound, text); k != nil {
		return k
	}
	return edo.KindOfDocument(g.Kinds, edo.Inbound, text)
}

// kindFaults are the faults against the rules of the documents' kinds. The first document is the main one, and its kind
// says what may come with it; consents are required by the kinds of all.
func (g *Gateway) kindFaults(p edo.Package) edo.Faults {
	var f edo.Faults
	if len(p.Documents) == 0 {
		return nil
	}
	if k := g.kind(p.Documents[0].Kind); k != nil {
		f = append(f, attachmentFaults(*k, p.Documents[1:])...)
	}
	asked := map[string]bool{}
	for _, d := range p.Documents {
		if k := g.kind(d.Kind); k != nil && !asked[k.ID] {
			asked[k.ID] = true
			f = append(f, consentFaults(*k, p.Consents, "package.consents")...)
		}
	}
	return f
}

func attachmentFaults(k edo.DocumentKind, attached []edo.Document) edo.Faults {
	var f edo.Faults
	wrong := func(field, message, remedy string) {
		f = append(f, &edo.Error{Kind: edo.Invalid, Reason: edo.AttachmentsWrong, Field: field, Message: message, Remedy: remedy})
	}
	r := k.Attachments
	switch n := len(attached); {
	case n < r.Min:
		wrong("package.documents", fmt.Sprintf("have %d attachments", n), fmt.Sprintf("%s needs at least %d", k.Title.EN, r.Min))
	case r.Max > 0 && n > r.Max:
		wrong("package.documents", fmt.Sprintf("have %d attachments", n), fmt.Sprintf("%s takes at most %d", k.Title.EN, r.Max))
	}
	for i, d := range attached {
		if len(r.Extensions) > 0 && !slices.Contains(r.Extensions, strings.ToLower(path.Ext(d.Name))) {
			wrong(fmt.Sprintf("package.documents[%d].name", i+1), "is of a kind of file that is not accepted here", "attach "+strings.Join(r.Extensions, ", "))
		}
	}
	return f
}

func consentFaults(k edo.DocumentKind, given []edo.Consent, field string) edo.Faults {
	var f edo.Faults
	for _, id := range k.Consents {
		if !slices.ContainsFunc(given, func(c edo.Consent) bool { return c.ID == id }) {
			f = append(f, &edo.Error{
				Kind: edo.Invalid, Reason: edo.ConsentMissing, Field: field, Message: "lack the consent " + id,
				Remedy: "show its text to the person, and send the digest of the text, the time and the person",
			})
		}
	}
	return f
}
