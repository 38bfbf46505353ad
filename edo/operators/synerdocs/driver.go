package synerdocs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Name is the driver's name in accounts and rows.
const Name = "synerdocs"

// Config is what the driver takes from outside. The zero value works.
type Config struct {
	Now           func() time.Time // nil: the system clock
	Visibility    time.Duration    // how long an accepted message may stay invisible to Find; 0: 2 minutes
	ApplicationID string           // GUID text that the login sends; empty: all zeros, as the operator's samples do
	UserAgent     string           // empty: "edokit"
	Zone          *time.Location   // of times that the operator writes without a zone; nil: UTC
	Log           *slog.Logger     // what needs a person's eye but is no error; nil: nowhere
	Limits        Limits
}

// Limits bound what an exchange may cost. Zero fields mean the default.
type Limits struct {
	Answer   int64         // bytes of an answer without document content; 0: 16 MiB
	Content  int64         // bytes of document content in one answer; 0: 1 GiB
	Deadline time.Duration // of one exchange as a whole
	MinRate  int64         // bytes per second below which an exchange is given up
	Entries  int           // entries of the outbox that one Find reads at most; 100000
}

const (
	defaultVisibility = 2 * time.Minute
	defaultEntries    = 100_000
	emptyGUID         = "00000000-0000-0000-0000-000000000000"
)

// Driver implements [edo.Driver] for the Synerdocs exchange service.
type Driver struct {
	config Config
	codes  codes
	answer codes
	types  docTypes
}

var _ edo.Driver = (*Driver)(nil)

// New fills the defaults in. It cannot fail: whatever may be wrong belongs to an account and is reported by Open.
func New(c Config) *Driver {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Visibility <= 0 {
		c.Visibility = defaultVisibility
	}
	if c.ApplicationID == "" {
		c.ApplicationID = emptyGUID
	}
	if c.UserAgent == "" {
		c.UserAgent = "edokit"
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Limits.Entries <= 0 {
		c.Limits.Entries = defaultEntries
	}
	return &Driver{config: c, codes: newCodes(), answer: answerCodes(), types: newDocTypes()}
}

// Name is "synerdocs".
func (d *Driver) Name() string { return Name }

// Open prepares a session without calling the operator; the first call that needs a token logs in. Everything that is
// wrong with the account is reported at once, as [edo.Invalid] or [edo.NotSupported]. The session implements
// [edo.Checker], [edo.Finder], [edo.Printer], [edo.Tracker], [edo.Receiver], [edo.Answerer], [edo.Archivist],
// [edo.Office], [edo.Registrar], [edo.Enroller] and [Caller] as well.
func (d *Driver) Open(_ context.Context, a edo.Account) (edo.Session, error) {
	var faults edo.Faults
	add := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	how, err := loginOf(a.Login, d.config.ApplicationID, d.codes)
	add(err)
	var other login
	if a.Next != nil {
		other, err = loginOf(a.Next.Login, d.config.ApplicationID, d.codes)
		add(err)
	}
	forms, err := formsOf(a.Forms)
	add(err)
	l := d.config.Limits
	client, err := soap.New(soap.Config{
		Subscriber: a.Subscriber, Endpoint: a.Endpoint, CAs: a.CAs, Pins: a.Pins, Journal: a.Journal,
		Now: d.config.Now, UserAgent: d.config.UserAgent, FaultDetail: soap.Name{Space: faultSpace, Local: "ServiceErrorFaultContract"},
		Limits: soap.Limits{Answer: l.Answer, Content: l.Content, Deadline: l.Deadline, MinRate: l.MinRate},
	})
	add(err)
	if err := faults.Err(); err != nil {
		if client != nil {
			client.Close()
		}
		return nil, err
	}
	return &session{
		config: d.config, codes: d.codes, answers: d.answer, types: d.types, box: a.Box, department: a.Department, subscriber: a.Subscriber, client: client, forms: forms,
		turn: make(chan struct{}, 1), tokens: tokens{login: how, next: a.Next, other: other, log: d.config.Log, client: client, now: d.config.Now},
	}, nil
}

// invalid is a fault of the caller's own data.
func invalid(field, message, remedy string) error {
	return &edo.Error{Kind: edo.Invalid, Op: Name, Field: field, Message: message, Remedy: remedy}
}

// formsOf checks the names of the calls that may give a printed form.
func formsOf(names []string) ([]string, error) {
	if len(names) == 0 {
		return []string{printDocument, downloadPDF}, nil
	}
	seen := map[string]bool{}
	for i, n := range names {
		if (n != printDocument && n != downloadPDF) || seen[n] {
			return nil, invalid(fmt.Sprintf("account.forms[%d]", i), "is unknown or given twice", "use "+printDocument+" and "+downloadPDF)
		}
		seen[n] = true
	}
	return names, nil
}
