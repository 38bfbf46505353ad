package mockoperator

import "strings"

// Traffic is what was sent from a box.
type Traffic struct {
	Messages  int // all of them, answers as well
	Documents int // that begin a flow: what a subscriber pays for
	Forwards  int // documents of others sent on
	Service   int // receipts, refusals, offers and reply titles
	Signs     int // signatures alone, in messages of their own
}

// Traffic counts the ledger by box of the sender, in lower case. What the operator itself sent is not in it.
func (o *Operator) Traffic() map[string]Traffic {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := map[string]Traffic{}
	for _, e := range o.ledger {
		if e.From == OperatorBox {
			continue
		}
		t := out[strings.ToLower(e.From)]
		t.Messages++
		t.Forwards += len(e.forwards)
		t.Signs += len(e.Signs)
		for _, d := range e.docs {
			if isMain(d.Type) {
				t.Documents++
				continue
			}
			t.Service++
		}
		out[strings.ToLower(e.From)] = t
	}
	return out
}
