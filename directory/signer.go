package directory

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// maxCertificate bounds a certificate in bytes; qualified ones are 2-4 KiB.
const maxCertificate = 64 << 10

// Place says where a signer's key is.
type Place string

// Places of keys.
const (
	PlaceKey     Place = "key"     // sealed here; the default
	PlaceHost    Place = "host"    // at the host: every signature is a signature task
	PlaceCommand Place = "command" // at an external program
)

// Signer is a person whose key signs for a subscriber (подписант). The key itself is elsewhere, sealed, or nowhere.
type Signer struct {
	ID          edo.SignerID
	Subscriber  edo.SubscriberID
	Info        edo.SignerInfo // facts of the certificate; Info.ID is ID
	Certificate []byte         // DER
	Place       Place          // empty means [PlaceKey], and is stored so
	Command     []string       // with [PlaceCommand]: absolute path of the program and its arguments; no shell reads them
	Environment []string       // with [PlaceCommand]: NAME=value, all that the program gets. Shown to administrators: no secrets
	Kinds       []string       // document kinds the person may sign; empty: all
	From        time.Time      // zero: the certificate's dates alone count
	Until       time.Time      // exclusive; zero: the certificate's dates alone count
	Enabled     bool
	HasKey      bool      // set by the store: a sealed key is there
	UpdatedAt   time.Time // set by the store
}

// Check reports every fault.
func (s Signer) Check() error {
	var f faults
	f.add(edo.CheckID("signer.id", string(s.ID)))
	f.add(edo.CheckID("signer.subscriber", string(s.Subscriber)))
	f.line("signer.info.owner", s.Info.Owner, true)
	f.line("signer.info.organisation", s.Info.Organisation, false)
	f.lines("signer.kinds", s.Kinds)
	f.period("signer.until", s.From, s.Until)
	if n := len(s.Certificate); n == 0 || n > maxCertificate {
		f.bad(edo.SignatureMalformed, "signer.certificate", "is empty or too large", "give one X.509 certificate in DER")
	}
	s.checkPlace(&f)
	return f.err()
}

func (s Signer) checkPlace(f *faults) {
	switch s.Place {
	case "", PlaceKey, PlaceHost:
		if len(s.Command)+len(s.Environment) > 0 {
			f.bad(CommandMalformed, "signer.command", "is set, and the key is not at a program", "leave it empty, or use place command")
		}
		return
	case PlaceCommand:
	default:
		f.bad(CommandMalformed, "signer.place", "is unknown", "use key, host or command")
		return
	}
	f.lines("signer.command", s.Command)
	if len(s.Command) == 0 || !filepath.IsAbs(s.Command[0]) {
		f.bad(CommandMalformed, "signer.command", "does not begin with an absolute path", "name the program by its full path, then its arguments")
	}
	f.lines("signer.environment", s.Environment)
	for i, e := range s.Environment {
		if name, _, ok := strings.Cut(e, "="); !ok || name == "" {
			f.bad(CommandMalformed, fmt.Sprintf("signer.environment[%d]", i), "is not NAME=value", "write it as NAME=value")
		}
	}
}

// Refuses gives the reason why the person may not sign a document of this kind at this time, empty if he may.
func (s Signer) Refuses(kind string, at time.Time) edo.Reason {
	switch {
	case !s.Enabled, len(s.Kinds) > 0 && !slices.Contains(s.Kinds, kind):
		return edo.SignerNotAuthorised
	case !within(at, s.From, s.Until), at.Before(s.Info.NotBefore), at.After(s.Info.NotAfter):
		return edo.SignerExpired
	}
	return ""
}
