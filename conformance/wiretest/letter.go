package wiretest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

// paper is a document of a message under construction.
type paper struct {
	id, name, kind string // local id, file name, DocumentType; empty: made up, Untyped
	content        []byte
	custom, parent string
	receipt        bool   // NeedReceipt
	sign           bool   // NeedSign
	links          string // RelatedDocumentIds
	cms            []byte // nil: signed by the sender
	unsigned       bool
}

// Hand-written parts of a message.
const (
	frameText = `<s:Envelope xmlns:s="` + contract.NSEnvelope + `"><s:Body><SendMessage xmlns="` + contract.NSService + `" xmlns:m="` +
		contract.NSModel + `" xmlns:a="` + contract.NSArrays + `"><authToken>%s</authToken><message><m:Documents>%s</m:Documents>` +
		`<m:From>%s</m:From><m:Id>%s</m:Id><m:Recipients>%s</m:Recipients><m:Signs>%s</m:Signs></message></SendMessage></s:Body></s:Envelope>`
	recipientText = `<m:MessageRecipient><m:OrganizationBoxId>%s</m:OrganizationBoxId></m:MessageRecipient>`
	signText      = `<m:Sign><m:DocumentId>%s</m:DocumentId><m:Id>%s</m:Id><m:Raw>%s</m:Raw></m:Sign>`
)

// letter writes a message to boxes: documents with a signature each, and signatures for documents that went before.
func (d *side) letter(to []string, papers []paper, alone ...string) string {
	d.t.Helper()
	var docs, signs, boxes strings.Builder
	for i := range papers {
		p := &papers[i]
		d.complete(p)
		docs.WriteString(p.text())
		if !p.unsigned {
			fmt.Fprintf(&signs, signText, p.id, d.c.NewID(), b64(p.cms))
		}
	}
	for _, box := range to {
		fmt.Fprintf(&boxes, recipientText, box)
	}
	return fmt.Sprintf(frameText, d.token, docs.String(), d.Box, d.c.NewID(), boxes.String(), signs.String()+strings.Join(alone, ""))
}

func (d *side) complete(p *paper) {
	if p.id == "" {
		p.id = d.c.NewID()
	}
	if p.kind == "" {
		p.kind = "Untyped"
	}
	if p.name == "" {
		p.name = "письмо.txt"
	}
	if p.content == nil {
		p.content = []byte("Проверка обмена " + p.id)
	}
	if p.cms == nil && !p.unsigned {
		p.cms = d.sign(p.content)
	}
}

func (p *paper) text() string {
	member := func(name, value string) string {
		if value == "" {
			return ""
		}
		return "<m:" + name + ">" + value + "</m:" + name + ">"
	}
	return "<m:Document>" + member("Content", b64(p.content)) + member("CustomField", escape(p.custom)) + member("DocumentType", p.kind) +
		member("FileName", p.name) + member("Id", p.id) + member("NeedReceipt", fmt.Sprint(p.receipt)) + member("NeedSign", fmt.Sprint(p.sign)) +
		member("ParentDocumentId", p.parent) + member("RelatedDocumentIds", p.links) + "</m:Document>"
}

// signature is a signature for a document that went before.
func (d *side) signature(id string, content []byte) string {
	d.t.Helper()
	return fmt.Sprintf(signText, id, d.c.NewID(), b64(d.sign(content)))
}

// sent sends and gives the ids that the service gave to the documents, in the order of their local ids.
func (d *side) sent(to []string, papers ...paper) []string {
	d.t.Helper()
	got := d.call("SendMessage", d.letter(to, papers)).ok()
	given := got.ids("DocumentIds")
	var ids []string
	for _, p := range papers {
		if given[p.id] == "" {
			d.t.Fatalf("the answer gives no id for document %s", p.id)
		}
		ids = append(ids, given[p.id])
	}
	return ids
}

// one sends an untyped document that wants a signature and gives its id and content.
func (d *side) one(to *side) (id string, content []byte) {
	d.t.Helper()
	content = []byte("Договор " + d.c.NewID())
	return d.sent([]string{to.Box}, paper{content: content, sign: true})[0], content
}

// ids maps local ids to those of the service.
func (a answer) ids(array string) map[string]string {
	given := map[string]string{}
	for _, pair := range a.result().items(array) {
		given[pair.str("LocalId")] = pair.str("ServiceId")
	}
	return given
}

// serve generates a service document and sends it; its id comes back.
func (d *side) serve(to, generator, kind, parent string) string {
	d.t.Helper()
	raw := d.ask(generator, contract.SampleServiceID, parent).ok().bytes("Content")
	return d.sent([]string{to}, paper{kind: kind, parent: parent, content: raw, name: "служебный.xml"})[0]
}

func (d *side) receipt(to *side, parent string) string {
	d.t.Helper()
	return d.serve(to.Box, "GenerateDeliveryConfirmation", "ServiceReceipt", parent)
}

// reply tries to send and takes any answer.
func (d *side) reply(to *side, papers []paper, alone ...string) answer {
	d.t.Helper()
	return d.call("SendMessage", d.letter([]string{to.Box}, papers, alone...))
}

// countersign answers a document with a bare signature.
func (d *side) countersign(to *side, id string, content []byte) answer {
	d.t.Helper()
	return d.reply(to, nil, d.signature(id, content))
}

// info is everything about a document.
func (d *side) info(id string) answer {
	d.t.Helper()
	return d.ask("GetFullDocumentInfo", contract.SampleServiceID, id, ">false<", ">true<").ok()
}

// status tells how the side sees a document: delivery, signature, revocation.
func (d *side) status(id string) string {
	d.t.Helper()
	got := d.info(id).result()
	return strings.Join([]string{got.str("Status", "DeliveryStatus"), got.str("Status", "SignStatus"), got.str("RevocationStatus")}, " ")
}

func (d *side) delivery(id string) string { d.t.Helper(); return strings.Split(d.status(id), " ")[0] }

func (d *side) signing(id string) string { d.t.Helper(); return strings.Split(d.status(id), " ")[1] }

// may lists what the side may do with a document now.
func (d *side) may(id string) []string {
	d.t.Helper()
	return d.info(id).result().at("AvailableOperationsV2").texts("string")
}

// offered wants some operations to be offered, and those behind "!" not to be.
func (d *side) offered(id string, operations ...string) {
	d.t.Helper()
	have := d.may(id)
	for _, o := range operations {
		name, not := strings.CutPrefix(o, "!")
		if slices.Contains(have, name) == not {
			d.t.Errorf("%s is offered %v, expected %s", d.Box, have, o)
		}
	}
}

// outbox lists the occurrences of documents that the box has sent lately.
func (d *side) outbox() []*node { d.t.Helper(); return d.pages("BoxFrom", 100) }

// inbox lists those that it got.
func (d *side) inbox() []*node { d.t.Helper(); return d.pages("BoxTo", 100) }

// pages reads a list to its end.
func (d *side) pages(box string, size int) []*node {
	d.t.Helper()
	var all []*node
	for {
		got := d.page(box, len(all), size)
		items := got.result().items("Items")
		all = append(all, items...)
		if len(items) == 0 || fmt.Sprint(len(all)) == got.text("Total") {
			return all
		}
		if len(all) > 100_000 {
			conformance.Broke(d.t, "the list has no end")
		}
	}
}

func (d *side) page(box string, first, size int, edit ...string) answer {
	d.t.Helper()
	day := d.c.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	pairs := append([]string{
		"2026-01-01T00:00:00Z", day, "<m:First>0</m:First>", fmt.Sprintf("<m:First>%d</m:First>", first), "<m:Max>100</m:Max>", fmt.Sprintf("<m:Max>%d</m:Max>", size),
	}, edit...)
	if box == "BoxTo" {
		pairs = append(pairs, "<m:BoxFrom>box-a@sample</m:BoxFrom>", `<m:BoxFrom xmlns:i="`+contract.NSInstance+`" i:nil="true"/>`, `<m:BoxTo i:nil="true"/>`, "<m:BoxTo>box-a@sample</m:BoxTo>")
	}
	return d.ask("GetDocumentEntries", pairs...).ok()
}

// named are the occurrences of the documents with this custom field.
func (d *side) named(items []*node, custom string) []*node {
	return slices.DeleteFunc(slices.Clone(items), func(n *node) bool { return n.str("CustomField") != custom })
}

// count is how many documents with this custom field the box has sent.
func (d *side) count(custom string, want int) int {
	d.t.Helper()
	n := 0
	d.await(func() bool {
		n = len(d.named(d.outbox(), custom))
		return n >= want
	})
	return n
}

// nothing says that a refused message has left no document.
func (d *side) nothing(custom string) {
	d.t.Helper()
	// A field that is too long may have been cut.
	if n := len(slices.DeleteFunc(d.outbox(), func(n *node) bool { return !strings.HasPrefix(n.str("CustomField"), custom) })); n != 0 {
		d.t.Errorf("the message was refused, and %d documents of it are in the list", n)
	}
}
