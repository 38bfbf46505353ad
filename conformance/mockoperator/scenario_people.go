package mockoperator

import (
	"fmt"
	"slices"
)

// Words of the scenario about people and relations; of each group the first is the default.
const (
	ContactsOpen     = "open"     // pairs of active local subscribers may exchange until one of them stops it
	ContactsRequired = "required" // only after an accepted invitation

	RecipientRefused = "refused" // OrganizationMustBeActive
	RecipientParked  = "parked"  // accepted, handed over when the recipient becomes active

	DuplicateFault    = "fault"    // DuplicateOrganization
	DuplicateResponse = "response" // an answer with code 1 and a validation tree
	DuplicateFound    = "found"    // an answer with code 0 and the organisation that is there

	TokenPlain     = "plain"     // the text of the token
	TokenEnveloped = "enveloped" // as with the certificate alone

	InviteRefused = "refused" // OrganizationMustBeActive
	InviteAllowed = "allowed"
)

// People is the part of a [Scenario] about logins, registration and contacts.
type People struct {
	// Contacts says who may exchange: open (default) or required.
	Contacts string `yaml:"contacts"`
	// NonActiveRecipient says what becomes of documents for one who is not registered yet: refused (default) or parked.
	NonActiveRecipient string `yaml:"non-active-recipient"`
	// InviteNonActive says whether such a one can be invited: refused (default) or allowed.
	InviteNonActive string `yaml:"invite-non-active"`
	// DuplicateOrganisation is the answer to a registration of who is registered: fault (default), response, found.
	DuplicateOrganisation string `yaml:"duplicate-organisation"`
	// RegisteredStatus is the status after RegisterSubscriber: Test (default) or Active. Test sends, receives and answers; it
	// may not invite an active one.
	RegisteredStatus Status `yaml:"registered-status"`
	// CertificatePasswordToken is the answer of AuthenticateWithCertificateAndPassword: plain (default) or enveloped.
	CertificatePasswordToken string `yaml:"certificate-password-token"`
}

func (s People) withDefaults() People {
	for _, d := range []struct {
		to   *string
		word string
	}{
		{&s.Contacts, ContactsOpen},
		{&s.NonActiveRecipient, RecipientRefused},
		{&s.InviteNonActive, InviteRefused},
		{&s.DuplicateOrganisation, DuplicateFault},
		{(*string)(&s.RegisteredStatus), string(Test)},
		{&s.CertificatePasswordToken, TokenPlain},
	} {
		if *d.to == "" {
			*d.to = d.word
		}
	}
	return s
}

func (s People) check() error {
	for _, c := range []struct {
		name, have string
		known      []string
	}{
		{"contacts", s.Contacts, []string{ContactsOpen, ContactsRequired}},
		{"non-active-recipient", s.NonActiveRecipient, []string{RecipientRefused, RecipientParked}},
		{"invite-non-active", s.InviteNonActive, []string{InviteRefused, InviteAllowed}},
		{"duplicate-organisation", s.DuplicateOrganisation, []string{DuplicateFault, DuplicateResponse, DuplicateFound}},
		{"registered-status", string(s.RegisteredStatus), []string{string(Test), string(Active)}},
		{"certificate-password-token", s.CertificatePasswordToken, []string{TokenPlain, TokenEnveloped}},
	} {
		if c.have != "" && !slices.Contains(c.known, c.have) {
			return fmt.Errorf("mockoperator: scenario: %s is one of %q, not %q", c.name, c.known, c.have)
		}
	}
	return nil
}
