package wiretest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
)

func TestReaderOfAnswers(t *testing.T) {
	t.Parallel()
	root, err := parse([]byte(`<a xmlns="urn:a" xmlns:i="` + contract.NSInstance + `"><b>1<!-- no -->2</b><c i:nil="true"/><d><b>3</b></d></a>`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"12", "3"}, root.texts("b")); diff != "" {
		t.Error(diff)
	}
	if root.str("d", "b") != "3" || !root.at("c").null() || !root.at("e").null() || root.at("d").null() || root.str("e", "b") != "" {
		t.Error("members are read wrongly")
	}
	for name, wrong := range map[string]string{
		"nothing": "", "text": "a", "two roots": "<a/><b/>", "text behind": "<a/>b", "cut": "<a><b></b>", "crossed": "<a><b></a></b>",
		"DOCTYPE": "<!DOCTYPE a><a/>", "deep": strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1),
	} {
		if _, err := parse([]byte(wrong)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

// FuzzAnswer: whatever comes, reading and looking at it ends without a panic.
func FuzzAnswer(f *testing.F) {
	for _, name := range contract.EnvelopeNames() {
		raw, err := contract.Envelope(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	s, err := New(Config{Endpoint: "http://localhost/", Us: Account{Box: "a", Login: "a"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		root, err := parse(raw)
		if err != nil {
			return
		}
		for _, n := range root.at("Body").items() {
			operation := strings.TrimSuffix(n.name.Local, "Response")
			s.misfits(operation, n.at(operation+"Result"), s.tables.Operations[operation].Result)
		}
	})
}
