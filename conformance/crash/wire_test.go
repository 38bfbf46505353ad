package crash_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// TestLogIsTheWire: every request on the operator's socket has one row in the log and the other way round, in order,
// and the row with its secrets filled in is byte for byte what crossed the socket, request and answer. Every envelope
// is valid against the operator's own schema.
func TestLogIsTheWire(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*stand){"password": troubled, "certificate": troubledByCertificate, "inbound": troubledInbound} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{PrintForms: []mockoperator.PrintForms{{Mode: mockoperator.FormAfterPolls, Polls: 1}}}, func(c *mockoperator.Config) {
				c.Organisations[0].IdentityToken = identityToken
			})
			s.settings = append(s.settings, "EDOKIT_WORKERS=1", "EDOKIT_VISIBILITY=100ms") // one after another: the order can be compared
			run(s)
			s.quiet()
			t.Run("log", func(t *testing.T) { s.compare(t) })     //nolint:paralleltest // the stand belongs to the parent
			t.Run("schema", func(t *testing.T) { s.validate(t) }) //nolint:paralleltest // the same
		})
	}
}

// mishaps are what happens to one package each.
func mishaps() []mockoperator.Rule {
	const send, find, print = "SendMessage", "GetDocumentEntries", "PrintDocument"
	fault := mockoperator.Fault{Code: "SqlException", Field: "message", Message: "База & <занята>"}
	shaped := func(s mockoperator.Shape) mockoperator.Fault { f := fault; f.Shape = s; return f }
	return []mockoperator.Rule{
		{Operation: send, What: mockoperator.AcceptThenCut},
		{Operation: send, What: mockoperator.CutInResponseBody, Bytes: 300},
		{Operation: send, What: mockoperator.CutInRequestBody, Bytes: 2000},
		{Operation: send, What: mockoperator.TruncatedXML},
		{Operation: send, What: mockoperator.HTMLPage, AfterAccepting: true},
		{Operation: send, What: mockoperator.AnswerStatus, Status: 503, Retry: time.Second, AfterAccepting: true},
		{Operation: send, What: mockoperator.AnswerFault, Fault: shaped(mockoperator.Typed), AfterAccepting: true},
		{Operation: send, What: mockoperator.AnswerFault, Fault: shaped(mockoperator.ExceptionDetail), AfterAccepting: true},
		{Operation: send, What: mockoperator.AnswerFault, Fault: shaped(mockoperator.NoDetail), AfterAccepting: true},
		{Operation: send, What: mockoperator.AnswerFault, Fault: shaped(mockoperator.Unparsable), AfterAccepting: true},
		{Operation: send, What: mockoperator.NilResult, AfterAccepting: true},
		{Operation: send, What: mockoperator.GzipUnasked}, // cannot be searched for secrets: the log withholds it
		{Operation: send, What: mockoperator.TokenExpired},
		{Operation: find, What: mockoperator.HTMLPage},
		{Operation: print, What: mockoperator.TruncatedXML},
		{Operation: print, What: mockoperator.CutInResponseBody, Bytes: 5000},
		{What: mockoperator.Slow, Delay: 20 * time.Millisecond, Times: 3},
	}
}

// troubled sends a package under each mishap.
func troubled(s *stand) {
	s.Helper()
	p := s.launch()
	s.register(p)
	s.once(s.suffer(p)...)
}

func troubledByCertificate(s *stand) {
	s.Helper()
	p := s.launch()
	s.register(p, func(d *directory.Subscriber) { d.LoginKind, d.Login = directory.LoginCertificate, "" })
	key, err := s.heads[0].KeyPEM()
	s.must(err)
	s.must(p.SetLoginCertificate(s.Context(), subscriber, dmsplugin.KeyPair{Certificate: s.heads[0].CertificatePEM(), Key: edo.NewSecret(string(key))}))
	s.once(s.suffer(p)...)
}

func (s *stand) suffer(p *plugin) []edo.PackageID {
	s.Helper()
	var ids []edo.PackageID
	for i, rule := range mishaps() {
		if rule.Operation == "GetDocumentEntries" { // it is only asked when the answer of the send is lost
			s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenCut})
		}
		h := s.op.Misbehave(rule)
		op := p.finish(s.pack(fmt.Sprintf("p-%d", i), letter(s), fmt.Appendf(nil, "second of %d", i)))
		s.signal(fmt.Sprintf("the mishap %d %s", i, rule.What), h.Reached())
		s.sentAs(op)
		s.stamped(op)
		ids = append(ids, op.Key.Package)
	}
	return ids
}

// quiet ends all plugins: what is on the wire and in the log now is all there will ever be.
func (s *stand) quiet() {
	s.Helper()
	for _, p := range s.plugins {
		s.must(p.Close())
	}
}

// compare looks at every exchange from both sides.
func (s *stand) compare(t *testing.T) {
	rows, wire := s.rows(directory.ExchangeFilter{}), s.op.Wire()
	// A call that the end of a plugin stopped between its row and its first byte was never on the wire, and says so; or its
	// head alone was.
	rows = slices.DeleteFunc(rows, func(r directory.Exchange) bool { return r.Outcome == edo.OutcomeUnavailable && r.RequestSent == 0 })
	wire = slices.DeleteFunc(wire, func(x mockoperator.Exchange) bool { return x.Cut && x.Request.Size == 0 })
	var logged, seen []string
	for _, r := range rows {
		logged = append(logged, r.Operation)
	}
	for _, x := range wire {
		seen = append(seen, x.Operation)
	}
	if diff := cmp.Diff(seen, logged); diff != "" {
		t.Fatalf("operations on the wire and in the log (-wire +log):\n%s", diff)
	}
	db, store := s.store(), s.archive()
	open := func(d edo.Digest) (io.ReadCloser, error) {
		c, err := store.Open(t.Context(), d)
		if err != nil {
			return nil, err
		}
		return c.Open(t.Context())
	}
	withheld := 0
	for i, x := range wire {
		row, err := db.Exchange(t.Context(), rows[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		what := fmt.Sprintf("exchange %d %s", x.Number, x.Operation)
		request, err1 := x.Request.Bytes()
		answer, err2 := x.Response.Bytes()
		rebuilt, err3 := rebuild(row.Request, request, open)
		reanswered, err4 := rebuild(row.Answer, answer, open)
		if len(row.Answer.Holes) == 1 && row.Answer.Holes[0].Name == "withheld" { // see mishaps: only its digest is kept
			withheld++
			reanswered, err4 = answer, nil
		}
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		head := strings.ReplaceAll(row.RequestHead, "\n", "\r\n") + "\r\n\r\n"
		if diff := cmp.Diff(string(x.Head), head); diff != "" {
			t.Errorf("%s: head (-wire +log):\n%s", what, diff)
		}
		if x.Cut { // either side may have lost the end of what the other side had begun
			if !bytes.HasPrefix(rebuilt, request) || !bytes.HasPrefix(answer, reanswered) {
				t.Errorf("%s: cut, and what is there differs", what)
			}
			continue
		}
		if !bytes.Equal(rebuilt, request) || row.RequestDigest.String() != x.Request.SHA256 || row.RequestSize != x.Request.Size || row.RequestSent != x.Request.Size {
			t.Errorf("%s: request of %d bytes %s, log %d bytes %s\n%s", what, x.Request.Size, x.Request.SHA256, row.RequestSize, row.RequestDigest, cmp.Diff(string(request), string(rebuilt)))
		}
		if row.HTTPStatus == 0 && i >= len(wire)-workers {
			continue // the plugin was closed while this answer was on its way, and says that it has none
		}
		if !bytes.Equal(reanswered, answer) || row.AnswerDigest.String() != x.Response.SHA256 || row.AnswerSize != x.Response.Size || row.HTTPStatus != x.Status {
			t.Errorf("%s: answer %d of %d bytes %s, log %d, %d bytes %s", what, x.Status, x.Response.Size, x.Response.SHA256, row.HTTPStatus, row.AnswerSize, row.AnswerDigest)
		}
	}
	if withheld != 1 {
		t.Errorf("%d answers were withheld, want the compressed one", withheld)
	}
	t.Logf("%d exchanges are the same on both sides", len(wire))
}

// rebuild fills a masked text in; secrets are read from the place where they crossed the socket, by the name of their
// element, and only places that may hold a secret are filled.
func rebuild(m edo.Masked, wire []byte, open func(edo.Digest) (io.ReadCloser, error)) ([]byte, error) {
	var out bytes.Buffer
	err := m.Rebuild(&out, func(name string, n int) (string, error) {
		if !slices.Contains([]string{"password", "authToken", "AuthToken", "token", "identityToken", "AuthenticateResult", "AuthenticateWithCertificateResult", "AuthenticateWithIdentityTokenResult"}, name) {
			return "", fmt.Errorf("%q is no secret of the contract", name)
		}
		found := regexp.MustCompile(`<(?:\w+:)?`+name+`(?: [^>]*)?>([^<]*)</`).FindAllSubmatch(wire, -1)
		if n >= len(found) {
			return "", fmt.Errorf("the wire has no %s number %d", name, n)
		}
		return string(found[n][1]), nil
	}, open)
	return out.Bytes(), err
}

// validate hands every whole envelope to xmllint and the operator's schema.
func (s *stand) validate(t *testing.T) {
	schemas := os.Getenv("EDOKIT_XSD_DIR")
	if schemas == "" {
		t.Skip("EDOKIT_XSD_DIR is not set: the envelopes were not checked against the operator's schema")
	}
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed (libxml2-utils): the envelopes were not checked against the operator's schema")
	}
	dir, requests := t.TempDir(), 0
	args := []string{"--huge", "--noout", "--schema", filepath.Join(schemas, "envelope.xsd")}
	for _, x := range s.op.Wire() {
		for side, c := range map[string]mockoperator.Capture{"request": x.Request, "answer": x.Response} {
			body, err := c.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if !envelope(body) || foreign(body) {
				if side == "request" && !x.Cut {
					t.Errorf("request %d %s is no whole envelope", x.Number, x.Operation)
				}
				continue
			}
			if side == "request" {
				requests++
			}
			file := filepath.Join(dir, fmt.Sprintf("%d-%s-%s.xml", x.Number, x.Operation, side))
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, file)
		}
	}
	out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, invalid(out))
	}
	t.Logf("%d requests and %d answers are valid", requests, len(args)-4-requests)
}

// envelope says whether the text is whole: misbehaviour leaves halves and web pages on the wire.
func envelope(body []byte) bool {
	dec := xml.NewDecoder(bytes.NewReader(body))
	for root := true; ; {
		token, err := dec.Token()
		if err != nil {
			return errors.Is(err, io.EOF) && !root
		}
		if e, ok := token.(xml.StartElement); ok && root {
			if e.Name.Local != "Envelope" {
				return false
			}
			root = false
		}
	}
}

// foreign says whether a fault has a detail that the contract does not know, put there by a mishap.
func foreign(body []byte) bool {
	return bytes.Contains(body, []byte("<detail><ExceptionDetail")) || bytes.Contains(body, []byte("urn:another-service"))
}

// invalid leaves out the files that are valid.
func invalid(out []byte) string {
	var bad []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasSuffix(strings.TrimSpace(line), " validates") {
			bad = append(bad, line)
		}
	}
	return strings.Join(bad, "")
}
