package foreign_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
)

const letter = "../../examples/quickstart/testdata/letter.pdf"

// side is one organisation as a client needs it.
type side struct {
	Box      string `json:"box"`
	Login    string `json:"login"`
	Password string `json:"password"`
	INN      string `json:"inn"`
	KPP      string `json:"kpp"`
}

// task is what a client reads from its standard input.
type task struct {
	WSDL      string `json:"wsdl"` // where the description is
	Address   string `json:"address"`
	ID        string `json:"id"`
	From      side   `json:"from"`
	To        side   `json:"to"`
	Name      string `json:"name"`
	Comment   string `json:"comment"`
	Field     string `json:"field"`
	Content   []byte `json:"content"`
	Signature []byte `json:"signature"` // of From
	Answer    []byte `json:"answer"`    // the signature of To
}

// story is what a client tells of the letter.
type story struct {
	Boxes      []string `json:"boxes"`
	Found      []found  `json:"found"`
	Sent       sent     `json:"sent"`
	Entry      entry    `json:"entry"`
	Info       info     `json:"info"`
	Printed    file     `json:"printed"`
	Downloaded file     `json:"downloaded"`
	Messages   []string `json:"messages"`
	Received   received `json:"received"`
	Answer     string   `json:"answer"` // id of the signature
	Answered   status   `json:"answered"`
	Unsigned   sent     `json:"unsigned"`
	Fault      fault    `json:"fault"`
}

type (
	found struct {
		Box    string `json:"box"`
		Name   string `json:"name"`
		Status string `json:"status"`
		Rules  bool   `json:"rules"`
	}
	sent struct {
		Message  string `json:"message"`
		Document string `json:"document"`
		Local    string `json:"local"`
		Sign     string `json:"sign"`
		Seconds  int64  `json:"seconds"`
	}
	entry struct {
		Total    int    `json:"total"`
		Document string `json:"document"`
		Field    string `json:"field"`
		Flow     string `json:"flow"`
		Kind     string `json:"kind"`
		Box      string `json:"box"`
		Status   status `json:"status"`
	}
	status struct {
		Type     string `json:"type"`
		Delivery string `json:"delivery"`
		Signing  string `json:"signing"`
	}
	info struct {
		Name     string `json:"name"`
		Comment  string `json:"comment"`
		Sum      string `json:"sum"`
		NeedSign bool   `json:"needSign"`
		SHA256   string `json:"sha256"`
		Sign     string `json:"sign"`
		Status   status `json:"status"`
	}
	file struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
	}
	received struct {
		From   string `json:"from"`
		SHA256 string `json:"sha256"`
		Sign   string `json:"sign"`
	}
	fault struct {
		Code    string `json:"code"`
		Field   string `json:"field"`
		Message string `json:"message"`
	}
)

// TestClients: a client that knows the description alone sends, finds, prints and answers, and understands what it is told.
func TestClients(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(*testing.T) []string{"zeep": zeep, "npm soap": func(t *testing.T) []string { return []string{node(t), "client.mjs"} }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := find(t)
			t.Run("our description", func(t *testing.T) { t.Parallel(); thereAndBack(t, command, "") })
			t.Run("the operator's description", func(t *testing.T) { t.Parallel(); thereAndBack(t, command, published(t)) })
		})
	}
}

// thereAndBack holds what a client tells of a letter against what the stand-in has. Without a file the client reads the
// description that the stand-in serves.
func thereAndBack(t *testing.T, command []string, wsdl string) {
	t.Helper()
	op, url := operator(t)
	in := letterOf(t, op, url)
	if wsdl != "" {
		in.WSDL = wsdl
	}
	got := tell(t, command, in)
	if diff := cmp.Diff(want(t, op, in), got); diff != "" {
		t.Errorf("-as the operator has it +as the client tells it\n%s", diff)
	}
	onTheWire(t, op)
}

// published is the description that the operator published, which may not be redistributed.
func published(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("EDOKIT_XSD_DIR")
	if dir == "" {
		t.Skip("EDOKIT_XSD_DIR is not set: no client was made of the description that the operator published")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.wsdl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("not one description in %s: %v, %v", dir, files, err)
	}
	return files[0]
}

// tell runs a client.
func tell(t *testing.T, command []string, in task) story {
	t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	var complaints bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaints.String())
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.DisallowUnknownFields()
	var s story
	if err := dec.Decode(&s); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return s
}

// want is the story that the ledger tells.
func want(t *testing.T, op *mockoperator.Operator, in task) story {
	t.Helper()
	ledger := op.Ledger()
	if len(ledger) != 3 || len(ledger[0].Documents) != 1 || len(ledger[1].Signs) != 1 || len(ledger[2].Documents) != 1 {
		t.Fatalf("not a letter, its answer and an unsigned letter: %+v", ledger)
	}
	d, u := ledger[0].Documents[0], ledger[2].Documents[0]
	if d.SHA256 != digest(in.Content) || u.SHA256 != digest(in.Content) || !bytes.Equal(d.Sign.Raw, in.Signature) || !bytes.Equal(u.Answers[0].Sign.Raw, in.Answer) {
		t.Error("content or signature did not arrive as they were handed over")
	}
	if diff := cmp.Diff([]string{in.Name, in.Comment, in.Field, "Договор", "valid", "Signed", "Signed"}, []string{d.Name, d.Comment, d.CustomField, d.Kind, d.Sign.Verdict, d.Signing, u.Signing}); diff != "" {
		t.Errorf("-handed over +accepted\n%s", diff)
	}
	form := file{in.Name, d.Form.SHA256}
	untyped := func(delivery, signing string) status { return status{"UntypedDocumentFlowStatus", delivery, signing} }
	return story{
		Boxes: []string{in.From.Box},
		Found: []found{{Box: in.To.Box, Name: op.Organisations()[1].LegalName, Status: "Active", Rules: true}},
		Sent:  sent{ledger[0].MessageID, d.ServiceID, "letter-1", d.Sign.ServiceID, ledger[0].Time.Unix()},
		Entry: entry{1, d.ServiceID, in.Field, "SentSigned", "Договор", in.To.Box, untyped("RecievedByService", "WaitingForSign")},
		Info: info{
			Name: in.Name, Comment: in.Comment, Sum: "1250.00", NeedSign: true, SHA256: digest(in.Content), Sign: digest(in.Signature),
			Status: untyped("SentToRecipient", "WaitingForSign"),
		},
		Printed: form, Downloaded: form,
		Messages: []string{ledger[0].MessageID},
		Received: received{From: in.From.Box, SHA256: digest(in.Content), Sign: digest(in.Signature)},
		Answer:   ledger[1].Signs[0].ServiceID,
		Answered: untyped("SentToRecipient", "Signed"),
		Unsigned: sent{Message: ledger[2].MessageID, Document: u.ServiceID, Local: "letter-2", Seconds: ledger[2].Time.Unix()},
		Fault:    fault{"BoxAccessError", "boxId", "Нет доступа к ящику"},
	}
}

// onTheWire: nothing was refused but what had to be, and nothing was asked twice.
func onTheWire(t *testing.T, op *mockoperator.Operator) {
	t.Helper()
	var calls []string
	for _, x := range op.Wire() {
		if x.Operation != "" { // the description is asked for without one
			calls = append(calls, x.Operation+" "+x.Fault)
		}
	}
	if diff := cmp.Diff([]string{
		"Authenticate ", "GetBoxes ", "GetOrganizationListByInnKpp ", "SendMessage ", "GetDocumentEntries ", "GetFullDocumentInfo ", "PrintDocument ", "DownloadPdfDocument ",
		"Authenticate ", "GetMessages ", "GetMessage ", "SendMessage ", "GetFullDocumentInfo ", "SendUnsignedMessage ", "SignDocument ", "GetDocumentContent BoxAccessError",
	}, calls); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func operator(t *testing.T) (*mockoperator.Operator, string) {
	t.Helper()
	op, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = stop(), op.Close() })
	return op, url
}

// letterOf makes the letter and both signatures. Its comment has white space and signs that a stack may lose.
func letterOf(t *testing.T, op *mockoperator.Operator, url string) task {
	t.Helper()
	content, err := os.ReadFile(letter)
	if err != nil {
		t.Fatal(err)
	}
	in := task{WSDL: url + "?wsdl", Address: url, ID: "message-1", Name: "договор «о поставке».pdf", Comment: "  Прошу & <подписать> ", Field: "package-1", Content: content}
	for i, to := range []struct {
		side      *side
		signature *[]byte
	}{{&in.From, &in.Signature}, {&in.To, &in.Answer}} {
		org := op.Organisations()[i]
		*to.side = side{Box: org.Boxes[0], Login: org.Login, Password: org.Password, INN: org.INN, KPP: org.KPP}
		*to.signature = sign(t, op, org.Boxes[0])
	}
	return in
}

// sign has openssl sign the letter.
func sign(t *testing.T, op *mockoperator.Operator, box string) []byte {
	t.Helper()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: no letter was signed for the clients")
	}
	id, err := op.Identity(box)
	if err != nil {
		t.Fatal(err)
	}
	key, err := id.KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	pem := filepath.Join(t.TempDir(), "signer.pem")
	if err := os.WriteFile(pem, append(key, id.CertificatePEM()...), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), openssl, "cms", "-sign", "-binary", "-outform", "DER", "-in", letter, "-signer", pem, "-inkey", pem).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func zeep(t *testing.T) []string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} { // the first one may not be Debian's
		if exec.CommandContext(t.Context(), name, "-c", "import zeep").Run() == nil {
			return []string{name, "-B", "client.py"} // -B leaves no compiled files beside the sources
		}
	}
	t.Skip("python3-zeep is not installed: no client in Python was run")
	return nil
}

// node is the program that runs the scripts of this folder.
func node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed (nodejs): npm soap was not run")
	}
	if _, err := os.Stat("node_modules/soap"); err != nil {
		t.Skip("the packages of npm soap are not here (node examples/hosts/node/fetch.mjs conformance/foreign): it was not run")
	}
	return path
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
