package mockoperator

import (
	"slices"
	"strconv"
	"strings"
)

// lexical checks the text of a simple value against its type.
func (r *reader) lexical(n *node) error {
	v := strings.TrimSpace(n.text)
	ok := true
	switch n.typ {
	case "string":
	case "int":
		_, err := strconv.ParseInt(v, 10, 32)
		ok = err == nil
	case "boolean":
		ok = v == "true" || v == "false" || v == "1" || v == "0"
	case "dateTime":
		_, err := parseTime(v)
		ok = err == nil
	case "decimal":
		ok = isDecimal(v)
	case "guid":
		ok = isGUID(v)
	default:
		ok = slices.Contains(r.tables.Enums[n.typ], v)
		n.text = v
	}
	if !ok {
		return r.bad("%q is no %s", n.text, n.typ)
	}
	return nil
}

// isDecimal accepts digits with one dot and no exponent.
func isDecimal(v string) bool {
	v = strings.TrimLeft(v, "+-")
	whole, fraction, _ := strings.Cut(v, ".")
	return whole+fraction != "" && strings.Trim(whole+fraction, "0123456789") == ""
}

func isGUID(v string) bool {
	if len(v) != 36 {
		return false
	}
	for i, c := range []byte(v) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
			continue
		}
		if !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			return false
		}
	}
	return true
}
