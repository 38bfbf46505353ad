package wiretest

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

// lexical are the plain values of the contract as they are written.
func lexical(typ string) *regexp.Regexp {
	return map[string]*regexp.Regexp{
		"boolean":  regexp.MustCompile(`^(true|false|1|0)$`),
		"int":      regexp.MustCompile(`^-?\d+$`),
		"decimal":  regexp.MustCompile(`^-?\d+(\.\d+)?$`),
		"dateTime": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$`),
		"guid":     regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
	}[typ]
}

// schema wants a result to be written as the tables say. Members that the tables do not know are passed over: the tables name
// only those that are in use.
func (a answer) schema() answer {
	a.w.t.Helper()
	op := a.w.tables.Operations[a.operation]
	for _, fault := range a.w.misfits(a.operation, a.result(), op.Result) {
		a.w.t.Error(fault)
	}
	return a
}

// misfits says what of an element its member does not allow.
func (s *Suite) misfits(path string, n *node, m contract.Member) []string {
	if n.null() {
		if n != nil && !m.Nillable {
			return []string{path + " is nil and a plain value"}
		}
		return nil
	}
	if space, item, ok := itemOf(m.Type); ok {
		var faults []string
		for i, k := range n.kids {
			at := fmt.Sprintf("%s[%d]", path, i)
			if k.name.Space != space || k.name.Local != item.Name {
				faults = append(faults, fmt.Sprintf("%s is {%s}%s, expected {%s}%s", at, k.name.Space, k.name.Local, space, item.Name))
				continue
			}
			faults = append(faults, s.misfits(at, k, item)...)
		}
		return faults
	}
	if t, ok := s.typeOf(n, m.Type); ok {
		return s.members(path, n, t)
	}
	return s.plain(path, n, m.Type)
}

func itemOf(typ string) (space string, item contract.Member, ok bool) {
	name, space, of, ok := contract.Item(typ)
	return space, contract.Member{Name: name, Type: of, Nillable: true}, ok
}

// typeOf finds a complex type; one that extends it may be named at the element.
func (s *Suite) typeOf(n *node, declared string) (contract.Type, bool) {
	if named := n.attr(contract.NSInstance, "type"); named != "" {
		_, local, _ := strings.Cut(named, ":")
		if t, ok := s.tables.Types[local]; ok {
			return t, true
		}
	}
	t, ok := s.tables.Types[declared]
	return t, ok
}

func (s *Suite) members(path string, n *node, t contract.Type) []string {
	var faults []string
	last := -1
	for _, k := range n.kids {
		i := slices.IndexFunc(t.Members, func(m contract.Member) bool { return m.Name == k.name.Local })
		at := path + "." + k.name.Local
		switch {
		case i < 0:
			continue
		case k.name.Space != contract.NSModel:
			faults = append(faults, fmt.Sprintf("%s is in the namespace %s", at, k.name.Space))
		case i <= last:
			faults = append(faults, at+" is out of order")
		default:
			last = i
		}
		faults = append(faults, s.misfits(at, k, t.Members[i])...)
	}
	return faults
}

func (s *Suite) plain(path string, n *node, typ string) []string {
	text := n.text
	if words := s.tables.Enums[typ]; words != nil && !slices.Contains(words, text) {
		return []string{fmt.Sprintf("%s: %q is no %s", path, text, typ)}
	}
	if typ == "base64" {
		if _, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err != nil {
			return []string{fmt.Sprintf("%s is no base64: %v", path, err)}
		}
	}
	if form := lexical(typ); form != nil && !form.MatchString(text) {
		return []string{fmt.Sprintf("%s: %q is no %s", path, text, typ)}
	}
	return nil
}

// answers are cases about how results are written.
func (s *Suite) answers() []conformance.Case {
	how := []string{"ENV-3", "ENV-5", "ENV-7", "ENV-8", "ENV-10"}
	return []conformance.Case{
		{
			ID: "answers-of-people", Group: "answers", Says: "answers about boxes, users and organisations are written as the schema says", Clauses: how,
			Calls:   []string{"GetBoxes", "GetUserInfo", "GetBoxCertificates", "GetOrganizationListByInnKpp", "GetSpecialOperatorInfo", "SearchContacts"},
			Why:     "clients of other makers read members in order and lose what stands elsewhere",
			Sends:   "GetBoxes, GetUserInfo, GetBoxCertificates, GetSpecialOperatorInfo, GetOrganizationListByInnKpp with our INN and KPP, SearchContacts",
			Expects: "each known member in its namespace, in order, its value in its form",
			Run: s.run(func(w talk) {
				us := w.us()
				us.ask("GetBoxes").ok().schema()
				us.ask("GetUserInfo").ok().schema()
				us.ask("GetBoxCertificates").ok().schema()
				us.ask("GetSpecialOperatorInfo").ok().schema()
				us.lookup(us.INN, us.KPP).schema()
				us.ask("SearchContacts", contract.SampleOwnNumber, us.number()).ok().schema()
			}),
		},
		{
			ID: "answers-of-lists", Group: "answers", Says: "lists of documents and messages are written as the schema says", Clauses: append([]string{"INFO-2"}, how...),
			Calls:   []string{"GetDocumentEntries", "GetMessages"},
			Sends:   "GetDocumentEntries for what our box sent and for what it got, up to twenty each; GetMessages with an empty cursor",
			Expects: "each known member in its namespace, in order, its value in its form",
			Run: s.run(func(w talk) {
				us := w.us()
				us.page("BoxFrom", 0, 20).schema()
				us.page("BoxTo", 0, 20).schema()
				us.ask("GetMessages", contract.SampleMessage, "").ok().schema()
			}),
		},
		{
			ID: "answers-of-documents", Group: "answers", Says: "answers about a message and a document are written as the schema says", Clauses: append([]string{"INFO-2"}, how...), Changes: true,
			Calls:   []string{"SendMessage", "GetFullDocumentInfo", "GetMessage", "GetFlowDocumentInfo"},
			Sends:   "SendMessage of one document that wants a signature; GetFullDocumentInfo, GetMessage and GetFlowDocumentInfo of it by us",
			Expects: "each known member in its namespace, in order, its value in its form; the status of type UntypedDocumentFlowStatus",
			Run: s.run(func(w talk) {
				us, them := w.both()
				p := []paper{{sign: true}}
				sent := us.reply(them, p).ok().schema()
				id := sent.ids("DocumentIds")[p[0].id]
				info := us.info(id).schema()
				same(w.t, "type of the status", "UntypedDocumentFlowStatus", localOf(info.result().at("Status").attr(contract.NSInstance, "type")))
				us.ask("GetMessage", contract.SampleMessage, sent.text("MessageId")).ok().schema()
				us.ask("GetFlowDocumentInfo", contract.SampleServiceID, id).ok().schema()
			}),
		},
	}
}

func localOf(qualified string) string {
	if _, local, ok := strings.Cut(qualified, ":"); ok {
		return local
	}
	return qualified
}
