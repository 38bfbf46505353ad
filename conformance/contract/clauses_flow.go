package contract

// flowClauses are those of messages both ways, service documents, answers and evidence.
func flowClauses() []Clause {
	return nil
}
