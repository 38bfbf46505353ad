package mockoperator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// PasswordLogin says what a login with a password may do. The contract calls it limited, a sample sends after it.
type PasswordLogin string

// The two readings of the contract.
const (
	PasswordFull     PasswordLogin = "full"
	PasswordReadOnly PasswordLogin = "read-only"
)

// Scenario is how the operator behaves. The zero value is an operator at its best.
type Scenario struct {
	// About says what the scenario is for; in YAML its keys stand beside the others.
	About         About          `yaml:",inline"`
	Organisations []Organisation `yaml:"organisations"`  // only at start; empty: DefaultOrganisations
	PasswordLogin PasswordLogin  `yaml:"password-login"` // full (default) or read-only
	TokenLifetime time.Duration  `yaml:"token-lifetime"` // default 1h
	// GOST is the verdict on signatures that this stand-in cannot check: valid (default) or invalid.
	GOST string `yaml:"gost-signatures"`
	// People holds the switches of logins, registration and contacts; in YAML they stand beside the others.
	People People `yaml:",inline"`
	// Flow holds the switches of messages, service documents and evidence; in YAML they stand beside the others.
	Flow Flow `yaml:",inline"`
	// Visibility of sent documents in GetDocumentEntries.
	Visibility Visibility `yaml:"visibility"`
	// PrintForms says per operation and kind of document what a printed form is like.
	PrintForms []PrintForms `yaml:"print-forms"`
	// Inbox is how many documents lie in the box of the first organisation, from the second one; only at start.
	Inbox int `yaml:"inbox"`
	// Rules are misbehaviours in force from the start.
	Rules []Rule `yaml:"misbehave"`
}

// About is what people read of a scenario, one sentence each.
type About struct {
	Title   string `yaml:"title"`
	TitleRU string `yaml:"title-ru"`
	From    string `yaml:"from"`   // where this was seen
	Expect  string `yaml:"expect"` // how it ends for whoever is right
}

// maxInbox bounds what is made before the operator can be reached.
const maxInbox = 10_000

// Visibility delays the appearance of a sent document in lists: after a time, after a number of listings, or never.
type Visibility struct {
	Delay    time.Duration `yaml:"delay"`
	Listings int           `yaml:"listings"`
	Never    bool          `yaml:"never"`
}

// FormMode is what becomes of a printed form.
type FormMode string

// The modes of a printed form.
const (
	FormReady         FormMode = "ready"           // default: stamped PDF
	FormAfterPolls    FormMode = "ready-after"     // nil for Polls requests and until After, then ready
	FormNever         FormMode = "never"           // nil always
	FormOff           FormMode = "off"             // fault FeatureDisabled
	FormHTML          FormMode = "html"            // a web page under the name of a PDF
	FormPNG           FormMode = "png"             // a picture under the name of a PDF
	FormTruncated     FormMode = "truncated"       // the first half of the PDF
	FormBroken        FormMode = "broken"          // head and end of the PDF, its middle is missing
	FormFile          FormMode = "file"            // the bytes of File, whatever they are
	FormEqualOriginal FormMode = "equal-to-origin" // the document as it was sent, no stamp
	FormNoStamp       FormMode = "no-stamp"        // a PDF of other bytes than the document, without any stamp
	FormNoIDs         FormMode = "no-ids"          // a stamp without the id of the document and without a seal
)

// PrintForms is the behaviour of one operation for one kind of document. Of several that match the last one holds.
type PrintForms struct {
	Operation string   `yaml:"operation"` // PrintDocument, DownloadPdfDocument; empty: both
	Kind      string   `yaml:"kind"`      // UntypedKind of the document, as «Письмо»; empty: any
	Flow      string   `yaml:"flow"`      // FlowType of its message, as SentInternal; empty: any
	Mode      FormMode `yaml:"mode"`
	File      string   `yaml:"file"` // with mode file: what is given as the printed form
	Polls     int      `yaml:"polls"`
	// After is the least age of the message, with mode ready-after: nil before.
	After time.Duration `yaml:"after"`
	// Others says what documents get that are no PDF: sheet (default, a page of its own with the stamp) or nil.
	Others string `yaml:"others"`
}

func (s Scenario) withDefaults() Scenario {
	if s.PasswordLogin == "" {
		s.PasswordLogin = PasswordFull
	}
	if s.TokenLifetime == 0 {
		s.TokenLifetime = time.Hour
	}
	if s.GOST == "" {
		s.GOST = "valid"
	}
	s.People = s.People.withDefaults()
	s.Flow = s.Flow.withDefaults()
	return s
}

// ParseScenario reads a scenario from YAML. An unknown field or word is an error that names it.
func ParseScenario(text []byte) (Scenario, error) {
	var s Scenario
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	// An empty file is an operator at its best.
	if err := dec.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return Scenario{}, fmt.Errorf("mockoperator: scenario: %w", err)
	}
	return s, s.check()
}

func (s Scenario) check() error {
	if !slices.Contains([]PasswordLogin{"", PasswordFull, PasswordReadOnly}, s.PasswordLogin) {
		return fmt.Errorf("mockoperator: scenario: password-login is full or read-only, not %q", s.PasswordLogin)
	}
	if !slices.Contains([]string{"", "valid", "invalid"}, s.GOST) {
		return fmt.Errorf("mockoperator: scenario: gost-signatures is valid or invalid, not %q", s.GOST)
	}
	if err := s.People.check(); err != nil {
		return err
	}
	if err := s.Flow.check(); err != nil {
		return err
	}
	if s.Inbox < 0 || s.Inbox > maxInbox {
		return fmt.Errorf("mockoperator: scenario: inbox is 0 to %d, not %d", maxInbox, s.Inbox)
	}
	for _, f := range s.PrintForms {
		if err := f.check(); err != nil {
			return err
		}
	}
	for _, r := range s.Rules {
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

func (f PrintForms) check() error {
	modes := []FormMode{"", FormReady, FormAfterPolls, FormNever, FormOff, FormHTML, FormPNG, FormTruncated, FormBroken, FormFile, FormEqualOriginal, FormNoStamp, FormNoIDs}
	if !slices.Contains(modes, f.Mode) {
		return fmt.Errorf("mockoperator: print-forms: unknown mode %q; known: %q", f.Mode, modes[1:])
	}
	if (f.Mode == FormFile) != (f.File != "") {
		return fmt.Errorf("mockoperator: print-forms: file %q goes with mode file and only with it", f.File)
	}
	if f.After < 0 || f.After > 0 && f.Mode != FormAfterPolls {
		return fmt.Errorf("mockoperator: print-forms: after %v goes with mode ready-after and only with it", f.After)
	}
	if !slices.Contains([]string{"", "PrintDocument", "DownloadPdfDocument"}, f.Operation) {
		return fmt.Errorf("mockoperator: print-forms: operation is PrintDocument or DownloadPdfDocument, not %q", f.Operation)
	}
	if !slices.Contains([]string{"", "SentSigned", "SentUnsigned", "SentInternal"}, f.Flow) {
		return fmt.Errorf("mockoperator: print-forms: flow is SentSigned, SentUnsigned or SentInternal, not %q", f.Flow)
	}
	if !slices.Contains([]string{"", "sheet", "nil"}, f.Others) {
		return fmt.Errorf("mockoperator: print-forms: others is sheet or nil, not %q", f.Others)
	}
	return nil
}
