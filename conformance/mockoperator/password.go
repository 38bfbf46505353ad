package mockoperator

import "fmt"

// SetPassword changes the password of the organisation that owns a box, as its administrator does at the operator. Tokens
// that were given stay good; see [Operator.Expire].
func (o *Operator) SetPassword(box, password string) error {
	return o.orgs.write(func() error {
		n, org := o.owner(box)
		if org == nil {
			return fmt.Errorf("mockoperator: no box %s", box)
		}
		changed := *org
		changed.Password = password
		o.orgs.replace(n, changed)
		return nil
	})
}

// RefusedLogins is how many logins with a wrong name or password there were.
func (o *Operator) RefusedLogins() int { return int(o.refused.Load()) }
