package edo

import (
	"fmt"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of one package. An operator may state smaller ones; then it refuses.
const (
	MaxDocuments     = 100
	MaxDocumentSize  = 1 << 30 // 1 GiB
	MaxPackageSize   = 4 << 30 // 4 GiB
	MaxNameLength    = 255     // characters of a file name
	MaxTextLength    = 1000    // characters of a comment
	MaxSignatureSize = 1 << 20 // 1 MiB of DER
	MaxConsents      = 100     // of one package
	MaxRelated       = 100     // documents that one document belongs to
)

// Package is what a host wants to have sent as one unit (пакет документов).
type Package struct {
	ID         PackageID
	Subscriber SubscriberID
	Actor      ActorID
	To         Counterparty
	Channel    Channel   // how it reaches the counterparty; empty: operator
	InReplyTo  RemoteID  // the inbound request that it answers, optional
	Flow       Flow      // signed (empty), unsigned or internal
	Consents   []Consent // that the kinds of the documents require
	Set        string    // the host's own reference of the set that the package belongs to, optional
	Period     string    // what the documents are for, in the host's words: "2026-11", optional
	Due        time.Time // when the host needs it to be with the operator, optional
	Documents  []Document
}

// Counterparty is the other organisation (контрагент). INN decides who it is; KPP which branch; Box, when the host
// knows it, which of its boxes.
type Counterparty struct {
	INN  string // 10 digits of an organisation, 12 of a person, with a right checksum
	KPP  string // 9 characters, only with a 10-digit INN; empty is allowed
	Name string // for people only
	Box  BoxID  // chosen box, empty: the operator is asked
}

// Document is one file of a package.
type Document struct {
	ID          DocumentID
	Name        string     // file name without any path
	Kind        string     // free text as the counterparty shall read it: "Письмо", "Договор"
	Type        string     // the operator's name of a formalised document's type; empty: untyped
	Number      string     // number of the paper, optional
	Date        time.Time  // of the paper, optional
	Sum         string     // with a point: "1250.00", optional
	Related     []RemoteID // documents at the operator that it belongs to, optional
	Comment     string     // optional
	ExternalID  string     // the host's own reference, comes back on every event
	Content     Content
	Signer      SignerID // whose key signs; empty when Signature is there
	Signature   []byte   // finished detached CMS over the content, DER
	NeedSign    bool     // the counterparty is asked to sign back
	NeedReceipt bool     // the counterparty is asked to confirm the receipt
}

// Check reports every fault of the package at once, as [Faults]. It reads no content.
func (p Package) Check() error {
	var f Faults
	add := func(err error) {
		if err != nil {
			f = append(f, err)
		}
	}
	add(CheckID("package.id", string(p.ID)))
	if reserved(p.ID) {
		add(invalid(IDMalformed, "package.id", "begins as the ids of answers or counterparties do", "begin it otherwise"))
	}
	add(CheckID("package.subscriber", string(p.Subscriber)))
	add(CheckID("package.actor", string(p.Actor)))
	if p.Channel == "" || p.Channel == ChannelOperator || p.To.INN != "" {
		f = append(f, p.To.faults("package.to")...) // whoever is reached by e-mail or on paper need not have an INN
	}
	f = append(f, p.wayFaults()...)
	f = append(f, p.documentFaults()...)
	return f.Err()
}

// reserved ids are our own: a package of a host under one of them would stand where an answer is kept.
func reserved(id PackageID) bool {
	return strings.HasPrefix(string(id), answerPrefix) || strings.HasPrefix(string(id), counterpartyPrefix)
}

func (p Package) wayFaults() Faults {
	var f Faults
	switch p.Flow {
	case "", FlowSigned, FlowUnsigned, FlowInternal:
	default:
		f = append(f, invalid(FlowUnknown, "package.flow", "is unknown", "use signed, unsigned or internal"))
	}
	switch p.Channel {
	case "", ChannelOperator, ChannelEMail, ChannelPaper:
	default:
		f = append(f, invalid(FlowUnknown, "package.channel", "is unknown", "use operator, e-mail or paper"))
	}
	if p.InReplyTo != "" {
		if err := CheckRemote("package.in_reply_to", p.InReplyTo); err != nil {
			f = append(f, err)
		}
	}
	for _, err := range []error{CheckText("package.set", p.Set), CheckText("package.period", p.Period)} {
		if err != nil {
			f = append(f, err)
		}
	}
	if len(p.Consents) > MaxConsents {
		return append(f, invalid(PackageTooMany, "package.consents", "are too many", fmt.Sprintf("give at most %d", MaxConsents)))
	}
	for i, c := range p.Consents {
		field := fmt.Sprintf("package.consents[%d]", i)
		if err := CheckID(field+".id", c.ID); err != nil {
			f = append(f, err)
		}
		if c.Text.IsZero() || c.At.IsZero() || c.Person == "" {
			f = append(f, invalid(ConsentMissing, field, "is incomplete", "give the digest of the text that was shown, the time and the person"))
		}
	}
	return f
}

// Size is that of all documents together, in bytes.
func (p Package) Size() int64 {
	total := int64(0)
	for _, d := range p.Documents {
		total += max(d.Content.Size, 0)
	}
	return total
}

func (p Package) documentFaults() Faults {
	var f Faults
	switch n := len(p.Documents); {
	case n == 0:
		f = append(f, invalid(PackageEmpty, "package.documents", "is empty", "add at least one document"))
	case n > MaxDocuments:
		f = append(f, invalid(PackageTooMany, "package.documents", fmt.Sprintf("has %d documents", n), fmt.Sprintf("send at most %d in one package", MaxDocuments)))
		return f
	}
	seen := map[DocumentID]int{}
	for i, d := range p.Documents {
		field := fmt.Sprintf("package.documents[%d]", i)
		f = append(f, d.faults(field, p.Flow != FlowUnsigned)...)
		if first, twice := seen[d.ID]; twice && d.ID != "" {
			f = append(f, invalid(IDRepeated, field+".id", fmt.Sprintf("repeats the id of documents[%d]", first), "give every document its own id"))
		} else {
			seen[d.ID] = i
		}
	}
	if total := p.Size(); total > MaxPackageSize {
		f = append(f, invalid(PackageTooLarge, "package.documents", fmt.Sprintf("are %d bytes together", total), fmt.Sprintf("send at most %d bytes in one package", int64(MaxPackageSize))))
	}
	return f
}

func (d Document) faults(field string, signed bool) Faults {
	var f Faults
	add := func(err error) {
		if err != nil {
			f = append(f, err)
		}
	}
	add(CheckID(field+".id", string(d.ID)))
	add(CheckName(field+".name", d.Name))
	add(CheckText(field+".kind", d.Kind))
	add(CheckText(field+".number", d.Number))
	add(CheckText(field+".comment", d.Comment))
	add(CheckText(field+".external_id", d.ExternalID))
	add(CheckText(field+".type", d.Type))
	add(checkSum(field+".sum", d.Sum))
	if len(d.Related) > MaxRelated {
		add(invalid(PackageTooMany, field+".related", "are too many", fmt.Sprintf("give at most %d", MaxRelated)))
	}
	switch size := d.Content.Size; {
	case size <= 0:
		add(invalid(DocumentEmpty, field+".content", "is empty", "an operator cannot sign nothing: send a file of at least one byte"))
	case size > MaxDocumentSize:
		add(invalid(PackageTooLarge, field+".content", fmt.Sprintf("is %d bytes", size), fmt.Sprintf("send at most %d bytes in one document", MaxDocumentSize)))
	}
	switch {
	case d.Signer == "" && len(d.Signature) == 0 && !signed:
	case !signed:
		add(invalid(FlowUnknown, field+".signer", "is named, or a signature is attached, but nothing is signed in the unsigned flow", "use the signed flow, or name no signer"))
	case d.Signer == "" && len(d.Signature) == 0:
		add(invalid(SignerMissing, field+".signer", "is missing, and there is no finished signature", "name the signer or attach a detached CMS"))
	case d.Signer != "" && len(d.Signature) == 0:
		add(CheckID(field+".signer", string(d.Signer)))
	case len(d.Signature) > MaxSignatureSize:
		add(invalid(SignatureMalformed, field+".signature", "is too large", "attach a detached CMS without the document inside"))
	}
	return f
}

// CheckName reports what is wrong with a file name. The rules of Windows, Linux and macOS hold on every system,
// because the counterparty's may be any: no path parts, no control or text-direction characters, no device names.
func CheckName(field, name string) error {
	bad := func(what string) error {
		return invalid(NameMalformed, field, what, "give a plain file name such as letter.pdf")
	}
	switch {
	case name == "":
		return bad("is empty")
	case !utf8.ValidString(name):
		return bad("is not valid UTF-8")
	case utf8.RuneCountInString(name) > MaxNameLength:
		return bad(fmt.Sprintf("is longer than %d characters", MaxNameLength))
	case strings.ContainsAny(name, `/\:*?"<>|`):
		return bad("holds a path or one of : * ? \" < > |")
	case strings.TrimRight(name, ". ") != name || strings.TrimSpace(name) != name:
		return bad("begins with a space or ends with a space or dot")
	}
	for _, r := range name {
		if unsafe(r) {
			return bad(fmt.Sprintf("holds the character %U", r))
		}
	}
	if device(strings.ToUpper(strings.TrimSuffix(name, path.Ext(name)))) {
		return bad("is the name of a device on Windows")
	}
	return nil
}

func device(stem string) bool {
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9'
}

func unsafe(r rune) bool {
	switch {
	case unicode.IsControl(r), r == utf8.RuneError, r == '\uFEFF', r == '\u2028', r == '\u2029':
		return true
	case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', r == '\u200E', r == '\u200F', r == '\u061C':
		return true
	}
	return false
}

// checkSum takes what every operator takes: up to 18 digits, and up to 2 after a point.
func checkSum(field, sum string) error {
	if sum == "" {
		return nil
	}
	whole, part, point := strings.Cut(strings.TrimPrefix(sum, "-"), ".")
	digits := func(s string, most int) bool {
		return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
	}
	if !digits(whole, 18) || point && !digits(part, 2) {
		return invalid(SumMalformed, field, "is no sum of money", "write it as 1250.00")
	}
	return nil
}

// CheckText reports what is wrong with one line or a few that people have written: at most [MaxTextLength] characters of
// UTF-8 without control and text-direction characters, except new lines and tabs. Empty is allowed.
func CheckText(field, text string) error {
	if utf8.RuneCountInString(text) > MaxTextLength {
		return invalid(TextMalformed, field, fmt.Sprintf("is longer than %d characters", MaxTextLength), "shorten it")
	}
	if !utf8.ValidString(text) {
		return invalid(TextMalformed, field, "is not valid UTF-8", "send text in UTF-8")
	}
	for _, r := range text {
		if unsafe(r) && r != '\n' && r != '\t' {
			return invalid(TextMalformed, field, fmt.Sprintf("holds the character %U", r), "remove control and text-direction characters")
		}
	}
	return nil
}

func invalid(reason Reason, field, message, remedy string) error {
	return &Error{Kind: Invalid, Reason: reason, Field: field, Message: message, Remedy: remedy}
}

// SignerInfo is what people and rows need to know of a signing certificate.
type SignerInfo struct {
	ID           SignerID // ours; empty for a foreign signature
	Owner        string   // ФИО or CN
	Organisation string
	INN          string
	OGRN         string
	Serial       string // hexadecimal
	Thumbprint   string // SHA-1 of the certificate, upper-case hexadecimal
	Algorithm    string // of the key, for people: "RSA 2048", "ГОСТ Р 34.10-2012 (256)"
	NotBefore    time.Time
	NotAfter     time.Time
}

// Verdict is what could be said about a detached signature without the operator.
type Verdict struct {
	State  VerdictState
	Reason Reason // with VerdictInvalid
	Detail string // one line for people
	Signer SignerInfo
}

// VerdictState is the answer of a local check.
type VerdictState string

// States of a verdict. A signature that we have no means to verify is never called invalid.
const (
	VerdictValid        VerdictState = "valid"
	VerdictInvalid      VerdictState = "invalid"
	VerdictOperatorOnly VerdictState = "operator-only" // checked by the operator only
)
