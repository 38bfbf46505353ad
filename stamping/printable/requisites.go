package printable

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// titles are the formats of the tax service by the beginning of a file's id (attribute ИдФайл), which names the format.
func titles() map[string]string {
	return map[string]string{
		"ON_NSCHFDOPPR":    "Счёт-фактура и (или) документ об отгрузке (УПД), информация продавца",
		"ON_NSCHFDOPPOK":   "Счёт-фактура и (или) документ об отгрузке (УПД), информация покупателя",
		"ON_SCHFDOPPR":     "Счёт-фактура и (или) документ об отгрузке (УПД), информация продавца",
		"ON_SCHFDOPPOK":    "Счёт-фактура и (или) документ об отгрузке (УПД), информация покупателя",
		"ON_NKORSCHFDOPPR": "Корректировочный счёт-фактура и (или) документ об изменении стоимости (УКД), информация продавца",
		"ON_NKORSCHFDOPOK": "Корректировочный счёт-фактура и (или) документ об изменении стоимости (УКД), информация покупателя",
		"ON_KORSCHFDOPPR":  "Корректировочный счёт-фактура и (или) документ об изменении стоимости (УКД), информация продавца",
		"ON_KORSCHFDOPPOK": "Корректировочный счёт-фактура и (или) документ об изменении стоимости (УКД), информация покупателя",
		"DP_TOVTORGPR":     "Документ о передаче товаров при торговых операциях, информация продавца",
		"DP_TOVTORGPOK":    "Документ о передаче товаров при торговых операциях, информация покупателя",
		"DP_REZRUISP":      "Документ о передаче результатов работ (об оказании услуг), информация исполнителя",
		"DP_REZRUZAK":      "Документ о передаче результатов работ (об оказании услуг), информация заказчика",
		"DP_IZVPOL":        "Извещение о получении электронного документа",
		"DP_UVUTOCH":       "Уведомление об уточнении электронного документа",
		"DP_PDPOL":         "Подтверждение даты получения электронного документа",
		"DP_PDOTPR":        "Подтверждение даты отправки электронного документа",
		"DP_PRANNUL":       "Предложение об аннулировании электронного документа",
	}
}

// requisites are what was found in a formalised document. Of each the first counts.
type requisites struct {
	root, id, version, form, named string
	number, date                   string
	sender, recipient              party
}

type party struct{ name, family, first, patronymic, inn, kpp, box string }

func (p *party) String() string {
	s := p.name
	if s == "" {
		s = oneLine(p.family + " " + p.first + " " + p.patronymic)
	}
	for _, x := range [][2]string{{"ИНН", p.inn}, {"КПП", p.kpp}} {
		if x[1] != "" {
			s += ", " + x[0] + " " + x[1]
		}
	}
	if p.box != "" {
		s += ", ид. участника " + p.box
	}
	return strings.TrimPrefix(s, ", ")
}

// format is the known format that the id names, its longest name first: ON_NSCHFDOPPR_2BM… .
func (r *requisites) format() string {
	best := ""
	for prefix := range titles() {
		if rest, ok := strings.CutPrefix(r.id, prefix); ok && (rest == "" || rest[0] == '_') && len(prefix) > len(best) {
			best = prefix
		}
	}
	return best
}

func (r *requisites) title() string {
	if t := titles()[r.format()]; t != "" {
		return t
	}
	return "XML-файл, корневой элемент «" + r.root + "»"
}

func (r *requisites) rows() []Row {
	return []Row{
		{"Документ", r.named},
		{"Номер", r.number},
		{"Дата", r.date},
		{"Отправитель", r.sender.String()},
		{"Получатель", r.recipient.String()},
		{"КНД", r.form},
		{"Формат", strings.TrimSpace(r.format() + " " + r.version)},
	}
}

// readRequisites reads the whole file once, so that one which ends in a fault is refused before a page is made.
func readRequisites(b []byte) (*requisites, error) {
	r, reader := &requisites{}, newXMLReader(b)
	var path []string
	for {
		t, err := reader.next()
		if errors.Is(err, io.EOF) {
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if path = append(path, t.Name.Local); r.root == "" {
				r.root = t.Name.Local
			}
			for _, a := range t.Attr {
				r.attribute(path, a.Name.Local, a.Value)
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
}

// attribute takes what the formats of the tax service call so, in any of their versions.
func (r *requisites) attribute(path []string, name, value string) {
	set := func(to *string) {
		if *to == "" {
			*to = value
		}
	}
	switch name {
	case "ИдФайл":
		if len(path) == 1 {
			set(&r.id)
		}
	case "ВерсФорм":
		set(&r.version)
	case "КНД":
		set(&r.form)
	case "НаимДокОпр":
		set(&r.named)
	case "НомерСчФ", "НомерДок", "НомерКСчФ", "НомДокПТ", "НомДокПРУ":
		set(&r.number)
	case "ДатаСчФ", "ДатаДок", "ДатаКСчФ", "ДатаДокПТ", "ДатаДокПРУ":
		set(&r.date)
	case "ИдОтпр":
		set(&r.sender.box)
	case "ИдПол", "ИдПок":
		set(&r.recipient.box)
	}
	switch {
	case within(path, "СвПрод", "Продавец", "Исполнитель", "УчастЭДО", "ОтпрДок"):
		r.sender.attribute(name, set)
	case within(path, "СвПокуп", "СвПок", "Покупатель", "Заказчик", "НапрДок", "ПолДок"):
		r.recipient.attribute(name, set)
	}
}

func (p *party) attribute(name string, set func(*string)) {
	switch name {
	case "НаимОрг":
		set(&p.name)
	case "Фамилия":
		set(&p.family)
	case "Имя":
		set(&p.first)
	case "Отчество":
		set(&p.patronymic)
	case "ИННЮЛ", "ИННФЛ":
		set(&p.inn)
	case "КПП":
		set(&p.kpp)
	}
}

func within(path []string, names ...string) bool {
	return slices.ContainsFunc(path, func(s string) bool { return slices.Contains(names, s) })
}
