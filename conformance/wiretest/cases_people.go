package wiretest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

func (s *Suite) logins() []conformance.Case {
	return []conformance.Case{
		{
			ID: "login-password", Group: "login", Says: "a login with its password gives a token that opens the box", Clauses: []string{"AUTH-1", "AUTH-4"}, Calls: []string{"Authenticate", "GetBoxes"},
			Sends:   "Authenticate with our login and password, GetBoxes with the token",
			Expects: "a GUID in lower case, our box among the boxes",
			Run: s.run(func(w talk) {
				w.needs(w.c.Us.Login != "", "no password is configured")
				w.opens(w.byPassword(w.c.Us.Login, w.c.Us.Password).ok().text(""))
			}),
		},
		{
			ID: "login-wrong-password", Group: "login", Says: "a wrong password gives nil and no token", Clauses: []string{"AUTH-1"}, Changes: true, Calls: []string{"Authenticate"},
			Why:     "operators count wrong passwords: none is ever sent to a live system",
			Sends:   "Authenticate with our login, with another password and then with an empty one",
			Expects: "nil; for the empty one nil or NotFilledRequiredField",
			Run: s.run(func(w talk) {
				w.needs(w.c.Us.Login != "", "no password is configured")
				w.nobody(w.byPassword(w.c.Us.Login, "no "+w.c.NewID()))
				if empty := w.byPassword(w.c.Us.Login, ""); empty.fault() != nil {
					empty.refused("NotFilledRequiredField")
				} else {
					w.nobody(empty)
				}
			}),
		},
		{
			ID: "login-unknown", Group: "login", Says: "an unknown login gives nil and no token", Clauses: []string{"AUTH-1"}, Calls: []string{"Authenticate"},
			Sends:   "Authenticate with a login that nobody has",
			Expects: "nil, no fault",
			Run:     s.run(func(w talk) { w.nobody(w.byPassword("nobody-"+w.c.NewID(), "no")) }),
		},
		{
			ID: "login-certificate", Group: "login", Says: "the envelope for a certificate opens with its key, holds sixteen bytes, and they are the token", Clauses: []string{"AUTH-2", "AUTH-3"},
			Calls:   []string{"AuthenticateWithCertificate", "GetBoxes"},
			Sends:   "AuthenticateWithCertificate with the thumbprint of our certificate, GetBoxes with the token",
			Expects: "base64 of EnvelopedData that our key opens, sixteen bytes in it; our box among the boxes of their token",
			Run:     s.run(func(w talk) { w.opens(w.byCertificate(w.keyed())) }),
		},
		{
			ID: "login-twice", Group: "login", Says: "each login is a token of its own, and the first stays good", Clauses: []string{"AUTH-2", "AUTH-4"}, Calls: []string{"AuthenticateWithCertificate", "GetBoxes"},
			Why:     "two programs work on one box",
			Sends:   "AuthenticateWithCertificate with our thumbprint twice, GetBoxes with the second token and then with the first",
			Expects: "two tokens that differ, our box among the boxes of both",
			Run: s.run(func(w talk) {
				first, second := w.byCertificate(w.keyed()), w.byCertificate(w.keyed())
				if first == second {
					w.t.Error("both logins give the same token")
				}
				w.opens(second)
				w.opens(first)
			}),
		},
		{
			ID: "login-unknown-certificate", Group: "login", Says: "a certificate that nobody has registered gives nil", Clauses: []string{"AUTH-2"}, Calls: []string{"AuthenticateWithCertificate"},
			Sends:   "AuthenticateWithCertificate with a thumbprint of forty zeros",
			Expects: "nil, no fault",
			Run: s.run(func(w talk) {
				w.nobody(w.call("AuthenticateWithCertificate", w.envelope("AuthenticateWithCertificate", contract.SampleThumbprint, strings.Repeat("0", 40))))
			}),
		},
		{
			ID: "login-certificate-bytes", Group: "login", Says: "the second login with a certificate gives the envelope as bytes, without the layer of text", Clauses: []string{"AUTH-6"},
			Calls:   []string{"AuthenticateWithCertificate2", "GetBoxes"},
			Sends:   "AuthenticateWithCertificate2 with our thumbprint, GetBoxes with the token",
			Expects: "EnvelopedData in one layer of base64 that our key opens, sixteen bytes in it; our box among the boxes of their token",
			Run: s.run(func(w talk) {
				k := w.keyed()
				got := w.call("AuthenticateWithCertificate2", w.envelope("AuthenticateWithCertificate2", contract.SampleThumbprint, k.thumbprint())).ok()
				token, err := k.open(got.bytes(""))
				if err != nil {
					w.t.Fatalf("the envelope does not open: %v", err)
				}
				w.opens(token)
			}),
		},
		{
			ID: "login-certificate-and-password", Group: "login", Says: "certificate and password together give a token, plain or enveloped; with a wrong password nil", Clauses: []string{"AUTH-7"}, Changes: true,
			Calls:   []string{"AuthenticateWithCertificateAndPassword", "GetBoxes"},
			Sends:   "AuthenticateWithCertificateAndPassword with our thumbprint and password, GetBoxes with the token; the same login with a wrong password",
			Expects: "a GUID, or base64 of an envelope that our key opens; our box among the boxes; nil for the wrong password",
			Run: s.run(func(w talk) {
				k := w.keyed()
				w.needs(w.c.Us.Password != "", "no password is configured")
				const op = "AuthenticateWithCertificateAndPassword"
				both := func(password string) answer {
					return w.call(op, w.envelope(op, contract.SampleThumbprint, k.thumbprint(), contract.SampleSecret, escape(password)))
				}
				got := both(w.c.Us.Password).ok()
				token := got.text("")
				if !guid().MatchString(token) {
					var err error
					if token, err = k.open(got.bytes("")); err != nil {
						w.t.Fatalf("neither a token nor an envelope: %v", err)
					}
				}
				w.opens(token)
				w.nobody(both("no " + w.c.NewID()))
			}),
		},
		{
			ID: "login-unknown-tokens", Group: "login", Says: "an unknown identity token and an unknown access token give nil", Clauses: []string{"AUTH-8"}, Calls: []string{"AuthenticateWithIdentityToken", "AuthenticateWithAccessToken"},
			Sends:   "AuthenticateWithIdentityToken and AuthenticateWithAccessToken, each with a token that nobody got",
			Expects: "nil from both, no fault",
			Run: s.run(func(w talk) {
				for _, op := range []string{"AuthenticateWithIdentityToken", "AuthenticateWithAccessToken"} {
					w.nobody(w.call(op, w.envelope(op)))
				}
			}),
		},
		{
			ID: "login-check-certificates", Group: "login", Says: "of several thumbprints those come back with which a login is possible", Clauses: []string{"AUTH-9"}, Calls: []string{"CheckCertificates"},
			Sends:   "CheckCertificates with our thumbprint and one of forty zeros",
			Expects: "our thumbprint and no other",
			Run: s.run(func(w talk) {
				w.needs(w.signers[0] != nil, "no certificate is configured")
				mine := w.signers[0].thumbprint()
				got := w.call("CheckCertificates", w.envelope("CheckCertificates", contract.SampleThumbprint, mine)).ok().schema()
				same(w.t, "thumbprints", []string{mine}, got.result().texts("string"))
			}),
		},
	}
}

func guid() *regexp.Regexp { return lexical("guid") }

func (w talk) needs(have bool, why string) {
	w.t.Helper()
	if !have {
		w.t.Skip(why)
	}
}

func (w talk) keyed() *signer {
	w.t.Helper()
	w.needs(w.signers[0] != nil && w.signers[0].key != nil, "no certificate with its key is configured")
	return w.signers[0]
}

// opens wants a token to be one, and to open our box.
func (w talk) opens(token string) {
	w.t.Helper()
	if !guid().MatchString(token) || token != strings.ToLower(token) {
		w.t.Errorf("the token is no GUID in lower case, but has %d characters", len(token))
	}
	d := &side{talk: w, Account: w.c.Us, token: token}
	if boxes := d.ask("GetBoxes").ok().result().texts("Address"); !slices.Contains(boxes, w.c.Us.Box) {
		w.t.Errorf("the token opens %v, expected %s", boxes, w.c.Us.Box)
	}
}

// nobody wants nil instead of a token, and no fault.
func (w talk) nobody(got answer) {
	w.t.Helper()
	switch {
	case got.fault() != nil:
		w.t.Errorf("%s is refused: %s, expected nil", got.operation, got.told())
	case !got.result().null():
		w.t.Errorf("%s gives a result, expected nil", got.operation)
	}
}

// guarded are operations that only read, with the place of the token in their envelopes.
func guarded() []string {
	return []string{
		"GetBoxes", "GetUserInfo", "GetOrganizationListByInnKpp", "GetSpecialOperatorInfo", "GetDocumentEntries", "GetDocumentList", "GetDocumentContent",
		"GetFullDocumentInfo", "GetFlowDocumentInfo", "GetMessages", "GetMessage", "GetRequiredNotices", "PrintDocument", "DownloadPdfDocument",
		"SearchContacts", "GetContact", "GetOrganizationStructure", "GetInnKppNameByBoxId", "DownloadDocumentFlowArchive", "GenerateDeliveryConfirmation",
	}
}

// boxed are those of them that name a box of the caller.
func boxed() []string {
	return []string{
		"GetUserInfo", "GetDocumentEntries", "GetDocumentContent", "GetFullDocumentInfo", "GetFlowDocumentInfo", "GetMessage", "GetRequiredNotices",
		"PrintDocument", "DownloadPdfDocument", "DownloadDocumentFlowArchive", "GenerateDeliveryConfirmation",
	}
}

func (s *Suite) tokenCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "token-unknown", Group: "login", Says: "every operation that reads refuses a token that nobody got", Clauses: []string{"AUTH-4", "FAULT-2"}, Calls: guarded(),
			Why:     "one operation that forgets to ask gives away the documents of all",
			Sends:   "each of these operations once, with our box and a GUID that is nobody's token",
			Expects: "Unauthorized from each",
			Run: s.run(func(w talk) {
				d := &side{talk: w, Account: w.c.Us, token: w.c.NewID()}
				for _, op := range guarded() {
					d.ask(op).refused("Unauthorized")
				}
			}),
		},
		{
			ID: "token-nearly", Group: "login", Says: "a token with one digit changed is refused", Clauses: []string{"AUTH-4"}, Calls: []string{"GetBoxes"},
			Sends:   "GetBoxes with our token, then with the last digit of it changed",
			Expects: "a result, then Unauthorized",
			Run: s.run(func(w talk) {
				d := w.us()
				d.ask("GetBoxes").ok() // a server that knows tokens by heart knows this one
				last := d.token[len(d.token)-1:]
				d.token = d.token[:len(d.token)-1] + map[bool]string{true: "1", false: "0"}[last == "0"]
				d.ask("GetBoxes").refused("Unauthorized")
			}),
		},
		{
			ID: "token-sends", Group: "login", Says: "a message with a token that nobody got is refused and leaves nothing", Clauses: []string{"AUTH-4", "SEND-6"}, Changes: true, Calls: []string{"SendMessage"},
			Sends:   "GetBoxes with our token, SendMessage of one document with a GUID that is nobody's token",
			Expects: "Unauthorized, no document in the list",
			Run: s.run(func(w talk) {
				us, them := w.both()
				us.ask("GetBoxes").ok() // a server that knows tokens by heart knows ours
				real, custom := us.token, w.c.NewID()
				us.token = w.c.NewID()
				us.reply(them, []paper{{custom: custom}}).refused("Unauthorized")
				us.token = real
				us.nothing(custom)
			}),
		},
		{
			ID: "token-of-password-sends", Group: "login", Says: "a login with a password sends, or may only read", Clauses: []string{"AUTH-5"}, Changes: true, Calls: []string{"Authenticate", "SendMessage"},
			Sends:   "Authenticate with our login and password, SendMessage of one document with the token",
			Expects: "a message, or AccessDeniedError and no document in the list",
			Run: s.run(func(w talk) {
				w.needs(w.c.Us.Login != "", "no password is configured")
				us, them := w.both()
				custom := w.c.NewID()
				us.token = w.byPassword(w.c.Us.Login, w.c.Us.Password).ok().text("")
				if got := us.reply(them, []paper{{custom: custom}}); got.fault() != nil {
					got.refused("AccessDeniedError")
					us.nothing(custom)
				}
			}),
		},
	}
}

func (s *Suite) boxes() []conformance.Case {
	return []conformance.Case{
		{
			ID: "boxes", Group: "boxes", Says: "the boxes of a token are those of its owner, with INN and KPP", Clauses: []string{"BOX-1"}, Calls: []string{"GetBoxes"},
			Sends:   "GetBoxes, twice",
			Expects: "our box with our INN and KPP, and not the box of the other side",
			Run: s.run(func(w talk) {
				us := w.us()
				box := us.own()
				same(w.t, "INN and KPP", []string{us.INN, us.KPP}, []string{box.str("Inn"), box.str("Kpp")})
				for _, address := range us.ask("GetBoxes").ok().result().texts("Address") {
					if w.c.Them.Box != "" && strings.EqualFold(address, w.c.Them.Box) {
						w.t.Errorf("the box %s of the other side is among ours", address)
					}
				}
			}),
		},
		{
			ID: "boxes-of-others", Group: "boxes", Says: "every operation that reads in a box refuses one that is not of the token", Clauses: []string{"BOX-2"}, Calls: boxed(),
			Sends:   "each of these operations once, with our token and the box of the other side",
			Expects: "BoxAccessError from each",
			Run: s.run(func(w talk) {
				us, them := w.both()
				us.Box = them.Box
				for _, op := range boxed() {
					us.ask(op).refused("BoxAccessError")
				}
			}),
		},
		{
			ID: "boxes-unknown", Group: "boxes", Says: "a box that nobody has is refused", Clauses: []string{"BOX-2"}, Calls: []string{"GetFullDocumentInfo"},
			Sends:   "GetFullDocumentInfo in a box that nobody has",
			Expects: "BoxAccessError",
			Run: s.run(func(w talk) {
				us := w.us()
				us.Box = "nobody-" + w.c.NewID()
				us.ask("GetFullDocumentInfo").refused("BoxAccessError")
			}),
		},
		{
			ID: "boxes-user", Group: "boxes", Says: "the user of a token is told with his organisation", Clauses: []string{"BOX-3"}, Calls: []string{"GetUserInfo", "GetBoxes"},
			Sends:   "GetUserInfo and GetBoxes",
			Expects: "the OrganizationId of our box, and the thumbprint of our certificate if one is configured",
			Run: s.run(func(w talk) {
				us := w.us()
				got := us.ask("GetUserInfo").ok()
				same(w.t, "organisation", us.number(), got.result().str("OrganizationId"))
				if us.signer != nil {
					same(w.t, "thumbprint", us.signer.thumbprint(), got.result().str("Certificate", "Thumbprint"))
				}
			}),
		},
		{
			ID: "boxes-name", Group: "boxes", Says: "a box tells INN, KPP and name of its owner, asked with a token that is called token", Clauses: []string{"BOX-4"}, Calls: []string{"GetInnKppNameByBoxId"},
			Sends:   "GetInnKppNameByBoxId of our box, the token in the member token",
			Expects: "our INN and KPP and a name that is not empty, written as the schema says",
			Run: s.run(func(w talk) {
				us := w.us()
				got := us.ask("GetInnKppNameByBoxId", contract.SamplePeer, us.Box).ok().schema()
				same(w.t, "INN and KPP", []string{us.INN, us.KPP}, []string{got.text("Inn"), got.text("Kpp")})
				if got.text("Name") == "" {
					w.t.Error("the name is empty")
				}
			}),
		},
		{
			ID: "boxes-regulation", Group: "boxes", Says: "the rules are accepted and withdrawn, and the box says so", Clauses: []string{"BOX-5"}, Changes: true, Calls: []string{"AcceptRegulation", "GetBoxes"},
			Sends:   "AcceptRegulation by a subscriber registered for the case, with false and then with true, GetBoxes after each",
			Expects: "the answer and ServiceReglamentAccepted of the box are what was asked for",
			Run: s.run(func(w talk) {
				d := w.newcomer()
				for _, accept := range []string{"false", "true"} {
					got := d.ask("AcceptRegulation", "<acceptRegulation>true", "<acceptRegulation>"+accept).ok()
					same(w.t, "holds now", accept, got.text(""))
					same(w.t, "the box says", accept, d.own().str("ServiceReglamentAccepted"))
				}
			}),
		},
		{
			ID: "boxes-no-legal-force", Group: "boxes", Says: "a document of one who has not accepted the rules is not legitimate, and says why", Clauses: []string{"BOX-6"}, Changes: true, Calls: []string{"AcceptRegulation", "SendMessage", "GetFullDocumentInfo"},
			Sends:   "AcceptRegulation with false and a document to the other side, both by a subscriber registered for the case; GetFullDocumentInfo by the recipient",
			Expects: "IsLegitimate false, SenderNotAccepted among the reasons",
			Run: s.run(func(w talk) {
				them := w.them()
				d := w.newcomer()
				d.ask("AcceptRegulation", "<acceptRegulation>true", "<acceptRegulation>false").ok()
				id, _ := d.one(them)
				doc := them.info(id).result().at("Document")
				same(w.t, "legitimate", "false", doc.str("IsLegitimate"))
				if why := doc.texts("NonLegitimateReason"); !slices.Contains(why, "SenderNotAccepted") {
					w.t.Errorf("the reasons are %v, expected SenderNotAccepted among them", why)
				}
			}),
		},
	}
}

// own is our box as GetBoxes tells it.
func (d *side) own() *node {
	d.t.Helper()
	for _, box := range d.ask("GetBoxes").ok().result().items() {
		if strings.EqualFold(box.str("Address"), d.Box) {
			return box
		}
	}
	d.t.Fatalf("the box %s is not among those of its token", d.Box)
	return nil
}

// number is the OrganizationId of the side.
func (d *side) number() string { d.t.Helper(); return d.own().str("OrganizationId") }

func (d *side) lookup(inn, kpp string) answer {
	d.t.Helper()
	return d.ask("GetOrganizationListByInnKpp", "<inn>"+contract.SampleINN, "<inn>"+inn, "<kpp>"+contract.SampleKPP, "<kpp>"+kpp).ok()
}

func (s *Suite) organisations() []conformance.Case {
	list := []string{"GetOrganizationListByInnKpp"}
	return []conformance.Case{
		{
			ID: "organisations-one", Group: "organisations", Says: "INN and KPP of ours find our box", Clauses: []string{"ORG-1"}, Calls: list,
			Sends:   "GetOrganizationListByInnKpp with our INN and KPP",
			Expects: "our box among those found, and each found with our INN and KPP",
			Run: s.run(func(w talk) {
				us := w.us()
				got := us.lookup(us.INN, us.KPP).result()
				if !slices.Contains(got.texts("BoxAddress"), us.Box) {
					w.t.Errorf("found %v, expected %s among them", got.texts("BoxAddress"), us.Box)
				}
				for _, o := range got.items() {
					same(w.t, "INN and KPP", []string{us.INN, us.KPP}, []string{o.str("Inn"), o.str("Kpp")})
				}
			}),
		},
		{
			ID: "organisations-any-kpp", Group: "organisations", Says: "an empty KPP means any", Clauses: []string{"ORG-1"}, Calls: list,
			Sends:   "GetOrganizationListByInnKpp with our INN and an empty KPP",
			Expects: "our box among those found",
			Run: s.run(func(w talk) {
				us := w.us()
				if got := us.lookup(us.INN, "").result().texts("BoxAddress"); !slices.Contains(got, us.Box) {
					w.t.Errorf("found %v, expected %s among them", got, us.Box)
				}
			}),
		},
		{
			ID: "organisations-none", Group: "organisations", Says: "an INN that nobody has finds none", Clauses: []string{"ORG-1"}, Calls: list,
			Sends:   "GetOrganizationListByInnKpp with an INN made up and an empty KPP",
			Expects: "an empty list, not a fault",
			Run: s.run(func(w talk) {
				if got := w.us().lookup(w.inn(), "").result().items(); len(got) != 0 {
					w.t.Errorf("found %d", len(got))
				}
			}),
		},
		{
			ID: "organisations-local", Group: "organisations", Says: "our organisation has the code of this operator", Clauses: []string{"ORG-2"}, Calls: append([]string{"GetSpecialOperatorInfo"}, list...),
			Sends:   "GetSpecialOperatorInfo, GetOrganizationListByInnKpp with our INN and KPP",
			Expects: "our box among those found, its OperatorCode the OperatorServiceCode of the operator",
			Run: s.run(func(w talk) {
				us := w.us()
				code := us.ask("GetSpecialOperatorInfo").ok().text("OperatorServiceCode")
				found := false
				for _, o := range us.lookup(us.INN, us.KPP).result().items() {
					if o.str("BoxAddress") == us.Box {
						found = true
						same(w.t, "code of the operator", code, o.str("OperatorCode"))
					}
				}
				if !found {
					w.t.Errorf("%s is not found by its INN and KPP", us.Box)
				}
			}),
		},
		{
			ID: "organisations-by", Group: "organisations", Says: "an organisation is found by its id, by INN and KPP, by its box and by its code", Clauses: []string{"ORG-3"}, Calls: append([]string{"GetOrganizationBy"}, list...),
			Sends:   "GetOrganizationListByInnKpp for what ours is called, then GetOrganizationBy with ById, ByBoxAddress and ByServiceCode in any order, and with ByInnKpp",
			Expects: "our box each time",
			Run: s.run(func(w talk) {
				us := w.us()
				me := us.lookup(us.INN, us.KPP).result()
				for _, o := range me.items() {
					if o.str("BoxAddress") == us.Box {
						me = o
					}
				}
				for criteria, member := range map[string]string{"ById": "OrganizationId", "ByBoxAddress": "BoxAddress", "ByServiceCode": "ServiceCode"} {
					same(w.t, criteria, us.Box, us.by(criteria, member, me.str(member)).schema().text("BoxAddress"))
				}
				same(w.t, "ByInnKpp", us.Box, us.by("ByInnKpp", "Inn", us.INN, `<m:Kpp i:nil="true"/>`, "<m:Kpp>"+us.KPP+"</m:Kpp>").text("BoxAddress"))
			}),
		},
		{
			ID: "organisations-by-none", Group: "organisations", Says: "what no organisation has finds nil", Clauses: []string{"ORG-3"}, Calls: []string{"GetOrganizationBy"},
			Sends:   "GetOrganizationBy with ByBoxAddress and a box that nobody has",
			Expects: "nil, no fault",
			Run: s.run(func(w talk) {
				if got := w.us().by("ByBoxAddress", "BoxAddress", "nobody-"+w.c.NewID()); !got.result().null() {
					w.t.Error("somebody is found, expected nil")
				}
			}),
		},
		{
			ID: "organisations-prefer-local", Group: "organisations", Says: "of several that match, the one of this operator is given", Clauses: []string{"ORG-4"}, Calls: []string{"GetInnKppNameByBoxId", "GetOrganizationByInnKpp"},
			Sends:   "GetInnKppNameByBoxId of the subscriber of another operator, GetOrganizationByInnKpp with his INN and an empty KPP, GetSpecialOperatorInfo",
			Expects: "an OperatorCode that is the OperatorServiceCode of this operator",
			Run: s.run(func(w talk) {
				us := w.us()
				w.needs(w.c.Roaming != "", "no subscriber of another operator is configured")
				inn := us.ask("GetInnKppNameByBoxId", contract.SamplePeer, w.c.Roaming).ok().text("Inn")
				got := us.ask("GetOrganizationByInnKpp", contract.SampleINN, inn, contract.SampleKPP, "").ok()
				same(w.t, "code of the operator", us.ask("GetSpecialOperatorInfo").ok().text("OperatorServiceCode"), got.text("OperatorCode"))
			}),
		},
		{
			ID: "departments-one-head", Group: "organisations", Says: "an organisation has one head department, and the others hang below it", Clauses: []string{"DEP-1"}, Calls: []string{"GetOrganizationStructure", "OrganizationStructureHasSingleElement"},
			Sends:   "GetBoxes, GetOrganizationStructure and OrganizationStructureHasSingleElement of our organisation",
			Expects: "one department without ParentId, each other one below one of the list; a single one exactly if the list has one",
			Run: s.run(func(w talk) {
				us := w.us()
				got := us.ask("GetOrganizationStructure", contract.SampleOwnNumber, us.number()).ok().schema().result()
				ids, heads := got.texts("Id"), 0
				for _, e := range got.items() {
					if e.at("ParentId").null() {
						heads++
					} else if !slices.Contains(ids, e.str("ParentId")) {
						w.t.Errorf("department %s hangs below none", e.str("Id"))
					}
				}
				same(w.t, "heads", 1, heads)
				single := us.ask("OrganizationStructureHasSingleElement", contract.SampleOwnNumber, us.number()).ok().text("")
				same(w.t, "a single department", len(ids) == 1, single == "true")
			}),
		},
		{
			ID: "departments-unknown", Group: "organisations", Says: "a department that the organisation does not have is refused", Clauses: []string{"DEP-2"}, Calls: []string{"GetDepartmentEmployees"},
			Sends:   "GetDepartmentEmployees of a department that is not ours",
			Expects: "DepartmentDoesNotExist",
			Run:     s.run(func(w talk) { w.us().ask("GetDepartmentEmployees").refused("DepartmentDoesNotExist") }),
		},
	}
}

// by finds an organisation by one criterion.
func (d *side) by(criteria, member, value string, more ...string) answer {
	d.t.Helper()
	old := "<m:" + member + ` i:nil="true"/>`
	if member == "BoxAddress" {
		old = "<m:BoxAddress>" + contract.SamplePeer + "</m:BoxAddress>"
	}
	return d.ask("GetOrganizationBy", append([]string{"<criteria>ByBoxAddress", "<criteria>" + criteria, old, "<m:" + member + ">" + value + "</m:" + member + ">"}, more...)...).ok()
}
