package mockoperator

import "strings"

// finding is one thing that is wrong with the data of a request.
type finding struct {
	path     string // as "Users.0.Certificate": a number is an index
	category string // Unknown, Required, Format, Length
	text     string
}

// openEnum writes an open enumeration: a number, a caption and a name.
func openEnum(b *body, element string, code int, name, caption string) {
	b.wrap(element, func() {
		b.integer("m:Code", code)
		b.element("m:Description", caption)
		b.element("m:Name", name)
	})
}

// validation writes the tree of what is wrong; without findings it says success.
func validation(b *body, found []finding) {
	b.wrap("m:ValidationResult", func() { validationNode(b, "", found) })
}

func validationNode(b *body, name string, found []finding) {
	var own []finding
	var children []string // of the children, as they come
	below := map[string][]finding{}
	for _, f := range found {
		if f.path == "" {
			own = append(own, f)
			continue
		}
		head, rest, _ := strings.Cut(f.path, ".")
		if below[head] == nil {
			children = append(children, head)
		}
		f.path = rest
		below[head] = append(below[head], f)
	}
	b.wrap("m:Fields", func() {
		for _, n := range children {
			b.wrap("m:ModelValidationResult", func() { validationNode(b, n, below[n]) })
		}
	})
	b.wrap("m:Messages", func() {
		for _, f := range own {
			b.wrap("m:ModelValidationMessage", func() {
				category := map[string]int{"Required": 1, "Format": 2, "Length": 3}[f.category]
				openEnum(b, "m:Category", category, f.category, f.category)
				openEnum(b, "m:Status", 2, "Error", "Ошибка")
				b.element("m:Text", f.text)
			})
		}
	})
	b.elementOrNil("m:Name", name)
	if len(found) > 0 {
		openEnum(b, "m:Status", 2, "Error", "Ошибка")
		return
	}
	openEnum(b, "m:Status", 0, "Success", "Успешно")
}

// responseCode writes the outcome of a registration.
func responseCode(b *body, found []finding) {
	if len(found) > 0 {
		openEnum(b, "m:Code", 1, "Error", "Ошибка")
		return
	}
	openEnum(b, "m:Code", 0, "Success", "Успешно")
}

// subscriberKind writes a type of subscriber where the contract has an open enumeration for it.
func subscriberKind(b *body, element, kind string) {
	for i, caption := range []string{"Юридическое лицо", "Индивидуальный предприниматель", "Физическое лицо"} {
		if kinds := subscriberKinds(); kinds[i] == kind {
			openEnum(b, element, i+1, kind, caption)
		}
	}
}

// subscriberKinds are the types in the order of their numbers, beginning with 1.
func subscriberKinds() []string {
	return []string{"LegalEntity", "IndividualEntrepreneur", "Individual"}
}
