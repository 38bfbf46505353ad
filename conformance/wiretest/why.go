package wiretest

// why says of each group what goes wrong for people where its cases fail.
func why() map[string]string {
	return map[string]string{
		"transport":     "programs and proxies judge an answer by its head: where the head is wrong, a refused letter looks sent, or an answer cannot be read",
		"envelope":      "what a service reads wrongly in silence, as another page or another filter, is noticed when a letter was missed",
		"answers":       "programs read members by place and form: what is written otherwise is lost, and a clerk sees a document without its sender or status",
		"login":         "who gets a token by mistake sends in the name of the utility and reads its mail; who gets none sends nothing before a term ends",
		"boxes":         "letters of one subscriber are nobody else's business, and a letter that goes to a wrong box has not been served",
		"organisations": "a clerk finds the addressee by INN and KPP: a wrong answer sends a letter with a term to a stranger",
		"registration":  "an addressee who is entered twice or by halves gets letters in a box that nobody opens",
		"contacts":      "documents go only between those who have agreed to exchange: by a wrong status a clerk writes to somebody who cannot be written to",
		"sending":       "a letter that counts as sent must be there once, whole and with a time that can be proved, or the utility misses a term or sends twice",
		"refusals":      "what has no force in law must be refused at once and whole: what is kept of it an auditor finds as a letter of the utility",
		"kinds":         "tax forms, drafts, forwards and internal papers have rules of their own: a paper handled by those of another has no force",
		"messages":      "incoming mail is read by a cursor: a message lost there is a claim that nobody answers in time",
		"lists":         "after a lost answer the list tells whether a letter has gone: what it hides is sent again, what it makes up is never sent",
		"information":   "clerks and courts look at bytes, status and printed form: those of another document are worse than none",
		"flow":          "delivery, signature and refusal have dates that count in law: with a wrong status nobody knows who was late",
		"revocation":    "a document is void when both sides have said so: where they see different things one pays for what the other has struck out",
		"invoices":      "an invoice without all its receipts does not count as charged, and an auditor of taxes asks for every one of them",
		"generators":    "service documents are signed as the operator made them: with a wrong one the receipt or refusal is missing when its term ends",
		"evidence":      "years later the archive and the enhanced signature are all that an auditor or a court has to look at",
		"faults":        "by its code a program decides whether to send again, and what else a fault tells stands in logs that others read",
	}
}
