package directory_test

import (
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func subscriber() directory.Subscriber {
	return directory.Subscriber{
		ID: "ours", Operator: "synerdocs", Endpoint: "https://service.example/exchange", INN: "7707083893", KPP: "770701001", Login: "user",
		LoginKind: directory.LoginPassword, Pins: []string{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
	}
}

// fields lists the fields of all faults in err.
func fields(t *testing.T, err error) []string {
	t.Helper()
	var all []string
	var many edo.Faults
	if !errors.As(err, &many) && err != nil {
		many = edo.Faults{err}
	}
	for _, one := range many {
		var e *edo.Error
		if !errors.As(one, &e) || e.Kind != edo.Invalid || e.Reason == "" || e.Remedy == "" {
			t.Errorf("no typed fault with a remedy: %v", one)
			continue
		}
		all = append(all, e.Field)
	}
	return all
}

func TestSubscriber(t *testing.T) {
	t.Parallel()
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})
	for name, tc := range map[string]struct {
		change func(s *directory.Subscriber)
		want   []string
	}{
		"good":                  {func(*directory.Subscriber) {}, nil},
		"loopback":              {func(s *directory.Subscriber) { s.Endpoint = "http://[::1]:80/x" }, nil},
		"with a certificate":    {func(s *directory.Subscriber) { s.LoginKind, s.Login = directory.LoginCertificate, "" }, nil},
		"bad id":                {func(s *directory.Subscriber) { s.ID = "a b" }, []string{"subscriber.id"}},
		"id with the separator": {func(s *directory.Subscriber) { s.ID = "a|login" }, []string{"subscriber.id"}},
		"bad INN":               {func(s *directory.Subscriber) { s.INN = "7707083890" }, []string{"subscriber.inn"}},
		"bad KPP":               {func(s *directory.Subscriber) { s.KPP = "1" }, []string{"subscriber.kpp"}},
		"no driver":             {func(s *directory.Subscriber) { s.Operator = "" }, []string{"subscriber.operator"}},
		"open network":          {func(s *directory.Subscriber) { s.Endpoint = "http://service.example/" }, []string{"subscriber.endpoint"}},
		"almost loopback":       {func(s *directory.Subscriber) { s.Endpoint = "http://127.0.0.1.example/" }, []string{"subscriber.endpoint"}},
		"password in the URL":   {func(s *directory.Subscriber) { s.Endpoint = "https://u:p@service.example/" }, []string{"subscriber.endpoint"}},
		"query in the URL":      {func(s *directory.Subscriber) { s.Endpoint = "https://service.example/?token=1" }, []string{"subscriber.endpoint"}},
		"other scheme":          {func(s *directory.Subscriber) { s.Endpoint = "file:///etc/passwd" }, []string{"subscriber.endpoint"}},
		"no login name":         {func(s *directory.Subscriber) { s.Login = "" }, []string{"subscriber.login"}},
		"unknown login":         {func(s *directory.Subscriber) { s.LoginKind = "token" }, []string{"subscriber.login_kind"}},
		"short pin":             {func(s *directory.Subscriber) { s.Pins = []string{"AAAA"} }, []string{"subscriber.pins[0]"}},
		"key among authorities": {func(s *directory.Subscriber) { s.CAs = key }, []string{"subscriber.cas"}},
		"no authorities":        {func(s *directory.Subscriber) { s.CAs = []byte("x") }, []string{"subscriber.cas"}},
		"unknown policy":        {func(s *directory.Subscriber) { s.Policy.Unverified = "maybe" }, []string{"subscriber.policy.unverified"}},
		"text turned round":     {func(s *directory.Subscriber) { s.Title = "a\u202eb" }, []string{"subscriber.title"}},
		"two lines":             {func(s *directory.Subscriber) { s.Title = "a\nb" }, []string{"subscriber.title"}},
		"long text":             {func(s *directory.Subscriber) { s.Title = strings.Repeat("я", 1001) }, []string{"subscriber.title"}},
		"too many pins":         {func(s *directory.Subscriber) { s.Forms = make([]string, 101) }, []string{"subscriber.forms"}},
		"all at once": {func(s *directory.Subscriber) { *s = directory.Subscriber{} }, []string{
			"subscriber.id", "subscriber.operator", "subscriber.inn", "subscriber.login_kind", "subscriber.endpoint",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := subscriber()
			tc.change(&s)
			if diff := cmp.Diff(tc.want, fields(t, s.Check())); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

// word makes a checker of a function.
type word func() error

func (w word) Check() error { return w() }

func responsible(r edo.Responsible) word {
	return func() error { return directory.CheckResponsible("s", r) }
}

func absence(a edo.Absence) word {
	return func() error { return directory.CheckAbsence("s", a) }
}

func TestOtherWords(t *testing.T) {
	t.Parallel()
	user := directory.User{Actor: "a", Subscriber: "s", Actions: []edo.Action{edo.ActionSend}}
	signer := directory.Signer{ID: "i", Subscriber: "s", Info: edo.SignerInfo{Owner: "Иванов"}, Certificate: []byte{1}}
	partner := responsible(edo.Responsible{Scope: edo.ScopeCounterparty, INN: "500100732259", Actor: "a"})
	command := signer
	command.Place, command.Command, command.Environment = directory.PlaceCommand, []string{"/usr/bin/sign", "--detached"}, []string{"LANG=C"}
	relative, nowhere, idle := command, command, signer
	relative.Command, relative.Environment = []string{"sign"}, []string{"LANG"}
	nowhere.Place, idle.Command = "moon", []string{"/usr/bin/sign"}
	badUser, badSigner := user, signer
	badUser.Actions, badUser.Kinds, badUser.From, badUser.Until = []edo.Action{"rule"}, []string{""}, noon, noon
	badSigner.Info.Owner, badSigner.Certificate, badSigner.From, badSigner.Until = "", make([]byte, 64<<10+1), noon, noon.Add(-1)
	for name, tc := range map[string]struct {
		word interface{ Check() error }
		want []string
	}{
		"user": {user, nil}, "signer": {signer, nil}, "responsible": {partner, nil}, "command": {command, nil},
		"bad user":         {badUser, []string{"user.actions[0]", "user.kinds[0]", "user.until"}},
		"nobody":           {directory.User{}, []string{"user.actor", "user.subscriber", "user.actions"}},
		"bad signer":       {badSigner, []string{"signer.info.owner", "signer.until", "signer.certificate"}},
		"relative command": {relative, []string{"signer.command", "signer.environment[0]"}},
		"unknown place":    {nowhere, []string{"signer.place"}},
		"idle command":     {idle, []string{"signer.command"}},
		"all actions": {directory.User{Actor: "a", Subscriber: "s", Actions: []edo.Action{
			edo.ActionSend, edo.ActionRead, edo.ActionAnswer, edo.ActionInvite, edo.ActionSign,
		}}, nil},
		"bad counterparty": {responsible(edo.Responsible{Scope: edo.ScopeCounterparty, INN: "1", KPP: "1", Actor: "a"}), []string{"responsible.inn", "responsible.kpp"}},
		"box of somebody":  {responsible(edo.Responsible{Scope: edo.ScopeBox, INN: "500100732259"}), []string{"responsible.actor", "responsible.inn"}},
		"no scope":         {responsible(edo.Responsible{Actor: "a"}), []string{"responsible.scope"}},
		"absence":          {absence(edo.Absence{Actor: "a", From: noon, Until: noon.Add(1)}), nil},
		"absence for ever": {absence(edo.Absence{Actor: "a", From: noon}), []string{"absence.until"}},
		"absence of none":  {absence(edo.Absence{From: noon, Until: noon}), []string{"absence.actor", "absence.until"}},
	} {
		if diff := cmp.Diff(tc.want, fields(t, tc.word.Check())); diff != "" {
			t.Errorf("%s: fields (-want +got):\n%s", name, diff)
		}
	}
}

func TestSignerRefuses(t *testing.T) {
	t.Parallel()
	s := directory.Signer{
		Info: edo.SignerInfo{NotBefore: noon, NotAfter: noon.Add(time.Hour)}, Kinds: []string{"Договор"}, Until: noon.Add(30 * time.Minute), Enabled: true,
	}
	off := s
	off.Enabled = false
	for name, tc := range map[string]struct {
		signer directory.Signer
		kind   string
		at     time.Time
		want   edo.Reason
	}{
		"may":                   {s, "Договор", noon, ""},
		"other kind":            {s, "Письмо", noon, edo.SignerNotAuthorised},
		"disabled":              {off, "Договор", noon, edo.SignerNotAuthorised},
		"before certificate":    {s, "Договор", noon.Add(-1), edo.SignerExpired},
		"at the end of the row": {s, "Договор", noon.Add(30 * time.Minute), edo.SignerExpired},
	} {
		if got := tc.signer.Refuses(tc.kind, tc.at); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// TestEveryActionCanBeAllowed: what is asked for somewhere can be given to a user, and to a deputy.
func TestEveryActionCanBeAllowed(t *testing.T) {
	t.Parallel()
	all := []edo.Action{
		edo.ActionSend, edo.ActionRead, edo.ActionAnswer, edo.ActionInvite, edo.ActionSign, edo.ActionDecide, edo.ActionReadLog,
		edo.ActionReadContent, edo.ActionExport, edo.ActionAdmin,
	}
	if err := (directory.User{Subscriber: "s", Actor: "a", Actions: all}).Check(); err != nil {
		t.Error(err)
	}
	if err := (directory.Substitution{Subscriber: "s", Deputy: "b", Principal: "a", Actions: all, Until: noon}).Check(); err != nil {
		t.Error(err)
	}
}

func TestSubstitution(t *testing.T) {
	t.Parallel()
	good := directory.Substitution{Subscriber: "s", Deputy: "b", Principal: "a", Until: noon}
	for name, tc := range map[string]struct {
		change func(s *directory.Substitution)
		want   []string
	}{
		"good": {func(*directory.Substitution) {}, nil},
		"restricted": {func(s *directory.Substitution) {
			s.Actions, s.Kinds = []edo.Action{edo.ActionExport}, []string{"Письмо"}
		}, nil},
		"for himself":    {func(s *directory.Substitution) { s.Principal = "b" }, []string{"substitution.principal"}},
		"for ever":       {func(s *directory.Substitution) { s.Until = time.Time{} }, []string{"substitution.until"}},
		"ends before":    {func(s *directory.Substitution) { s.From = noon }, []string{"substitution.until"}},
		"unknown action": {func(s *directory.Substitution) { s.Actions = []edo.Action{"rule"} }, []string{"substitution.actions[0]"}},
		"of the machine": {func(s *directory.Substitution) { s.Deputy, s.Principal = "os:a", "os:b" }, []string{"substitution.deputy", "substitution.principal"}},
		"nobody":         {func(s *directory.Substitution) { *s = directory.Substitution{Until: noon} }, []string{"substitution.subscriber", "substitution.deputy", "substitution.principal", "substitution.principal"}},
	} {
		s := good
		tc.change(&s)
		if diff := cmp.Diff(tc.want, fields(t, s.Check())); diff != "" {
			t.Errorf("%s: fields (-want +got):\n%s", name, diff)
		}
	}
}
