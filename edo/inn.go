package edo

func (c Counterparty) faults(field string) Faults {
	var f Faults
	if err := CheckINN(field+".inn", c.INN); err != nil {
		f = append(f, err)
	}
	if c.KPP != "" {
		if err := CheckKPP(field+".kpp", c.KPP); err != nil {
			f = append(f, err)
		} else if len(c.INN) == 12 {
			f = append(f, invalid(KPPMalformed, field+".kpp", "is set for a person", "leave the KPP empty with an INN of 12 digits"))
		}
	}
	if err := CheckText(field+".name", c.Name); err != nil {
		f = append(f, err)
	}
	return f
}

// CheckINN checks length and checksum of an INN (order of the Federal Tax Service ММВ-7-6/435@ of 29.06.2012).
func CheckINN(field, inn string) error {
	bad := func(what string) error {
		return invalid(INNMalformed, field, what, "give the 10 digits of an organisation or the 12 of a person")
	}
	if !digits(inn) || (len(inn) != 10 && len(inn) != 12) {
		return bad("is not 10 or 12 digits")
	}
	ok := innSum(inn[:9], []int{2, 4, 10, 3, 5, 9, 4, 6, 8}) == inn[9]
	if len(inn) == 12 {
		ok = innSum(inn[:10], []int{7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) == inn[10] &&
			innSum(inn[:11], []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) == inn[11]
	}
	if !ok {
		return bad("has a wrong check digit")
	}
	return nil
}

func innSum(s string, weights []int) byte {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return byte('0' + sum%11%10)
}

// CheckKPP checks the form of a KPP: NNNNPPXXX, where PP may also be capital Latin letters (same order).
func CheckKPP(field, kpp string) error {
	ok := len(kpp) == 9
	for i := 0; ok && i < len(kpp); i++ {
		letter := i >= 4 && i < 6 && kpp[i] >= 'A' && kpp[i] <= 'Z'
		ok = letter || (kpp[i] >= '0' && kpp[i] <= '9')
	}
	if !ok {
		return invalid(KPPMalformed, field, "is not 9 characters of the form 770101001", "copy it from the registration certificate")
	}
	return nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Check reports everything that is wrong with a counterparty, as [Faults] whose fields begin with field.
func (c Counterparty) Check(field string) error { return c.faults(field).Err() }
