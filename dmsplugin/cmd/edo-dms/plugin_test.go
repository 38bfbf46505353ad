package main_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// office is one operator on a socket and one plugin process that is ready to send.
type office struct {
	operator *mockoperator.Operator
	client   *dmsplugin.Client
	home     string
	password string
	to       mockoperator.Organisation
	log      *buffer
}

// buffer collects what the plugin logs.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

const (
	us    = edo.SubscriberID("our-firm")
	clerk = edo.ActorID("ivanova")
)

func open(t *testing.T) *office {
	t.Helper()
	operator, err := mockoperator.New(mockoperator.Config{Organisations: organisations()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { operator.Close() })
	address, stop, err := operator.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	o := &office{operator: operator, home: t.TempDir(), log: &buffer{}, password: operator.Organisations()[0].Password, to: operator.Organisations()[1]}
	t.Cleanup(func() { unseen(t, o.password, o.log.String(), o.home) })
	o.client, err = dmsplugin.Launch(t.Context(), dmsplugin.Config{
		Path: binary(), Env: []string{"EDOKIT_HOME=" + o.home, "EDOKIT_LOG=debug"}, Actor: clerk,
		Logger: slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.client.Close(); err != nil {
			t.Error(err)
		}
	})
	o.register(t, operator.Organisations()[0], address)
	return o
}

// register stores subscriber, credentials, clerk and both heads through the plugin, as a host would.
func (o *office) register(t *testing.T, us1 mockoperator.Organisation, address string) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(o.client.PutSubscriber(ctx, directory.Subscriber{
		ID: us, Title: us1.Name, Operator: "synerdocs", Endpoint: address, Box: edo.BoxID(us1.Boxes[0]), INN: us1.INN, KPP: us1.KPP,
		Login: us1.Login, LoginKind: directory.LoginPassword, Enabled: true,
	}))
	must(o.client.SetPassword(ctx, us, us1.Login, edo.NewSecret(o.password)))
	must(o.client.AllowUser(ctx, directory.User{Actor: clerk, Subscriber: us, Actions: []edo.Action{edo.ActionSend, edo.ActionRead, edo.ActionReadLog, edo.ActionReadContent}}))
	heads, err := o.operator.Identities(us1.Boxes[0])
	must(err)
	for i, head := range heads {
		key, err := head.KeyPEM()
		must(err)
		stored, err := o.client.PutSigner(ctx, directory.Signer{ID: edo.SignerID(fmt.Sprintf("head-%d", i+1)), Subscriber: us, Enabled: true},
			&dmsplugin.KeyPair{Certificate: head.CertificatePEM(), Key: edo.NewSecret(string(key))})
		must(err)
		if !stored.HasKey || stored.Info.Owner != head.Name || stored.Info.Thumbprint != head.Thumbprint() {
			t.Errorf("signer %+v", stored)
		}
	}
}

func (o *office) pkg(t *testing.T, id edo.PackageID, files ...string) edo.Package {
	t.Helper()
	p := edo.Package{ID: id, Subscriber: us, Actor: clerk, To: edo.Counterparty{INN: o.to.INN, KPP: o.to.KPP, Name: o.to.Name}}
	for i, f := range files {
		content, err := edo.FileContent(f)
		if err != nil {
			t.Fatal(err)
		}
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(fmt.Sprintf("doc-%d", i+1)), Name: filepath.Base(f), Kind: "Письмо", Content: content, Signer: edo.SignerID(fmt.Sprintf("head-%d", i%2+1)),
		})
	}
	return p
}

func write(t *testing.T, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWholeWayThroughThePlugin(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	letter := write(t, "письмо.txt", []byte("Прошу принять к исполнению"))
	op, err := o.client.SendAndWait(ctx, o.pkg(t, "p-1", letter, write(t, "договор.txt", []byte("Договор"))))
	if err != nil {
		t.Fatal(err)
	}
	ledger := o.operator.Ledger()
	if op.State != edo.StateSent || !op.Settled() || len(ledger) != 1 || string(op.Message) != ledger[0].MessageID {
		t.Fatalf("operation %+v, ledger %+v", op, ledger)
	}
	for i, d := range op.Documents {
		form := ledger[0].Documents[i].Form
		var got bytes.Buffer
		version, err := o.client.Content(ctx, op.Key, d.ID, edo.RoleOperatorForm, &got)
		if err != nil || form == nil || version.Digest.String() != form.SHA256 {
			t.Errorf("%s: version %+v, form %+v, %v", d.ID, version, form, err)
		}
		if want := "stamp recognised: " + string(d.Remote); version.Remark != want {
			t.Errorf("%s: remark %q, want %q", d.ID, version.Remark, want)
		}
		if raw, err := os.ReadFile(form.Path); err != nil || !bytes.Equal(raw, got.Bytes()) {
			t.Errorf("%s: other bytes than the operator's form (%v)", d.ID, err)
		}
		if got := ledger[0].Documents[i].Sign.Verdict; got != "valid" {
			t.Errorf("%s: signature is %s", d.ID, got)
		}
	}
	o.seesTheLog(t, op)
	o.keepsItsSecrets(t)
}

// seesTheLog reads every exchange of the package and its XML through the plugin.
func (o *office) seesTheLog(t *testing.T, op edo.Operation) {
	t.Helper()
	rows, err := o.client.Log(t.Context(), directory.ExchangeFilter{Subscriber: us, Operation: "SendMessage"})
	if err != nil || len(rows) != 1 || rows[0].Package != op.Key.Package || rows[0].Outcome != edo.OutcomeOK {
		t.Fatalf("rows %+v, %v", rows, err)
	}
	for side, word := range map[dmsplugin.Side]string{dmsplugin.RequestSide: "[secret]", dmsplugin.AnswerSide: string(op.Message)} {
		var xml bytes.Buffer
		row, err := o.client.RawXML(t.Context(), rows[0].ID, side, &xml)
		if err != nil || !strings.Contains(xml.String(), word) || row.RequestHead == "" {
			t.Errorf("side %d: %v, no %q in\n%s", side, err, word, xml.String())
		}
	}
	events, err := o.client.Deliver(t.Context(), us, 0, 0)
	if err != nil || len(events) < 4 {
		t.Errorf("events: %d, %v", len(events), err)
	}
}

// keepsItsSecrets looks for the password and for every token in all files of the home folder, the log and the answers.
func (o *office) keepsItsSecrets(t *testing.T) {
	t.Helper()
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(o.password)
	words := map[string]string{
		"password": o.password, "escaped": escaped, "query": url.QueryEscape(o.password), "path": url.PathEscape(o.password),
		"base64": base64.StdEncoding.EncodeToString([]byte(o.password)),
	}
	subscribers, err := o.client.Subscribers(t.Context())
	if err != nil {
		t.Error(err)
	}
	places := map[string]string{"log": o.log.String(), "answers": fmt.Sprintf("%+v", subscribers)}
	err = filepath.WalkDir(o.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		places[path] = string(raw)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	for place, text := range places {
		for form, word := range words {
			if strings.Contains(text, word) {
				t.Errorf("%s holds the %s", place, form)
			}
		}
	}
}

// TestLaunchSaysWhy: a host that only has the error must be able to mend what is wrong.
func TestLaunchSaysWhy(t *testing.T) {
	t.Parallel()
	home := write(t, "home", []byte("no folder"))
	_, err := dmsplugin.Launch(t.Context(), dmsplugin.Config{Path: binary(), Env: []string{"EDOKIT_HOME=" + home}})
	if !errors.Is(err, edo.Unavailable) || !strings.Contains(err.Error(), home) {
		t.Errorf("error %v", err)
	}
	t.Log(err)
}
