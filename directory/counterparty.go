package directory

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// Counterparty is one box of another organisation, as a subscriber knows it. There is one row for each box.
type Counterparty struct {
	Subscriber edo.SubscriberID
	INN        string
	KPP        string // empty: head office or a person
	Box        edo.BoxID
	Name       string
	Operator   string // code of the counterparty's operator
	Active     bool
	UpdatedAt  time.Time // set by the store
}

// Check reports every fault.
func (c Counterparty) Check() error {
	var f faults
	f.add(edo.CheckID("counterparty.subscriber", string(c.Subscriber)))
	f.add(edo.CheckINN("counterparty.inn", c.INN))
	if c.KPP != "" {
		f.add(edo.CheckKPP("counterparty.kpp", c.KPP))
	}
	f.line("counterparty.box", string(c.Box), false)
	f.line("counterparty.name", c.Name, false)
	f.line("counterparty.operator", c.Operator, false)
	return f.err()
}
