package mockoperator

// dispatchFlow does the operations of messages both ways, service documents, answers and evidence; known is false for others.
func (o *Operator) dispatchFlow(_ *exchange, _ *request) (b *body, known bool, err error) {
	return nil, false, nil
}
