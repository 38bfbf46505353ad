package console

// Cheap makes new hashes cost little: tests log in often.
func (p *Passwords) Cheap() *Passwords {
	p.cost = 1000
	return p
}
