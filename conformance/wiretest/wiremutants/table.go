package wiremutants

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance/contract"
)

// All are the mutants, by the part of the contract that they break.
func All() []Mutant { return slices.Concat(transport(), people(), sending(), reading(), flow()) }

// Unbroken passes everything through: what a case says of it, it must say of the endpoint behind.
func Unbroken() Mutant {
	return Mutant{Mutant: is("unbroken", "nothing"), start: stateless(func(c call) Answer { return c.pass(c) })}
}

func transport() []Mutant {
	head := func(name, value string) func(call, Answer) Answer {
		return func(_ call, a Answer) Answer { a.Head.Set(name, value); return a }
	}
	return []Mutant{
		{is("byte-order-mark", "answers begin with a byte order mark", "HTTP-3"), texts(`^`, "\xef\xbb\xbf")},
		{is("gzip-unasked", "answers are compressed although nobody asked", "HTTP-3"), answers(func(_ call, a Answer) Answer {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write([]byte(a.Body)) // into memory
			_ = z.Close()
			a.Head.Set("Content-Encoding", "gzip")
			a.Body = b.String()
			return a
		}, "GetVersion")},
		{is("html-type", "answers call themselves HTML", "HTTP-3"), answers(head("Content-Type", "text/html; charset=utf-8"))},
		{is("other-charset", "answers call themselves windows-1251", "HTTP-3"), answers(head("Content-Type", "text/xml; charset=windows-1251"))},
		{is("fault-200", "a fault comes with status 200", "HTTP-4"), answers(func(_ call, a Answer) Answer { a.Status = http.StatusOK; return a })},
		{is("fault-400", "a fault comes with status 400", "HTTP-4"), answers(func(_ call, a Answer) Answer {
			if a.Status == http.StatusInternalServerError {
				a.Status = http.StatusBadRequest
			}
			return a
		})},
		{is("any-action", "SOAPAction is not looked at", "HTTP-2"), stateless(func(c call) Answer {
			c.head.Set("SOAPAction", contract.ActionPrefix+c.operation)
			return c.pass(c)
		})},
		{is("any-content-type", "Content-Type is not looked at", "HTTP-1"), stateless(func(c call) Answer {
			c.head.Set("Content-Type", "text/xml; charset=utf-8")
			return c.pass(c)
		})},
		{is("any-method", "a GET is taken for a call", "HTTP-1"), stateless(func(c call) Answer { c.method = http.MethodPost; return c.pass(c) })},
		{is("quotes-required", "a SOAPAction without quotes is refused", "HTTP-2"), stateless(func(c call) Answer {
			if !strings.HasPrefix(c.head.Get("SOAPAction"), `"`) {
				return fault("InvalidFormatField")
			}
			return c.pass(c)
		})},
		{is("half-answer", "an answer breaks off in the middle", "ENV-1", "HTTP-1"), answers(func(_ call, a Answer) Answer { a.Body = a.Body[:len(a.Body)/2]; return a }, "GetVersion", "GetDocumentEntries")},
		{is("no-detail", "a fault has no detail", "FAULT-1"), texts(`(?s)<detail>.*</detail>`, "")},
		{is("foreign-detail", "the detail of a fault is in another namespace", "FAULT-1"), texts(contract.NSFault, "urn:other")},
		{is("detail-order", "code and field of a fault change places", "FAULT-1"), texts(`(<Code>\w*</Code>)(<Field>[^<]*</Field>)`, "$2$1")},
		{is("unknown-code", "the code of a fault is not in the table", "FAULT-2"), texts(`<Code>Unauthorized<`, "<Code>Forbidden<")},
		{is("stack-trace", "a fault tells of the inside of the service", "FAULT-1"), texts(`<StackTrace i:nil="true"/>`, "<StackTrace>at Exchange.Login()</StackTrace>")},
		{is("lenient", "a list request that is not right is answered all the same", "ENV-1", "ENV-4", "ENV-5", "ENV-7", "ENV-8", "ENV-9", "LIST-2"), forgives(func(c call) Answer {
			return result("GetDocumentEntries", "<m:Items></m:Items><m:Total>0</m:Total>")
		}, "InvalidFormatField", "NotFilledRequiredField")},
		{is("first-is-one", "an absent First is one", "ENV-6"), stateless(func(c call) Answer {
			if c.operation == "GetDocumentEntries" && !strings.Contains(c.body, "<m:First>") {
				c.body = strings.Replace(c.body, "<m:From>", "<m:First>1</m:First><m:From>", 1)
			}
			return c.pass(c)
		})},
		{is("base64-anything", "what is no base64 is read", "ENV-10"), answers(func(c call, a Answer) Answer {
			if a.Status != http.StatusOK {
				return result(c.operation, "<m:CommonName>Никто</m:CommonName>")
			}
			return a
		}, "GetCertificateSubjectInfo")},
		{is("header-refused", "a header is refused although it need not be understood", "ENV-2"), refuses("<x:Trace xmlns:x=\"urn:x\">", "InvalidFormatField")},
		{is("header-ignored", "a header that must be understood is passed over", "ENV-2"), requests(` s:mustUnderstand="1"`, "")},
		{is("type-refused", "a type that is named is refused", "ENV-8"), refuses(`<options i:type="m:DocumentEntryOptions">`, "InvalidFormatField")},
		{is("absent-refused", "an absent reference is refused", "ENV-5"), stateless(func(c call) Answer {
			if c.operation == "GetDocumentEntries" && !strings.Contains(c.body, "<m:BoxTo") {
				return fault("NotFilledRequiredField")
			}
			return c.pass(c)
		})},
		{is("word-corrected", "an unknown word of an enumeration is taken for a known one", "ENV-7"), requests("SentSinged", "SentSigned")},
		{is("doctype-taken", "a DOCTYPE is passed over", "ENV-9"), requests(`<!DOCTYPE[^>]*>`, "")},
		{is("members-swapped", "id and time of a message change places", "ENV-3"), texts(`(<m:MessageId>[^<]*</m:MessageId>)(<m:SentDate>[^<]*</m:SentDate>)`, "$2$1")},
		{is("members-elsewhere", "members of answers are in the namespace of the service", "ENV-3"), texts(contract.NSModel, contract.NSService)},
		{is("word-translated", "the type of a document is told by its number", "ENV-7"), texts(`<m:DocumentType>Untyped<`, "<m:DocumentType>0<")},
		{is("base64-cut", "base64 in answers has no padding", "ENV-10"), texts(`=+(</m:(?:Content|Raw)>|</GetDocumentContentResult>)`, "$1")},
		{is("base64-one-line", "base64 with white space is refused", "ENV-10"), stateless(func(c call) Answer {
			if regexp.MustCompile(`<certificate>\s`).MatchString(c.body) {
				return fault("InvalidFormatField")
			}
			return c.pass(c)
		})},
	}
}

func people() []Mutant {
	token := func(c call) string { return first(c.body, `<(?:\w+:)?(?:authToken|AuthToken|token)>([^<]*)<`) }
	box := func(c call) string {
		return first(c.body, `<(?:\w+:)?(?:boxId|BoxAddress|BoxFrom|BoxTo)>([^<]*)<`)
	}
	return []Mutant{
		{is("any-token", "a token that nobody got opens the last box that was opened", "AUTH-4"), remembering(func(m *memory, c call) Answer {
			a := c.pass(c)
			if codeOf(a.Body) == "Unauthorized" && m.get("token") != "" {
				c.body = strings.ReplaceAll(c.body, token(c), m.get("token"))
				return c.pass(c)
			}
			if t := token(c); t != "" && good(a) {
				m.put("token", t)
			}
			return a
		})},
		{is("token-nearly", "the last digit of a token is not compared", "AUTH-4"), remembering(func(m *memory, c call) Answer {
			t := token(c)
			if t == "" {
				return c.pass(c)
			}
			start := t[:len(t)-1]
			a := c.pass(c)
			if known := m.get(start); codeOf(a.Body) == "Unauthorized" && known != "" {
				c.body = strings.ReplaceAll(c.body, t, known)
				return c.pass(c)
			}
			if good(a) {
				m.put(start, t)
			}
			return a
		})},
		{is("wrong-password", "a wrong password gives a token too", "AUTH-1"), answers(func(c call, a Answer) Answer {
			if strings.Contains(a.Body, `Result i:nil="true"`) {
				return result(c.operation, "0f5e0b0c-7c3e-4d0a-9b53-2f1f7f3c9a10")
			}
			return a
		}, "Authenticate")},
		{is("token-capitals", "a token is written in capitals", "AUTH-1", "AUTH-3"), answers(func(c call, a Answer) Answer {
			t := member(a.Body, c.operation+"Result")
			a.Body = strings.Replace(a.Body, t, strings.ToUpper(t), 1)
			return a
		}, "Authenticate")},
		{is("envelope-for-another", "the envelope of a login with a certificate is not for its key", "AUTH-6"), texts(`(<AuthenticateWithCertificate2Result[^>]*>)[^<]*<`, "${1}MIIBAA==<")},
		{is("no-envelope", "the first login with a certificate gives an envelope that does not open", "AUTH-2", "AUTH-3"), texts(`(<AuthenticateWithCertificateResult[^>]*>)[^<]*<`, "${1}MIIBAA==<")},
		{is("password-beside-nothing", "certificate and password together give nil", "AUTH-7"), answers(func(c call, _ Answer) Answer { return result(c.operation, "") }, "AuthenticateWithCertificateAndPassword")},
		{is("unknown-logs-in", "what nobody knows opens something", "AUTH-2", "AUTH-8"), answers(func(c call, a Answer) Answer {
			if strings.Contains(a.Body, `Result i:nil="true"`) {
				return result(c.operation, "MIIBAA==")
			}
			return a
		}, "AuthenticateWithCertificate", "AuthenticateWithIdentityToken", "AuthenticateWithAccessToken")},
		{is("denied-and-kept", "a message of a login with a password is denied, and kept", "AUTH-5"), remembering(func(m *memory, c call) Answer {
			a := c.pass(c)
			if t := member(a.Body, "AuthenticateResult"); c.operation == "Authenticate" && t != "" {
				m.put(t, "limited")
			}
			if c.operation == "SendMessage" && m.get(token(c)) != "" {
				return fault("AccessDeniedError")
			}
			return a
		})},
		{is("name-of-another", "the name of a box is that of another", "BOX-4"), texts(`<m:Inn>[^<]*<`, "<m:Inn>7700000000<", "GetInnKppNameByBoxId")},
		{is("other-box", "an organisation has the box of another", "ORG-1", "ORG-3"), texts(`<m:BoxAddress>[^<]*<`, "<m:BoxAddress>other@box<", "GetOrganizationListByInnKpp", "GetOrganizationBy")},
		{is("somebody-always", "what no organisation has finds somebody", "ORG-3"), answers(func(c call, a Answer) Answer {
			if strings.Contains(a.Body, `Result i:nil="true"`) {
				return result(c.operation, "<m:BoxAddress>other@box</m:BoxAddress>")
			}
			return a
		}, "GetOrganizationBy")},
		{is("any-department", "a department that is not there is taken", "DEP-2", "SEND-16"), forgives(func(c call) Answer { return result(c.operation, "") }, "DepartmentDoesNotExist")},
		{is("registered-locked", "who was registered cannot log in", "REG-4"), stateless(func(c call) Answer {
			if c.operation == "Authenticate" && strings.HasPrefix(member(c.body, "login"), "suite-") {
				return result(c.operation, "")
			}
			return c.pass(c)
		})},
		{is("registered-is-entered", "who was registered stays not active", "REG-6"), texts(`<m:OrganizationStatus>Test<`, "<m:OrganizationStatus>NonActive<")},
		{is("any-certificate-file", "a certificate that cannot be read, or belongs to another, is taken", "CERT-1", "REG-7"), forgives(func(c call) Answer { return result(c.operation, "") }, "CertificateParsingFailed", "DuplicateCertificate")},
		{is("certificates-all-good", "every certificate is good", "CERT-2"), texts(`<m:CommonStatus>\w+<`, "<m:CommonStatus>Success<")},
		{is("any-step", "a step that the status does not allow is said to be made", "CONT-6", "CONT-7"), forgives(func(c call) Answer { return done(c.operation) },
			"ContactIsAlreadyAuthorized", "ContactAuthIsAlreadyRequested", "ContactAuthRequestNotFound", "OrganizationMustBeActive")},
		{is("ended-goes-on", "a contact that was ended goes on", "CONT-5"), stateless(func(c call) Answer {
			if c.operation == "DeleteContact" {
				return done(c.operation)
			}
			return c.pass(c)
		})},
		{is("only-active", "a search for all but the active finds the active", "CONT-8"), requests(`<m:ContactStatus>NonActive<`, "<m:ContactStatus>Active<", "SearchContacts")},
		{is("untouched-is-deleted", "a contact that nobody has touched is deleted", "CONT-9"), texts(`<m:ContactStatus>(?:Active|NonAuthorized)<`, "<m:ContactStatus>Deleted<", "GetContact")},
		{is("all-certificates", "all certificates that are asked for are good for a login", "AUTH-9"), answers(func(_ call, a Answer) Answer {
			a.Body = strings.Replace(a.Body, "</a:string>", "</a:string><a:string>0000000000000000000000000000000000000000</a:string>", 1)
			return a
		}, "CheckCertificates")},
		{is("any-box", "a box of another gives nothing instead of a refusal", "BOX-2"), forgives(func(c call) Answer { return result(c.operation, "") }, "BoxAccessError")},
		{is("all-documents", "documents are shown to everybody", "BOX-2"), remembering(func(m *memory, c call) Answer {
			id := member(c.body, "(?:documentId|DocumentId|messageId)")
			a := c.pass(c)
			if c.operation == "SendMessage" {
				for _, sent := range regexp.MustCompile(`<m:(?:ServiceId|MessageId)>([^<]*)<`).FindAllStringSubmatch(a.Body, -1) {
					m.put("token "+sent[1], token(c))
					m.put("box "+sent[1], member(c.body, "From"))
				}
				return a
			}
			if t := m.get("token " + id); t != "" && !good(a) && codeOf(a.Body) != "Unauthorized" && codeOf(a.Body) != "BoxAccessError" {
				c.body = strings.NewReplacer(token(c), t, box(c), m.get("box "+id)).Replace(c.body)
				return c.pass(c)
			}
			return a
		})},
		{is("boxes-swapped", "INN and KPP of a box change places", "BOX-1"), texts(`<m:Inn>([^<]*)</m:Inn>((?s).*?)<m:Kpp>([^<]*)</m:Kpp>`, "<m:Inn>$3</m:Inn>$2<m:Kpp>$1</m:Kpp>", "GetBoxes")},
		{is("other-user", "the user is one of another organisation", "BOX-3"), texts(`<m:OrganizationId>\d+<`, "<m:OrganizationId>1<", "GetUserInfo")},
		{is("rules-for-ever", "rules that were withdrawn are accepted still", "BOX-5", "BOX-6"), requests(`<acceptRegulation>false`, "<acceptRegulation>true", "AcceptRegulation")},
		{is("any-kpp-none", "an empty KPP finds nobody", "ORG-1"), requests(`<kpp></kpp>`, "<kpp>000000000</kpp>")},
		{is("none-is-fault", "an organisation that is not there is a fault", "ORG-1"), answers(func(_ call, a Answer) Answer {
			if !strings.Contains(a.Body, "<m:Organization>") && a.Status == http.StatusOK {
				return fault("NoDataFound")
			}
			return a
		}, "GetOrganizationListByInnKpp")},
		{is("other-operator", "organisations have the code of another operator", "ORG-2", "ORG-4"), texts(`<m:OperatorCode>2IG<`, "<m:OperatorCode>2XX<")},
		{is("no-head", "no department is the head", "DEP-1"), texts(`<m:ParentId i:nil="true"/>`, "<m:ParentId>0</m:ParentId>", "GetOrganizationStructure")},
		{is("wrong-data-fault", "wrong data of a registration are a fault", "REG-1"), answers(func(_ call, a Answer) Answer {
			if strings.Contains(a.Body, "<m:Code><m:Code>1<") {
				return fault("InvalidFormatField")
			}
			return a
		}, "RegisterSubscriber")},
		{is("entered-is-active", "one who was entered is called active", "REG-5"), texts(`<m:OrganizationStatus>NonActive<`, "<m:OrganizationStatus>Active<")},
		{is("registered-twice", "a registration that is repeated makes a second organisation", "REG-2"), listed("Organization", func(_ call, all []string) []string {
			return append(all, all...)
		}, "GetOrganizationListByInnKpp")},
		{is("invited-is-inviter", "an invitation is outgoing there and incoming here", "CONT-1"), texts(`>IncomingAuthRequest<|>OutgoingAuthRequest<`, ">IncomingAuthRequest<", "GetContact")},
		{is("accepted-is-asked", "an accepted invitation stays asked for", "CONT-3", "CONT-2"), texts(`<m:ContactStatus>Active<`, "<m:ContactStatus>OutgoingAuthRequest<", "GetContact")},
		{is("withdrawn-stays", "a withdrawn invitation stays", "CONT-4"), stateless(func(c call) Answer {
			if c.operation == "CancelAuthRequest" {
				return done(c.operation)
			}
			return c.pass(c)
		})},
		{is("contacts-from-start", "a page of contacts begins at the beginning always", "CONT-8"), requests(`<m:From>\d+<`, "<m:From>0<", "SearchContacts")},
	}
}

func sending() []Mutant {
	taken := func(c call) Answer {
		return result(c.operation, `<m:DocumentIds></m:DocumentIds><m:MessageId>0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b11</m:MessageId><m:SentDate>2026-11-17T09:31:04Z</m:SentDate><m:SignIds></m:SignIds>`)
	}
	part := regexp.MustCompile(`(?s)</m:Document>.*</m:Documents>`)
	return []Mutant{
		{is("ids-swapped", "the ids of the documents of a message change places", "SEND-4"), answers(func(_ call, a Answer) Answer {
			docs, rest, ok := strings.Cut(a.Body, "</m:DocumentIds>")
			if !ok {
				return a
			}
			id := regexp.MustCompile(`<m:ServiceId>[^<]*<`)
			ids := id.FindAllString(docs, -1)
			n := len(ids)
			a.Body = id.ReplaceAllStringFunc(docs, func(string) string { n--; return ids[n] }) + "</m:DocumentIds>" + rest
			return a
		}, "SendMessage")},
		{is("no-sign-ids", "signatures get no ids", "SEND-4"), texts(`(?s)<m:SignIds>.*</m:SignIds>`, "<m:SignIds></m:SignIds>", "SendMessage")},
		{is("deduplicates", "a message that comes again is answered and not taken", "SEND-5", "SEND-17"), remembering(func(m *memory, c call) Answer {
			if c.operation != "SendMessage" {
				return c.pass(c)
			}
			return m.once(c.body, func() Answer { return c.pass(c) })
		})},
		{is("sends-twice", "a message is taken twice", "SEND-5", "SEND-6"), stateless(func(c call) Answer {
			if c.operation == "SendMessage" {
				c.pass(c)
			}
			return c.pass(c)
		})},
		{is("halves", "of a message that is refused, the first document is kept", "SEND-6"), stateless(func(c call) Answer {
			a := c.pass(c)
			if c.operation == "SendMessage" && a.Status != http.StatusOK && strings.Count(c.body, "<m:Document>") > 1 {
				half := c
				half.body = part.ReplaceAllString(c.body, "</m:Document></m:Documents>")
				half.body = regexp.MustCompile(`(?s)</m:Sign>.*</m:Signs>`).ReplaceAllString(half.body, "</m:Sign></m:Signs>")
				c.pass(half)
			}
			return a
		})},
		{is("any-signature", "a signature that does not fit is taken", "SEND-3"), forgives(taken, "SignIsNotValid", "InvalidCMS")},
		{is("any-certificate", "a certificate outside its time is taken", "SEND-3"), forgives(taken, "CertificatePeriodIsNotValid")},
		{is("any-recipient", "a message for nobody is taken", "SEND-8"), forgives(taken, "InvalidDestinationAddress", "SendToSelfIsNotAllowed")},
		{is("any-relation", "a message for one with whom there is no exchange is taken", "SEND-8", "CONT-10"), forgives(taken, "ContactIsNotAuthorized", "OrganizationMustBeActive", "SendToRoamingIsNotAllowed")},
		{is("any-format", "content of a wrong format, or none, is taken", "SEND-2", "SEND-11", "GEN-2"), forgives(taken, "InvalidDocumentFormat", "InvalidDocumentContent")},
		{is("any-form-of-message", "two signatures, a long field and two recipients are taken where one is allowed", "SEND-2", "SEND-7", "SEND-14"), answers(func(c call, a Answer) Answer {
			if codeOf(a.Body) == "InvalidFormatField" {
				return taken(c)
			}
			return a
		}, "SendMessage", "SendUnsignedMessage")},
		{is("any-link", "a link to nothing is taken", "SEND-12"), forgives(taken, "InvalidDocumentReference")},
		{is("without-certificate", "a signature without its certificate is taken", "SEND-3"), forgives(taken, "SignDoesNotContainCertificate")},
		{is("not-asked", "a document that wants no signature is signed", "FLOW-2"), forgives(taken, "DocumentDoesNotRequireSigning")},
		{is("any-sender", "a message in the name of another is taken", "SEND-8"), forgives(taken, "SendFromOtherIsNotAllowed")},
		{is("incomplete", "what is required may be missing", "SEND-1", "SEND-2"), forgives(taken, "NotFilledRequiredField")},
		{is("any-type", "documents that only the operator sends are taken", "SEND-13"), forgives(taken, "InvalidDocumentType")},
		{is("custom-field-lost", "the custom field is lost", "SEND-7"), texts(`<m:CustomField>[^<]*</m:CustomField>`, "")},
		{is("custom-field-cut", "the custom field is cut at a hundred characters", "SEND-7"), texts(`<m:CustomField>([^<]{100})[^<]*<`, "<m:CustomField>$1<")},
		{is("file-names-escaped", "file names come back in another form", "SEND-7"), texts(`<m:FileName>[^<]*<`, "<m:FileName>document.bin<")},
		{is("time-local", "times have no zone and are those of Moscow", "SEND-4"), answers(func(_ call, a Answer) Answer {
			a.Body = regexp.MustCompile(`<m:SentDate>([^<]*)Z<`).ReplaceAllStringFunc(a.Body, func(s string) string {
				at, err := time.Parse(time.RFC3339Nano, strings.TrimSuffix(strings.TrimPrefix(s, "<m:SentDate>"), "<"))
				if err != nil {
					return s
				}
				return "<m:SentDate>" + at.Add(3*time.Hour).Format("2006-01-02T15:04:05.0000000") + "<"
			})
			return a
		})},
		{is("time-of-look", "the time of a message is that of the look", "SEND-4", "INFO-1"), answers(func(_ call, a Answer) Answer {
			now := time.Now().UTC().Format("2006-01-02T15:04:05.000000Z") //nolint:forbidigo // that is what is wrong
			a.Body = regexp.MustCompile(`<m:SentDate>[^<]*<`).ReplaceAllString(a.Body, "<m:SentDate>"+now+"<")
			return a
		}, "GetFullDocumentInfo")},
		{is("content-of-another", "all documents have the content of the first", "SEND-2", "SEND-4"), remembering(func(m *memory, c call) Answer {
			if c.operation != "GetDocumentContent" {
				return c.pass(c)
			}
			return m.once("", func() Answer { return c.pass(c) })
		})},
		{is("content-as-text", "contents are read as UTF-8 and written again", "SEND-11", "SEND-3"), contents(func(raw string) string { return strings.ToValidUTF8(raw, "?") }, "GetDocumentContent", "GetMessage")},
		{is("line-ends", "line ends of Windows become those of Unix", "SEND-11"), contents(func(raw string) string { return strings.ReplaceAll(raw, "\r\n", "\n") }, "GetDocumentContent")},
		{is("one-for-all", "the status of one recipient is that of all", "SEND-10"), answers(func(_ call, a Answer) Answer {
			before, rest, ok := strings.Cut(a.Body, "<m:Recipients>")
			in, behind, _ := strings.Cut(rest, "</m:Recipients>")
			if ok && strings.Contains(in, "DeliveredToRecipient") {
				in = regexp.MustCompile(`<m:DeliveryStatus>\w+<`).ReplaceAllString(in, "<m:DeliveryStatus>DeliveredToRecipient<")
			}
			if ok {
				a.Body = before + "<m:Recipients>" + in + "</m:Recipients>" + behind
			}
			return a
		}, "GetFullDocumentInfo")},
		{is("links-lost", "links between documents are lost", "SEND-12"), texts(`(?s)<m:RelatedDocumentIds>.*?</m:RelatedDocumentIds>`, "")},
		{is("comment-lost", "the comment of a refusal is lost", "FLOW-10"), texts(`<m:Comment>[^<]*</m:Comment>`, "", "GetFlowDocumentInfo")},
	}
}

func reading() []Mutant {
	most := func(c call) string { return member(c.body, "Max") }
	return []Mutant{
		{is("border-loses", "the last document of a full page is lost", "LIST-1"), listed("DocumentEntryItem", func(c call, all []string) []string {
			if fmt.Sprint(len(all)) == most(c) {
				return all[:len(all)-1]
			}
			return all
		}, "GetDocumentEntries")},
		{is("border-repeats", "the last document of a page comes again on the next", "LIST-1"), stateless(func(c call) Answer {
			if n := member(c.body, "First"); c.operation == "GetDocumentEntries" && n != "" && n != "0" {
				var at int
				_, _ = fmt.Sscan(n, &at) // digits
				c.body = strings.Replace(c.body, "<m:First>"+n+"<", fmt.Sprintf("<m:First>%d<", at-1), 1)
			}
			return c.pass(c)
		})},
		{is("total-of-page", "Total counts the page", "LIST-1"), answers(func(_ call, a Answer) Answer {
			_, all, _ := items(a.Body, "DocumentEntryItem")
			a.Body = regexp.MustCompile(`<m:Total>\d+<`).ReplaceAllString(a.Body, fmt.Sprintf("<m:Total>%d<", len(all)))
			return a
		}, "GetDocumentEntries")},
		{is("filter-ignored", "the flow that a list is about is not looked at", "LIST-1"), requests(`<m:DocumentFlowTypes>`, "<m:DocumentFlowTypes><m:DocumentFlowType>SentSigned</m:DocumentFlowType>", "GetDocumentEntries")},
		{is("sides-mixed", "what a box sent is listed as what it got", "LIST-1"), requests(`<m:BoxFrom[^>]*/>\s*<m:BoxTo>([^<]*)</m:BoxTo>`, "<m:BoxFrom>$1</m:BoxFrom>", "GetDocumentEntries")},
		{is("item-of-another", "an item of a list names another sender", "LIST-1"), texts(`<m:MessageFrom>[^<]*<`, "<m:MessageFrom>other@box<", "GetDocumentEntries")},
		{is("documents-twice", "a list of documents holds each twice", "LIST-4"), listed("DocumentListEntry", func(_ call, all []string) []string { return append(all, all...) }, "GetDocumentList")},
		{is("messages-first-lost", "the first message of a box is not listed", "MSG-1", "MSG-3"), listed("MessageInfo", func(c call, all []string) []string {
			if member(c.body, "afterMessageId") == "" {
				return all[1:]
			}
			return all
		}, "GetMessages")},
		{is("wrong-cursor", "a cursor that is none is an error of the service", "MSG-4"), texts(`<Code>NoDataFound<`, "<Code>UnexpectedError<", "GetMessages")},
		{is("contents-always", "contents come although nobody asked for them", "MSG-5"), requests(`<m:GetDocumentContent>false<`, "<m:GetDocumentContent>true<", "GetMessageWithLoadOptions")},
		{is("archive-cut", "an archive breaks off", "ARCH-1"), contents(func(raw string) string { return raw[:len(raw)/2] }, "DownloadDocumentFlowArchive")},
		{is("messages-border", "the first message behind the cursor is lost", "MSG-1"), listed("MessageInfo", func(c call, all []string) []string {
			if member(c.body, "afterMessageId") != "" {
				return all[1:]
			}
			return all
		}, "GetMessages")},
		{is("messages-newest", "messages come newest first", "MSG-1"), listed("MessageInfo", func(_ call, all []string) []string { slices.Reverse(all); return all }, "GetMessages")},
		{is("messages-bare", "messages with signatures alone are not listed", "MSG-2"), remembering(func(m *memory, c call) Answer {
			a := c.pass(c)
			if c.operation == "SendMessage" && strings.Contains(c.body, "<m:Documents></m:Documents>") {
				m.put(member(a.Body, "MessageId"), "bare")
			}
			if before, all, behind := items(a.Body, "MessageInfo"); c.operation == "GetMessages" && len(all) > 0 {
				all = slices.DeleteFunc(all, func(s string) bool { return m.get(member(s, "Id")) != "" })
				a.Body = before + strings.Join(all, "") + behind
			}
			return a
		})},
		{is("signs-of-message-lost", "a message comes without its signatures", "MSG-6"), texts(`(?s)<m:Signs>.*</m:Signs>`, "<m:Signs></m:Signs>", "GetMessage")},
		{is("unknown-is-fault", "an id that no document has is a fault", "INFO-1"), answers(func(_ call, a Answer) Answer {
			if strings.Contains(a.Body, `Result i:nil="true"`) {
				return fault("DocumentNotFound")
			}
			return a
		}, "GetFullDocumentInfo")},
		{is("switches-ignored", "everything is told although little was asked for", "INFO-1", "ENV-6"), requests(`(?s)<requestParams>.*</requestParams>`, "", "GetFullDocumentInfo")},
		{is("dashes-required", "ids without dashes are not known", "INFO-3"), stateless(func(c call) Answer {
			if id := member(c.body, "documentId"); len(id) == 32 {
				return fault("DocumentNotFound")
			}
			return c.pass(c)
		})},
		{is("type-of-status-lost", "the type of a status is not named", "INFO-2"), texts(`<m:Status i:type="[^"]*"`, "<m:Status")},
		{is("form-of-another", "all documents have the printed form of the first", "PRINT-1", "PRINT-2"), remembering(func(m *memory, c call) Answer {
			if c.operation != "PrintDocument" && c.operation != "DownloadPdfDocument" {
				return c.pass(c)
			}
			return m.once(c.operation, func() Answer { return c.pass(c) })
		})},
		{is("half-form", "a printed form breaks off", "PRINT-1", "PRINT-2"), contents(func(raw string) string { return raw[:len(raw)/2] }, "PrintDocument", "DownloadPdfDocument")},
		{is("form-without-box", "printing does not ask for a box", "PRINT-1"), forgives(func(c call) Answer { return result(c.operation, "") }, "NotFilledRequiredField")},
		{is("archive-with-receipts", "the archive without receipts holds them", "ARCH-4"), stateless(func(c call) Answer {
			const less = "WithoutInformationReceipt"
			if c.operation != "DownloadDocumentFlowArchive"+less {
				return c.pass(c)
			}
			c.body = strings.ReplaceAll(c.body, less, "")
			c.head = http.Header{"Content-Type": c.head["Content-Type"], "Soapaction": {contract.ActionPrefix + "DownloadDocumentFlowArchive"}}
			a := c.pass(c)
			a.Body = strings.NewReplacer("ArchiveResponse", "Archive"+less+"Response", "ArchiveResult", "Archive"+less+"Result").Replace(a.Body)
			return a
		})},
	}
}

func flow() []Mutant {
	return []Mutant{
		{is("status-stuck", "the status of a document never moves", "FLOW-1"), texts(`<m:DeliveryStatus>\w+<`, "<m:DeliveryStatus>RecievedByService<")},
		{is("signed-unseen", "a document that was signed waits for its signature still", "FLOW-2", "FLOW-12"), texts(`<m:SignStatus>Signed<`, "<m:SignStatus>WaitingForSign<")},
		{is("refused-is-signed", "a document that was refused is called signed", "FLOW-3"), texts(`<m:SignStatus>SignRejected<`, "<m:SignStatus>Signed<")},
		{is("second-answer", "a second answer is taken", "FLOW-4"), forgives(func(c call) Answer {
			return result(c.operation, `<m:MessageId>0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b11</m:MessageId>`)
		}, "DocumentWasAlreadySigned", "SignWasAlreadyRejected")},
		{is("strangers-answer", "whoever likes answers a document, and when he likes", "FLOW-4", "FLOW-5", "FLOW-6", "GEN-3", "REV-3"), forgives(func(c call) Answer {
			return result(c.operation, `<m:MessageId>0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b11</m:MessageId>`)
		}, "WorkflowViolation", "InvalidDocumentReference")},
		{is("all-may-sign", "everybody is offered to sign", "FLOW-11"), texts(`</m:AvailableOperationsV2>`, "<a:string xmlns:a=\""+contract.NSArrays+"\">Sign</a:string></m:AvailableOperationsV2>")},
		{is("receipt-unseen", "the receipt is not among the service documents", "FLOW-1"), texts(`(?s)<m:ServiceDocuments>.*</m:ServiceDocuments>`, "<m:ServiceDocuments></m:ServiceDocuments>")},
		{is("offer-turned", "an offer of revocation is awaited there and required here", "REV-1"), texts(`<m:RevocationStatus>Revocation(?:Awaited|Required)<`, "<m:RevocationStatus>RevocationRequired<")},
		{is("content-closed", "a content is never given", "FLOW-8"), answers(func(call, Answer) Answer { return fault("DocumentContentAccessDenied") }, "GetDocumentContent")},
		{is("other-status", "a status is of a type that the contract does not have", "FLOW-14", "INFO-2"), texts(`<m:Status i:type="[^"]*"`, `<m:Status i:type="m:OtherFlowStatus"`)},
		{is("signer-spoils", "what is generated for a signer is not what can be sent", "GEN-4"), contents(func(raw string) string { return raw + "\r\n" }, "GenerateDeliveryConfirmationV2")},
		{is("rejected-unseen", "a rejected revocation is not told", "REV-2"), texts(`RevocationRejected`, "RevocationAwaited")},
		{is("revoked-unseen", "an accepted revocation is not told", "REV-2"), texts(`RevocationAccepted`, "RevocationAwaited")},
		{is("notice-never-due", "an invoice asks for no receipt", "INV-2"), texts(`<m:NoticeRequired>true<`, "<m:NoticeRequired>false<")},
		{is("never-charged", "an invoice is never charged", "INV-3"), texts(`InvoiceCharged`, "InvoiceSent")},
		{is("confirmed-to-one", "the seller gets no confirmation of the operator", "INV-1"), answers(func(_ call, a Answer) Answer {
			before, all, behind := items(a.Body, "ServiceNotice")
			if len(all) == 1 {
				a.Body = before + behind
			}
			return a
		}, "GetRequiredNotices")},
		{is("generated-utf8", "what is generated declares UTF-8", "GEN-1"), contents(func(raw string) string { return strings.Replace(raw, "windows-1251", "utf-8", 1) }, "GenerateDeliveryConfirmation")},
		{is("notices-for-ever", "receipts are owed although they were sent", "GEN-5"), remembering(func(m *memory, c call) Answer {
			if c.operation != "GetRequiredNotices" {
				return c.pass(c)
			}
			return m.once(member(c.body, "boxId"), func() Answer { return c.pass(c) })
		})},
		{is("never-enhanced", "an enhanced signature stays in progress", "ENH-1"), texts(`<m:CreateStatus>\w+<`, "<m:CreateStatus>InProgress<")},
		{is("signed-way-unseen", "the way of a document tells no signature of its recipient", "SEND-14", "SEND-15"), texts(`<m:RecipientStatus>SignReceived<`, "<m:RecipientStatus>SignRequested<")},
	}
}
