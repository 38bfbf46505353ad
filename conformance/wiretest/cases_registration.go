package wiretest

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

// inn makes an INN of a legal entity that fits its check digit and that nobody has.
func (w talk) inn() string {
	var seed uint64
	for i, b := range []byte(w.c.NewID()) {
		seed = seed*31 + uint64(b) + uint64(i)
	}
	digits := fmt.Sprintf("99%07d", binary.BigEndian.Uint64(binary.LittleEndian.AppendUint64(nil, seed))%1e7)
	sum := 0
	for i, weight := range []int{2, 4, 10, 3, 5, 9, 4, 6, 8} {
		sum += int(digits[i]-'0') * weight
	}
	return digits + fmt.Sprint(sum%11%10)
}

// applicant is who wants to be registered.
type applicant struct {
	inn, login, password string
	key                  *signer // nil: without a certificate
}

func (w talk) applicant() applicant {
	return applicant{inn: w.inn(), login: "suite-" + w.c.NewID(), password: w.c.NewID()}
}

func (w talk) key(from, to time.Duration) *signer {
	w.t.Helper()
	now := w.c.Now()
	k, err := stranger(now.Add(from), now.Add(to))
	if err != nil {
		conformance.Broke(w.t, "make a key: %v", err)
	}
	return k
}

func (w talk) register(a applicant, oldnew ...string) answer {
	w.t.Helper()
	cert := ""
	if a.key != nil {
		cert = "<m:Certificate>" + b64(a.key.cert.Raw) + "</m:Certificate>"
	}
	return w.call("RegisterSubscriber", w.envelope("RegisterSubscriber", append([]string{
		contract.SampleINN, a.inn, "clerk@sample<", a.login + "<", contract.SampleSecret, a.password,
		"<m:Certificate>" + contract.SampleCertificate + "</m:Certificate>", cert,
	}, oldnew...)...))
}

// done wants a registration to have succeeded.
func (a answer) done() answer {
	a.w.t.Helper()
	if code := a.ok().result().str("Code", "Code"); code != "0" {
		a.w.t.Fatalf("%s gives code %q, expected 0: %q", a.operation, code, a.result().texts("Text"))
	}
	return a
}

// newcomer is a subscriber who was registered for one case: what is changed of it concerns nobody.
func (w talk) newcomer(oldnew ...string) *side {
	w.t.Helper()
	a := w.applicant()
	box := w.register(a, oldnew...).done().text("BoxAddress")
	return &side{
		talk: w, Account: Account{Login: a.login, Password: a.password, Box: box, INN: a.inn, KPP: contract.SampleKPP},
		signer: w.key(-time.Hour, time.Hour), token: w.byPassword(a.login, a.password).ok().text(""),
	}
}

func (s *Suite) registrations() []conformance.Case {
	register := []string{"RegisterSubscriber"}
	all := []conformance.Case{
		{
			ID: "register-logs-in", Group: "registration", Says: "who was registered logs in at once and is found", Clauses: []string{"REG-4"}, Changes: true, Calls: append([]string{"Authenticate", "GetOrganizationListByInnKpp"}, register...),
			Sends:   "RegisterSubscriber without a certificate, Authenticate with the new login, GetOrganizationListByInnKpp with the new INN and KPP",
			Expects: "code 0, a token, the new box alone",
			Run: s.run(func(w talk) {
				d := w.newcomer()
				same(w.t, "found", []string{d.Box}, d.lookup(d.INN, d.KPP).result().texts("BoxAddress"))
			}),
		},
		{
			ID: "register-wrong", Group: "registration", Says: "wrong data come back as code 1 with the place of the mistake, not as a fault, and register nobody", Clauses: []string{"REG-1"}, Changes: true, Calls: register,
			Sends:   "RegisterSubscriber with an INN whose check digit does not fit, Authenticate with the login that was in it",
			Expects: "code 1, no result, Inn in the validation tree; then nil and no token, or outside the strict profile any fault",
			Run: s.run(func(w talk) {
				a := w.applicant()
				a.inn = a.inn[:9] + string('0'+(a.inn[9]-'0'+1)%10)
				got := w.register(a).ok()
				same(w.t, "code", "1", got.result().str("Code", "Code"))
				if !got.result().at("Result").null() {
					w.t.Error("there is a result")
				}
				if names := got.result().at("ValidationResult").texts("Name"); !slices.Contains(names, "Inn") {
					w.t.Errorf("the tree names %v, expected Inn among them", names)
				}
				// Whether a login that nobody has gives nil or a fault, the contract leaves open.
				if got := w.byPassword(a.login, a.password); got.fault() == nil || w.c.Strict {
					w.nobody(got)
				}
			}),
		},
		{
			ID: "register-not-active", Group: "registration", Says: "one who is entered without a registration has a box and the status NonActive", Clauses: []string{"REG-5"}, Changes: true, Calls: []string{"CreateNonActiveSubscriber", "GetOrganizationListByInnKpp"},
			Sends:   "CreateNonActiveSubscriber with a new INN, GetOrganizationListByInnKpp with it and an empty KPP",
			Expects: "the new box alone, with the status NonActive",
			Run: s.run(func(w talk) {
				us, inn := w.us(), w.inn()
				box := us.enter(inn)
				found := us.lookup(inn, "").result()
				same(w.t, "box and status", []string{box, "NonActive"}, append(found.texts("BoxAddress"), found.texts("OrganizationStatus")...))
			}),
		},
		{
			ID: "register-activates", Group: "registration", Says: "the registration of one who was entered keeps his box and ends NonActive", Clauses: []string{"REG-6"}, Changes: true, Calls: append([]string{"CreateNonActiveSubscriber"}, register...),
			Sends:   "CreateNonActiveSubscriber and RegisterSubscriber with one new INN, GetOrganizationListByInnKpp with it and an empty KPP",
			Expects: "code 0 and the same box; a status other than NonActive",
			Run: s.run(func(w talk) {
				us, a := w.us(), w.applicant()
				box := us.enter(a.inn)
				same(w.t, "box", box, w.register(a).done().text("BoxAddress"))
				if got := us.lookup(a.inn, "").text("OrganizationStatus"); got == "NonActive" {
					w.t.Error("he is still NonActive")
				}
			}),
		},
		{
			ID: "register-certificate-twice", Group: "registration", Says: "a certificate belongs to one subscriber", Clauses: []string{"REG-7"}, Changes: true, Calls: register,
			Sends:   "RegisterSubscriber of two with different INN and login and the same certificate",
			Expects: "code 0, then DuplicateCertificate",
			Run: s.run(func(w talk) {
				first, second := w.applicant(), w.applicant()
				first.key = w.key(-time.Hour, time.Hour)
				second.key = first.key
				w.register(first).done()
				w.register(second).refused("DuplicateCertificate")
			}),
		},
		{
			ID: "certificate-unreadable", Group: "registration", Says: "what is no certificate is refused", Clauses: []string{"CERT-1"}, Calls: []string{"GetCertificateSubjectInfo", "CheckQualifiedCertificate"},
			Sends:   "GetCertificateSubjectInfo and CheckQualifiedCertificate with bytes that are no certificate",
			Expects: "CertificateParsingFailed from both",
			Run: s.run(func(w talk) {
				for _, op := range []string{"GetCertificateSubjectInfo", "CheckQualifiedCertificate"} {
					w.call(op, w.envelope(op)).refused("CertificateParsingFailed")
				}
			}),
		},
		{
			ID: "certificate-verdicts", Group: "registration", Says: "a certificate outside its time is an Error, one without requisites a Warning", Clauses: []string{"CERT-2"}, Calls: []string{"CheckQualifiedCertificate"},
			Sends:   "CheckQualifiedCertificate with a certificate that ended an hour ago and with one in its time, in any order; both name nothing but a common name",
			Expects: "CommonStatus Error for the first, Warning for the second",
			Run: s.run(func(w talk) {
				for want, k := range map[string]*signer{"Error": w.key(-2*time.Hour, -time.Hour), "Warning": w.key(-time.Hour, time.Hour)} {
					got := w.call("CheckQualifiedCertificate", w.envelope("CheckQualifiedCertificate", contract.SampleCertificate, b64(k.cert.Raw))).ok().schema()
					same(w.t, "verdict", want, got.text("CommonStatus"))
				}
			}),
		},
	}
	return append(all, conformance.Change{
		Case: conformance.Case{
			ID: "register", Group: "registration", Says: "INN and KPP together name one subscriber", Clauses: []string{"REG-2", "REG-3", "REG-4"}, Calls: append([]string{"GetOrganizationListByInnKpp"}, register...),
			Why:     "a registration that is repeated after a lost answer must not make a second box",
			Sends:   "RegisterSubscriber with a new INN and a new login and no certificate, always the same bytes",
			Expects: "one organisation with the INN; a fault is DuplicateOrganization or DuplicateUser",
		},
		Once: true,
		Start: func(t conformance.T) conformance.Changing {
			w := talk{s, t}
			us, a := w.us(), w.applicant()
			body := w.envelope("RegisterSubscriber", contract.SampleINN, a.inn, "clerk@sample<", a.login+"<", contract.SampleSecret, a.password,
				"<m:Certificate>"+contract.SampleCertificate+"</m:Certificate>", "")
			return conformance.Changing{
				Do: func(t conformance.T) {
					if got := w.call("RegisterSubscriber", body); got.fault() != nil {
						got.refused("DuplicateOrganization", "DuplicateUser")
					}
				},
				Lose:  func(conformance.T) { w.lose("RegisterSubscriber", body) },
				Count: func(conformance.T) int { return len(us.lookup(a.inn, "").result().items()) },
			}
		},
	}.Cases()...)
}

// enter makes a subscriber that is not active and gives its box.
func (d *side) enter(inn string) string {
	d.t.Helper()
	return d.ask("CreateNonActiveSubscriber", contract.SampleINN, inn).done().text("OrganizationBoxId")
}

// pair are two who may or may not exchange.
type pair struct{ own, other *side }

func (p pair) do(operation string) answer { p.own.t.Helper(); return move(p.own, p.other, operation) }

// back lets the other side do something.
func (p pair) back(operation string) answer { p.own.t.Helper(); return move(p.other, p.own, operation) }

func move(from, to *side, operation string) answer {
	from.t.Helper()
	return from.ask(operation, contract.SampleOwnNumber, from.number(), contract.SamplePeerNumber, to.number())
}

// are says how each sees the other.
func (p pair) are(own, other string) {
	p.own.t.Helper()
	same(p.own.t, "status here and there", []string{own, other}, []string{p.do("GetContact").ok().text("ContactStatus"), p.back("GetContact").ok().text("ContactStatus")})
}

// apart are we and a newcomer who have nothing to do with each other.
func (w talk) apart(oldnew ...string) pair {
	w.t.Helper()
	p := pair{w.us(), w.newcomer(oldnew...)}
	if p.do("GetContact").ok().text("ContactStatus") == "Active" {
		p.do("DeleteContact").ok()
	}
	return p
}

func (s *Suite) contacts() []conformance.Case {
	const invite, accept, reject, cancel, end = "SendAuthRequest", "AcceptAuthRequest", "RejectAuthRequest", "CancelAuthRequest", "DeleteContact"
	type move struct {
		back bool
		op   string
		code string // empty: done
	}
	answersAll := func(code string) []string {
		return []string{"<m:Code>1</m:Code>\n            <m:Description>Вручную</m:Description>", "<m:Code>" + code + "</m:Code>\n            <m:Description>Всех</m:Description>"}
	}
	story := func(moves []move) (sends, expects string) {
		var steps, ends []string
		for _, m := range moves {
			steps = append(steps, m.op+map[bool]string{true: " there", false: " here"}[m.back])
			ends = append(ends, cmp.Or(m.code, "done"))
		}
		return strings.Join(steps, ", "), strings.Join(ends, ", ")
	}
	var all []conformance.Case
	for _, c := range []struct {
		id, says, clause string
		rule             string // of the other side, for a person
		with             []string
		moves            []move
		own, other       string
	}{
		{"contacts-invited", "an invitation is outgoing here and incoming there", "CONT-1", "", nil, []move{{op: invite}}, "OutgoingAuthRequest", "IncomingAuthRequest"},
		{"contacts-accepts-all", "one who accepts all invitations is Active at once", "CONT-2", " who accepts all invitations", answersAll("2"), []move{{op: invite}}, "Active", "Active"},
		{"contacts-rejects-all", "one who rejects all invitations has rejected at once", "CONT-2", " who rejects all invitations", answersAll("3"), []move{{op: invite}}, "OutgoingAuthRejected", "AuthRejected"},
		{"contacts-accepted", "an accepted invitation makes both sides Active", "CONT-3", "", nil, []move{{op: invite}, {back: true, op: accept}}, "Active", "Active"},
		{"contacts-rejected", "a rejected invitation is OutgoingAuthRejected here and AuthRejected there", "CONT-3", "", nil, []move{{op: invite}, {back: true, op: reject}}, "OutgoingAuthRejected", "AuthRejected"},
		{"contacts-withdrawn", "a withdrawn invitation is cancelled on both sides", "CONT-4", "", nil, []move{{op: invite}, {op: cancel}}, "OutgoingAuthCancelled", "IncomingAuthCancelled"},
		{"contacts-ended", "a contact that is ended leads back to NonAuthorized on both sides", "CONT-5", "", nil, []move{{op: invite}, {back: true, op: accept}, {back: true, op: end}}, "NonAuthorized", "NonAuthorized"},
		{"contacts-invited-twice", "a second invitation is refused and changes nothing", "CONT-6", "", nil, []move{{op: invite}, {op: invite, code: "ContactAuthIsAlreadyRequested"}}, "OutgoingAuthRequest", "IncomingAuthRequest"},
		{"contacts-accepted-twice", "a second acceptance is refused, and an invitation of an active contact too", "CONT-6", "", nil, []move{{op: invite}, {back: true, op: accept}, {back: true, op: accept, code: "ContactIsAlreadyAuthorized"}, {op: invite, code: "ContactIsAlreadyAuthorized"}}, "Active", "Active"},
		{"contacts-no-invitation", "without an invitation there is nothing to accept, to reject or to withdraw", "CONT-6", "", nil, []move{{back: true, op: accept, code: "ContactAuthRequestNotFound"}, {back: true, op: reject, code: "ContactAuthRequestNotFound"}, {op: cancel, code: "ContactAuthRequestNotFound"}}, "NonAuthorized", "NonAuthorized"},
		{"contacts-own-invitation", "who invites cannot accept for the other", "CONT-6", "", nil, []move{{op: invite}, {op: accept, code: "ContactAuthRequestNotFound"}}, "OutgoingAuthRequest", "IncomingAuthRequest"},
	} {
		steps, ends := story(c.moves)
		all = append(all, conformance.Case{
			ID: c.id, Group: "contacts", Says: c.says, Clauses: []string{c.clause}, Changes: true, Calls: []string{"RegisterSubscriber", "GetContact", invite, accept, reject, cancel, end},
			Sends:   "with a subscriber registered for the case" + c.rule + ", after DeleteContact if he is Active: " + steps + "; GetContact by both",
			Expects: ends + "; " + c.own + " here, " + c.other + " there",
			Run: s.run(func(w talk) {
				p := w.apart(c.with...)
				for _, m := range c.moves {
					do := p.do
					if m.back {
						do = p.back
					}
					if got := do(m.op); m.code != "" {
						got.refused(m.code)
					} else {
						got.ok()
					}
				}
				p.are(c.own, c.other)
			}),
		})
	}
	return append(all, s.moreContacts()...)
}

func (s *Suite) moreContacts() []conformance.Case {
	return []conformance.Case{
		{
			ID: "contacts-not-active", Group: "contacts", Says: "one who is not active cannot be invited", Clauses: []string{"CONT-7"}, Changes: true, Calls: []string{"CreateNonActiveSubscriber", "SendAuthRequest"},
			Sends:   "CreateNonActiveSubscriber, then SendAuthRequest to it",
			Expects: "OrganizationMustBeActive",
			Run: s.run(func(w talk) {
				us, inn := w.us(), w.inn()
				us.enter(inn)
				number := us.lookup(inn, "").text("OrganizationId")
				us.ask("SendAuthRequest", contract.SampleOwnNumber, us.number(), contract.SamplePeerNumber, number).refused("OrganizationMustBeActive")
			}),
		},
		{
			ID: "contacts-pages", Group: "contacts", Says: "a search gives pages that together are the list, and its length", Clauses: []string{"CONT-8"}, Calls: []string{"SearchContacts"},
			Sends:   "SearchContacts for Active contacts: up to four in one page, then one by one",
			Expects: "the same contacts; TotalCount says four or more where the page is full, else their number",
			Run: s.run(func(w talk) {
				us := w.us()
				number := us.number()
				page := func(from, most int) *node {
					return us.ask("SearchContacts", contract.SampleOwnNumber, number, "<m:From>0<", fmt.Sprintf("<m:From>%d<", from), "<m:Max>20<", fmt.Sprintf("<m:Max>%d<", most)).ok().schema().result()
				}
				first := page(0, 4)
				want := first.at("Items").texts("ContragentId")
				if total, err := strconv.Atoi(first.str("TotalCount")); err != nil || min(total, 4) != len(want) {
					w.t.Errorf("TotalCount is %q, and up to four are %d", first.str("TotalCount"), len(want))
				}
				var got []string
				for from := range len(want) {
					got = append(got, page(from, 1).at("Items").texts("ContragentId")...)
				}
				same(w.t, "contacts", slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got)))
			}),
		},
		{
			ID: "contacts-search-not-active", Group: "contacts", Says: "NonActive as wanted status means all but Active", Clauses: []string{"CONT-8"}, Changes: true, Calls: []string{"SearchContacts", "SendAuthRequest"},
			Sends:   "SendAuthRequest to a subscriber registered for the case, SearchContacts with NonActive for up to 1000",
			Expects: "the invited one among them, and nobody with the status Active",
			Run: s.run(func(w talk) {
				p := w.apart()
				p.do("SendAuthRequest").ok()
				got := p.own.ask("SearchContacts", contract.SampleOwnNumber, p.own.number(), "<m:ContactStatus>Active<", "<m:ContactStatus>NonActive<", "<m:Max>20<", "<m:Max>1000<").ok().result()
				if !slices.Contains(got.texts("ContragentInn"), p.other.INN) {
					w.t.Errorf("%s was invited and is not among %v", p.other.INN, got.texts("ContragentInn"))
				}
				if slices.Contains(got.texts("Status"), "Active") {
					w.t.Error("an active contact is in the list")
				}
			}),
		},
		{
			ID: "contacts-untouched", Group: "contacts", Says: "a contact that nobody has touched is Active or NonAuthorized", Clauses: []string{"CONT-9"}, Changes: true, Calls: []string{"GetContact"},
			Sends:   "GetContact of a subscriber registered for the case",
			Expects: "Active or NonAuthorized",
			Run: s.run(func(w talk) {
				p := pair{w.us(), w.newcomer()}
				if got := p.do("GetContact").ok().text("ContactStatus"); got != "Active" && got != "NonAuthorized" {
					w.t.Errorf("it is %s", got)
				}
			}),
		},
		{
			ID: "contacts-ended-sends", Group: "contacts", Says: "nothing is sent to one with whom the contact was ended", Clauses: []string{"SEND-8", "CONT-5"}, Changes: true, Calls: []string{"DeleteContact", "SendMessage"},
			Sends:   "SendMessage of one document to a subscriber registered for the case, after DeleteContact if he was Active",
			Expects: "ContactIsNotAuthorized or ContragentIsNotAuthorized or DocumentExchangeIsDenied, no document in the list",
			Run: s.run(func(w talk) {
				p, custom := w.apart(), w.c.NewID()
				p.own.reply(p.other, []paper{{custom: custom}}).refused("ContactIsNotAuthorized", "ContragentIsNotAuthorized", "DocumentExchangeIsDenied")
				p.own.nothing(custom)
			}),
		},
		{
			ID: "contacts-recipient-not-active", Group: "contacts", Says: "a document for one who is not active is refused, or kept until he is", Clauses: []string{"CONT-10"}, Changes: true, Calls: []string{"CreateNonActiveSubscriber", "SendMessage"},
			Sends:   "CreateNonActiveSubscriber, SendMessage of one document to its box, GetFullDocumentInfo if it is taken",
			Expects: "OrganizationMustBeActive, or the delivery RecievedByService",
			Run: s.run(func(w talk) {
				us := w.us()
				p := []paper{{}}
				got := us.reply(&side{Account: Account{Box: us.enter(w.inn())}}, p)
				if got.fault() != nil {
					got.refused("OrganizationMustBeActive")
					return
				}
				same(w.t, "delivery", "RecievedByService", us.delivery(got.ids("DocumentIds")[p[0].id]))
			}),
		},
	}
}
