package mockoperator

import (
	"regexp"
	"strings"
)

// validINN checks length and check digits: ten digits of an organisation, twelve of a person.
func validINN(inn string) bool {
	if strings.Trim(inn, "0123456789") != "" {
		return false
	}
	check := func(upTo int, weights ...int) bool {
		sum := 0
		for i, w := range weights {
			sum += w * int(inn[i]-'0')
		}
		return sum%11%10 == int(inn[upTo]-'0')
	}
	switch len(inn) {
	case 10:
		return check(9, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	case 12:
		return check(10, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) && check(11, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	}
	return false
}

// validKPP checks the form: tax office, reason (digits or capital letters), number.
func validKPP(kpp string) bool { return regexp.MustCompile(`^\d{4}[\dA-Z]{2}\d{3}$`).MatchString(kpp) }
