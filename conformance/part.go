package conformance

import "fmt"

// Part gives a T whose messages begin with a name: for a case that goes through a table.
func Part(t T, name string) T { return part{t, name} }

type part struct {
	T

	name string
}

func (p part) Error(args ...any) {
	p.Helper()
	p.T.Error(p.name + ": " + text(args))
}

func (p part) Errorf(format string, args ...any) {
	p.Helper()
	p.T.Error(p.name + ": " + fmt.Sprintf(format, args...))
}

func (p part) Fatal(args ...any) {
	p.Helper()
	p.T.Fatal(p.name + ": " + text(args))
}

func (p part) Fatalf(format string, args ...any) {
	p.Helper()
	p.T.Fatal(p.name + ": " + fmt.Sprintf(format, args...))
}

// recorderOf is the recorder behind a T, nil for a test.
func recorderOf(t T) *Recorder {
	for {
		switch at := t.(type) {
		case part:
			t = at.T
		case *Recorder:
			return at
		default:
			return nil
		}
	}
}
