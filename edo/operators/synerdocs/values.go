package synerdocs

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// misfit is an answer that is well-formed XML but does not say what the contract says it must. The text names elements
// and never quotes values, which may be anything.
type misfit struct{ text string }

func (m *misfit) Error() string { return m.text }

// reader puts one member of an answer somewhere; nil leaves the zero value.
type reader = func(*soap.Node) error

func text(to *string) reader {
	return func(n *soap.Node) error {
		if n.Nil() {
			return nil
		}
		v, err := n.Text()
		if err == nil {
			*to = v
		}
		return err
	}
}

// boolean accepts the four forms of XML Schema and nothing else: "True" is not one of them.
func boolean(to *bool) reader {
	return scalar(func(v string) error {
		switch v {
		case "true", "1":
			*to = true
		case "false", "0":
			*to = false
		default:
			return errors.New("is not true, false, 1 or 0")
		}
		return nil
	})
}

func integer(to *int) reader {
	return scalar(func(v string) error {
		i, err := strconv.ParseInt(v, 10, 32)
		if err != nil {
			return errors.New("is not a whole number of 32 bits")
		}
		*to = int(i)
		return nil
	})
}

// moment reads a dateTime; times without a zone are of the given zone.
func moment(to *time.Time, zone *time.Location) reader {
	return scalar(func(v string) error {
		t, err := parseTime(v, zone)
		if err == nil {
			*to = t
		}
		return err
	})
}

func scalar(set func(string) error) reader {
	return func(n *soap.Node) error {
		if n.Nil() {
			return nil
		}
		v, err := n.Text()
		if err != nil {
			return err
		}
		if err := set(strings.Trim(v, " \t\r\n")); err != nil {
			return &misfit{"element " + n.Name().Local + " " + err.Error()}
		}
		return nil
	}
}

// enumCode reads an EnumValue, the service's open enum. Its number decides; the names are for people.
func enumCode(to *int) reader {
	return func(n *soap.Node) error {
		return n.Fields(map[soap.Name]func(*soap.Node) error{om("Code"): integer(to)})
	}
}

// id reads an id in its one form, see canonicalID.
func id(to *string) reader {
	return func(n *soap.Node) error {
		var raw string
		err := text(&raw)(n)
		*to = canonicalID(raw)
		return err
	}
}

// signature reads a CMS as content, which the log names by digest. One that is larger than a signature may be is read to
// its end and comes empty.
func signature(to *[]byte) reader {
	return func(n *soap.Node) error {
		var cms capped
		_, size, err := n.Content(&cms)
		if size <= edo.MaxSignatureSize {
			*to = cms.Bytes()
		}
		return err
	}
}

// capped keeps no more than a signature may be long.
type capped struct{ bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	keep := min(len(p), edo.MaxSignatureSize-c.Len())
	_, err := c.Buffer.Write(p[:keep])
	return len(p), err
}

// paperDate reads the date of a paper as it was written, whatever the zone: a date on paper has none.
func paperDate(to *time.Time) reader {
	return scalar(func(v string) error {
		if t, err := parseTime(v, time.UTC); err != nil || t.IsZero() {
			return err
		}
		var err error
		*to, err = time.Parse(time.DateOnly, v[:len(time.DateOnly)])
		return err
	})
}

// words reads an array of strings; item is their element's name.
func words(to *[]string, item soap.Name) reader {
	return func(n *soap.Node) error {
		return n.Each(item, func(n *soap.Node) error {
			var v string
			err := text(&v)(n)
			*to = append(*to, v)
			return err
		})
	}
}
