package crash_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/stamping/hardpdf"
)

// stamped checks that every document has exactly one second version, and that it is the operator's file.
func (s *stand) stamped(op edo.Operation) {
	s.Helper()
	offers := map[edo.DocumentID]int{}
	for _, e := range s.events() {
		if e.Key == op.Key && e.Kind == edo.EventVersion {
			offers[e.Document]++
		}
	}
	for _, d := range op.Documents {
		form := s.form(d.Remote)
		if len(d.Versions) != 1 || offers[d.ID] != 1 {
			s.Errorf("%s has %d versions, offered %d times", d.ID, len(d.Versions), offers[d.ID])
			continue
		}
		if v := d.Versions[0]; d.Stamp != edo.StampReady || v.Role != edo.RoleOperatorForm || v.Digest.String() != form.SHA256 {
			s.Errorf("%s is %s with version %s %s, the ledger has %s", d.ID, d.Stamp, v.Role, v.Digest, form.SHA256)
		}
	}
}

// form is what the ledger has of the printed form of a document.
func (s *stand) form(remote edo.RemoteID) mockoperator.Blob {
	s.Helper()
	for _, e := range s.op.Ledger() {
		for _, d := range e.Documents {
			if d.ServiceID == string(remote) && d.Form != nil {
				return *d.Form
			}
		}
	}
	s.Errorf("the ledger has no form of %q", remote)
	return mockoperator.Blob{}
}

// events reads all that was told about the subscriber, from the store.
func (s *stand) events() []edo.Event {
	s.Helper()
	var all []edo.Event
	for after := int64(0); ; after = all[len(all)-1].Seq {
		page, err := s.store().Events(s.Context(), subscriber, after, 1000)
		s.must(err)
		if all = append(all, page...); len(page) == 0 {
			return all
		}
	}
}

// TestSecondVersion: what the host gets is the operator's file, byte for byte, with the seal that only the ledger knows.
func TestSecondVersion(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	op := p.finish(s.pack("p-1", letter(t), sample(t, "contract.pdf"), sample(t, "technical-conditions.pdf")))
	s.stamped(op)
	for _, d := range op.Documents {
		if remark := d.Versions[0].Remark; !strings.HasPrefix(remark, "stamp recognised: ") {
			t.Errorf("%s: remark %q", d.ID, remark)
		}
		var form, original bytes.Buffer
		v, err := p.Content(t.Context(), op.Key, d.ID, edo.RoleOperatorForm, &form)
		s.must(err)
		_, err = p.Content(t.Context(), op.Key, d.ID, edo.RoleOriginal, &original)
		s.must(err)
		want, err := os.ReadFile(s.form(d.Remote).Path)
		s.must(err)
		sum := sha256.Sum256(form.Bytes())
		if !bytes.Equal(form.Bytes(), want) || hex.EncodeToString(sum[:]) != s.form(d.Remote).SHA256 || v.Digest != edo.Digest(sum) {
			t.Errorf("%s: %d bytes %s, the ledger has %d bytes %s", d.ID, form.Len(), v.Digest, len(want), s.form(d.Remote).SHA256)
		}
		if seal := s.seal(d.Remote); !strings.Contains(pdfText(t, form.Bytes()), seal) || strings.Contains(pdfText(t, original.Bytes()), seal) {
			t.Errorf("%s: the seal %s stands on the wrong file", d.ID, seal)
		}
	}
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../examples/quickstart/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s *stand) seal(remote edo.RemoteID) string {
	s.Helper()
	for _, e := range s.op.Ledger() {
		for _, d := range e.Documents {
			if d.ServiceID == string(remote) {
				return d.Seal
			}
		}
	}
	s.Fatalf("the ledger does not have %q", remote)
	return ""
}

func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed (poppler-utils): the text of the printed form was not read")
	}
	cmd := exec.CommandContext(t.Context(), tool, "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestStampEnds: whatever the operator gives as a printed form, the document ends in a named state. Our own mark, where
// it is allowed, is never called the operator's.
func TestStampEnds(t *testing.T) {
	t.Parallel()
	type end struct {
		Stamp        edo.StampState
		Reason       edo.Reason
		Forms, Marks int // versions of role operator-form and of role local-mark
	}
	off := mockoperator.PrintForms{Mode: mockoperator.FormOff}
	for name, tc := range map[string]struct {
		form mockoperator.PrintForms
		mark bool
		want end
	}{
		"at once":               {mockoperator.PrintForms{Mode: mockoperator.FormReady}, true, end{edo.StampReady, "", 1, 0}},
		"after three polls":     {mockoperator.PrintForms{Mode: mockoperator.FormAfterPolls, Polls: 3}, false, end{edo.StampReady, "", 1, 0}},
		"never":                 {mockoperator.PrintForms{Mode: mockoperator.FormNever}, false, end{edo.StampNever, edo.FormNotReady, 0, 0}},
		"switched off":          {off, false, end{edo.StampNever, edo.FormNever, 0, 0}},
		"off, our mark allowed": {off, true, end{edo.StampNever, edo.FormNever, 0, 1}},
		"web page":              {mockoperator.PrintForms{Mode: mockoperator.FormHTML}, false, end{edo.StampRejected, edo.FormNotPDF, 0, 0}},
		"picture":               {mockoperator.PrintForms{Mode: mockoperator.FormPNG}, false, end{edo.StampRejected, edo.FormNotPDF, 0, 0}},
		"truncated":             {mockoperator.PrintForms{Mode: mockoperator.FormTruncated}, false, end{edo.StampRejected, edo.FormTruncated, 0, 0}},
		"its middle missing":    {mockoperator.PrintForms{Mode: mockoperator.FormBroken}, false, end{edo.StampRejected, edo.FormBroken, 0, 0}},
		"locked by a password":  {hardForm(t, "a reader's password"), false, end{edo.StampRejected, edo.FormLocked, 0, 0}},
		"a page 50,000 times":   {hardForm(t, "one page 50,000 times"), false, end{edo.StampReady, "", 1, 0}},
		"hidden objects":        {hardForm(t, "a hybrid that hides its catalog"), false, end{edo.StampReady, "", 1, 0}},
		"one page of six":       {givenForm(t, 1), false, end{edo.StampRejected, edo.FormPagesLost, 0, 0}},
		"without a mark":        {givenForm(t, 6), false, end{edo.StampReady, "", 1, 0}},
		"too much to examine":   {givenForm(t, 2001), false, end{edo.StampReady, "", 1, 0}},
		"equal to the original": {mockoperator.PrintForms{Mode: mockoperator.FormEqualOriginal}, false, end{edo.StampRejected, edo.FormOriginal, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{PrintForms: []mockoperator.PrintForms{tc.form}})
			s.settings = append(s.settings, "EDOKIT_FORM_PATIENCE=2s")
			p := s.launch()
			s.register(p, func(d *directory.Subscriber) { d.Policy.LocalMark = tc.mark })
			op := p.finish(s.pack("p-1", letter(t)))
			d := op.Documents[0]
			got := end{d.Stamp, d.StampReason, s.versions(p, op.Key, edo.RoleOperatorForm), s.versions(p, op.Key, edo.RoleLocalMark)}
			if diff := cmp.Diff(tc.want, got); diff != "" || op.State != edo.StateSent {
				t.Errorf("package %s, %s (-want +got):\n%s", op.State, d.StampDetail, diff)
			}
			remark := map[string]string{
				"without a mark":      edo.RemarkNotRecognised,
				"too much to examine": edo.RemarkNotRecognised + edo.RemarkTooMuch,
				"a page 50,000 times": edo.RemarkNotRecognised + edo.RemarkTooMuch,
				"hidden objects":      edo.RemarkNotRecognised + edo.RemarkNotExamined,
			}[name]
			if remark != "" && (d.StampDetail != remark || d.Versions[0].Remark != remark) {
				t.Errorf("remark %q, want %q", d.StampDetail, remark)
			}
		})
	}
}

// givenForm lets the operator give a PDF of blank pages.
func givenForm(t *testing.T, pages int) mockoperator.PrintForms {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, pages+2)
	for i := range at {
		at[i] = b.Len()
		switch i {
		case 0:
			b.WriteString("1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n")
		case 1:
			b.WriteString("2 0 obj <</Type/Pages/Kids[")
			for p := range pages {
				fmt.Fprintf(&b, "%d 0 R ", p+3)
			}
			fmt.Fprintf(&b, "]/Count %d>> endobj\n", pages)
		default:
			fmt.Fprintf(&b, "%d 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>> endobj\n", i+1)
		}
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return given(t, b.Bytes())
}

// hardForm lets the operator give one of the hard PDFs.
func hardForm(t *testing.T, name string) mockoperator.PrintForms {
	t.Helper()
	for _, c := range hardpdf.Cases() {
		if c.Name == name {
			return given(t, c.Make())
		}
	}
	t.Fatalf("no hard PDF is named %q", name)
	return mockoperator.PrintForms{}
}

func given(t *testing.T, form []byte) mockoperator.PrintForms {
	t.Helper()
	file := filepath.Join(t.TempDir(), "form.pdf")
	if err := os.WriteFile(file, form, 0o600); err != nil {
		t.Fatal(err)
	}
	return mockoperator.PrintForms{Mode: mockoperator.FormFile, File: file}
}

// versions counts the versions of a role wherever a host could meet one: row of the store, events over the plugin,
// content. All must agree.
func (s *stand) versions(p *plugin, k edo.Key, role edo.Role) int {
	s.Helper()
	stored, err := s.store().Operation(s.Context(), k)
	s.must(err)
	told, err := p.Deliver(s.Context(), k.Subscriber, 0, 500)
	s.must(err)
	rows, events, contents := 0, 0, 0
	for _, v := range stored.Documents[0].Versions {
		if v.Role == role {
			rows++
		}
	}
	for _, e := range told {
		if e.Version.Role == role {
			events++
		}
	}
	var content bytes.Buffer
	_, err = p.Content(s.Context(), k, stored.Documents[0].ID, role, &content)
	if err == nil && content.Len() > 0 {
		contents++
	} else if !errors.Is(err, edo.NotFound) || content.Len() > 0 {
		s.Errorf("%s: %d bytes, %v", role, content.Len(), err)
	}
	if rows != events || rows != contents {
		s.Errorf("%s: %d rows, %d events, %d contents", role, rows, events, contents)
	}
	return rows
}

// TestKilledBeforeAcknowledged: the host has read the version but not said so. It reads the same again.
func TestKilledBeforeAcknowledged(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	op := p.finish(s.pack("p-1", letter(t), sample(t, "contract.pdf")))
	before, err := p.Deliver(t.Context(), subscriber, 0, 500)
	s.must(err)
	p.kill()

	p = s.launch()
	if at, err := p.Acknowledged(t.Context(), subscriber, "dms"); at != 0 || err != nil {
		t.Errorf("acknowledged %d, %v", at, err)
	}
	after, err := p.Deliver(t.Context(), subscriber, 0, 500)
	s.must(err)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the same events (-want +got):\n%s", diff)
	}
	if again := p.finish(s.pack("p-1", letter(t), sample(t, "contract.pdf"))); again.Message != op.Message {
		t.Errorf("the call that sends and waits gives message %s, not %s", again.Message, op.Message)
	}
	s.once("p-1")
	s.stamped(op)
	last := after[len(after)-1].Seq
	s.must(p.Acknowledge(t.Context(), subscriber, "dms", last))
	p.kill()

	p = s.launch()
	if at, err := p.Acknowledged(t.Context(), subscriber, "dms"); at != last || err != nil {
		t.Errorf("acknowledged %d, %v", at, err)
	}
	if rest, err := p.Deliver(t.Context(), subscriber, last, 500); len(rest) != 0 || err != nil {
		t.Errorf("%d events after the last, %v", len(rest), err)
	}
}
