package crash_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/edotest"
)

// TestRefused hands wrong packages to the plugin. Each is refused with a typed error that names the field, and not a
// byte goes to the operator.
func TestRefused(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	now := time.Now()
	expired := person(t, s.ours.INN, now.Add(-48*time.Hour), now.Add(-24*time.Hour))
	valid := person(t, s.ours.INN, now.Add(-time.Hour), now.Add(time.Hour))
	s.putSigner(p, directory.Signer{ID: "former", Enabled: true}, expired)
	s.putSigner(p, directory.Signer{ID: "buyer", Enabled: true, Kinds: []string{"Договор"}}, valid)
	s.putSigner(p, directory.Signer{ID: "retired", Enabled: true, Until: now.Add(-time.Hour)}, valid)
	s.must(p.AllowUser(t.Context(), directory.User{Actor: "reader", Subscriber: subscriber, Actions: []edo.Action{edo.ActionRead}}))
	s.must(p.AllowUser(t.Context(), directory.User{Actor: "past", Subscriber: subscriber, Actions: []edo.Action{edo.ActionSend}, Until: now.Add(-time.Hour)}))

	first := func(change func(*edo.Document)) func(*edo.Package) {
		return func(p *edo.Package) { change(&p.Documents[0]) }
	}
	name := func(n string) func(*edo.Package) { return first(func(d *edo.Document) { d.Name = n }) }
	for title, tc := range map[string]struct { //nolint:paralleltest // what is counted after them must have happened
		change func(*edo.Package)
		kind   edo.Kind
		reason edo.Reason
		field  string // "": an error without one
	}{
		"nobody":                  {func(p *edo.Package) { p.Actor = "petrov" }, edo.Denied, edo.UserNotAllowed, "actor"},
		"may only read":           {func(p *edo.Package) { p.Actor = "reader" }, edo.Denied, edo.UserNotAllowed, "actor"},
		"no longer":               {func(p *edo.Package) { p.Actor = "past" }, edo.Denied, edo.UserNotAllowed, "actor"},
		"unknown subscriber":      {func(p *edo.Package) { p.Subscriber = "nobody" }, edo.Denied, edo.UserNotAllowed, "actor"},
		"changed after signing":   {first(signed(t, valid.Key, []byte("another letter"))), edo.Invalid, edo.DocumentChanged, "package.documents[0].signature"},
		"signed when expired":     {first(signedWhen(t, expired.Key, now.Add(-36*time.Hour))), edo.Invalid, edo.SignatureExpired, "package.documents[0].signature"},
		"no signature":            {first(func(d *edo.Document) { d.Signer, d.Signature = "", []byte("нет") }), edo.Invalid, edo.SignatureMalformed, "package.documents[0].signature"},
		"changed after announced": {first(func(d *edo.Document) { d.Content.Digest = edo.Digest{1} }), edo.Invalid, edo.DocumentChanged, "package.documents[0].content"},
		"shorter than announced":  {first(func(d *edo.Document) { d.Content.Size++ }), edo.Invalid, "", "package.documents[0].content"},
		"signer expired":          {first(func(d *edo.Document) { d.Signer = "former" }), edo.Denied, edo.SignerExpired, "package.documents[0].signer"},
		"signer retired":          {first(func(d *edo.Document) { d.Signer = "retired" }), edo.Denied, edo.SignerExpired, "package.documents[0].signer"},
		"signer unknown":          {first(func(d *edo.Document) { d.Signer = "nobody" }), edo.NotFound, edo.SignerUnknown, "package.documents[0].signer"},
		"signer of other kinds":   {first(func(d *edo.Document) { d.Signer = "buyer" }), edo.Denied, edo.SignerNotAuthorised, "package.documents[0].signer"},
		"no signer":               {first(func(d *edo.Document) { d.Signer = "" }), edo.Invalid, edo.SignerMissing, "package.documents[0].signer"},
		"empty":                   {func(p *edo.Package) { p.Documents = nil }, edo.Invalid, edo.PackageEmpty, "package.documents"},
		"1000 documents":          {thousand, edo.Invalid, edo.PackageTooMany, "package.documents"},
		"0 bytes":                 {first(func(d *edo.Document) { d.Content = content(nil) }), edo.Invalid, edo.DocumentEmpty, "package.documents[0].content"},
		"name with a path":        {name("../../etc/passwd"), edo.Invalid, edo.NameMalformed, "package.documents[0].name"},
		"name of Windows":         {name(`C:\letter.pdf`), edo.Invalid, edo.NameMalformed, "package.documents[0].name"},
		"name with a zero byte":   {name("letter\x00.pdf"), edo.Invalid, edo.NameMalformed, "package.documents[0].name"},
		"name with a line":        {name("letter\r\n.pdf"), edo.Invalid, edo.NameMalformed, "package.documents[0].name"},
		"name that turns around":  {name("letter\u202efdp.exe"), edo.Invalid, edo.NameMalformed, "package.documents[0].name"},
		"no name":                 {name(""), edo.Invalid, edo.NameMalformed, "package.documents[0].name"},
		"INN too short":           {func(p *edo.Package) { p.To.INN = "123" }, edo.Invalid, edo.INNMalformed, "package.to.inn"},
		"INN with wrong digits":   {func(p *edo.Package) { p.To.INN = "7701234561" }, edo.Invalid, edo.INNMalformed, "package.to.inn"},
		"KPP":                     {func(p *edo.Package) { p.To.KPP = "1" }, edo.Invalid, edo.KPPMalformed, "package.to.kpp"},
		"no id":                   {func(p *edo.Package) { p.ID = "" }, edo.Invalid, edo.IDMissing, "package.id"},
		"id with a space":         {func(p *edo.Package) { p.ID = "a b" }, edo.Invalid, edo.IDMalformed, "package.id"},
		"document twice":          {func(p *edo.Package) { p.Documents = append(p.Documents, p.Documents[0]) }, edo.Invalid, edo.IDRepeated, "package.documents[2].id"},
	} {
		t.Run(title, func(t *testing.T) {
			pkg := s.pack("r-"+strings.ReplaceAll(title, " ", "-"), letter(t), []byte("second"))
			tc.change(&pkg)
			op, err := p.Send(t.Context(), pkg)
			s.heard.add(op, err)
			refusal(t, err, tc.kind, tc.reason, tc.field)
			if _, err := s.store().Operation(t.Context(), edo.Key{Subscriber: pkg.Subscriber, Package: pkg.ID}); !errors.Is(err, edo.NotFound) {
				t.Errorf("something was stored: %v", err)
			}
		})
	}
	if n := len(s.op.Wire()); n != 0 {
		t.Errorf("%d requests reached the operator", n)
	}
	refused, err := s.store().Refusals(t.Context(), subscriber, 100)
	if err != nil || len(refused) != 3 {
		t.Errorf("%d refusals are written down, %v", len(refused), err)
	}
}

// refusal looks for the fault among all that were reported.
func refusal(t *testing.T, err error, kind edo.Kind, reason edo.Reason, field string) {
	t.Helper()
	if !errors.Is(err, kind) || reason != "" && !errors.Is(err, reason) {
		t.Errorf("%v; want %v, %s", err, kind, reason)
	}
	var faults edo.Faults
	if !errors.As(err, &faults) {
		faults = edo.Faults{err}
	}
	found := slices.ContainsFunc(faults, func(f error) bool {
		var e *edo.Error
		return errors.As(f, &e) && e.Kind == kind && e.Field == field && (reason == "" || e.Reason == reason) && e.Remedy != ""
	})
	if !found {
		t.Errorf("no %v for %q with a remedy in %#v", kind, field, err)
	}
}

// TestRefusedAtOnce: all faults of a package come in one answer, those of its headers and those of its contents.
func TestRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	valid := person(t, s.ours.INN, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	pkg := s.pack("p-1", letter(t), []byte("second"), []byte("third"))
	pkg.To.INN, pkg.Documents[0].Name, pkg.Documents[1].Comment, pkg.Documents[2].Signer = "1", "a/b", "bell \a", "nobody"
	signed(t, valid.Key, []byte("another letter"))(&pkg.Documents[0])
	pkg.Documents[1].Signer, pkg.Documents[1].Signature = "", []byte("нет")
	_, err := p.Send(t.Context(), pkg)
	s.heard.add(err)
	want := []edo.Reason{edo.INNMalformed, edo.NameMalformed, edo.TextMalformed, edo.SignerUnknown, edo.DocumentChanged, edo.SignatureMalformed}
	var faults edo.Faults
	if !errors.As(err, &faults) || len(faults) != len(want) {
		t.Errorf("%v", err)
	}
	for _, reason := range want {
		if !errors.Is(err, reason) {
			t.Errorf("%s is missing in %v", reason, err)
		}
	}
	if n := len(s.op.Wire()); n != 0 {
		t.Errorf("%d requests reached the operator", n)
	}
}

// TestTakenID: the same id with other bytes is refused, with the same bytes it is the same package.
func TestTakenID(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	op := p.finish(s.pack("p-1", letter(t)))
	_, err := p.Send(t.Context(), s.pack("p-1", []byte("other bytes")))
	refusal(t, err, edo.Conflict, edo.PackageDiffers, "package.id")
	if again := p.finish(s.pack("p-1", letter(t))); again.Message != op.Message || again.Attempts != 1 {
		t.Errorf("%+v", again)
	}
	s.once("p-1")
}

func person(t *testing.T, inn string, from, until time.Time) *edotest.Key {
	t.Helper()
	k, err := edotest.NewKey(edotest.Subject{Owner: "Петров Пётр", Organisation: "ООО «Ромашка»", INN: inn}, from, until)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (s *stand) putSigner(p *plugin, row directory.Signer, k *edotest.Key) {
	s.Helper()
	row.Subscriber = subscriber
	_, err := p.PutSigner(s.Context(), row, &dmsplugin.KeyPair{Certificate: k.CertificatePEM, Key: edo.NewSecret(string(k.KeyPEM))})
	s.must(err)
}

// signed attaches a finished signature over text, whatever the document says.
func signed(t *testing.T, k *cms.Key, text []byte) func(*edo.Document) {
	t.Helper()
	der, err := cms.Sign(t.Context(), k, bytes.NewReader(text), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return func(d *edo.Document) { d.Signer, d.Signature = "", der }
}

// signedWhen attaches a right signature that was made on a day when the certificate was still good.
func signedWhen(t *testing.T, k *cms.Key, at time.Time) func(*edo.Document) {
	t.Helper()
	der, err := cms.Sign(t.Context(), k, bytes.NewReader(letter(t)), at)
	if err != nil {
		t.Fatal(err)
	}
	return func(d *edo.Document) { d.Signer, d.Signature = "", der }
}

func thousand(p *edo.Package) {
	one := p.Documents[0]
	one.Content = content([]byte("x"))
	p.Documents = nil
	for i := range 1000 {
		one.ID = edo.DocumentID(fmt.Sprint(i))
		p.Documents = append(p.Documents, one)
	}
}

// TestBrokenStream: content that fails on the host's side leaves nothing behind that anybody could send.
func TestBrokenStream(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	pkg := s.pack("p-1", letter(t))
	whole := pkg.Documents[0].Content.Open
	pkg.Documents[0].Content.Open = func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(letter(t)[:5000]), failing{})), nil
	}
	if _, err := p.Send(t.Context(), pkg); !errors.Is(err, errDisk) {
		t.Errorf("%v", err)
	}
	pkg.Documents[0].Content.Open = whole
	s.sentAs(p.finish(pkg))
	s.once("p-1")
}

var errDisk = errors.New("the disk has gone")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errDisk }
