package mockoperator

import (
	"os"
	"time"
)

// timeOrNil writes a time that may not be set.
func (b *body) timeOrNil(name string, t time.Time) {
	if t.IsZero() {
		b.raw(`<` + name + ` i:nil="true"/>`)
		return
	}
	b.time(name, t)
}

// timeOrZero writes a time that must be there; .NET has a zero of its own.
func (b *body) timeOrZero(name string, t time.Time) {
	if t.IsZero() {
		b.element(name, "0001-01-01T00:00:00")
		return
	}
	b.time(name, t)
}

// readBlob reads content that is known to be small, or that a test has made.
func readBlob(c Blob) ([]byte, error) { return os.ReadFile(c.Path) }
