package contract

// peopleClauses are those of logins, boxes, organisations, registration and contacts.
func peopleClauses() []Clause {
	return nil
}
