package mockoperator

// OperatorCode is the code of this operator in organisation entries; another code is a subscriber of another operator.
const OperatorCode = "2IG"

// OperatorName is printed on forms.
const OperatorName = "АО «Оператор ЭДО (стенд)»"

// Organisation is a subscriber. One INN may occur in several organisations (branches, or the same subscriber at another
// operator) and one organisation may own several boxes.
type Organisation struct {
	Name      string   `yaml:"name"`
	LegalName string   `yaml:"legal-name"`
	INN       string   `yaml:"inn"`
	KPP       string   `yaml:"kpp"`
	OGRN      string   `yaml:"ogrn"`
	Boxes     []string `yaml:"boxes"` // the first one is the one that a lookup gives
	// Operator is the code of the operator that serves it; empty means this one. Those of others have no login.
	Operator string `yaml:"operator"`
	Login    string `yaml:"login"`
	Password string `yaml:"password"`
	Heads    []Head `yaml:"heads"` // who may sign; each gets a key and a certificate
	// IdentityToken and AccessToken are tokens of other services that a login here accepts.
	IdentityToken string `yaml:"identity-token"`
	AccessToken   string `yaml:"access-token"`
	Status        Status `yaml:"status"` // Active (default), Test, NonActive
	// Type is LegalEntity, IndividualEntrepreneur or Individual; empty: by the length of the INN.
	Type string `yaml:"type"`
	// Surname and Given name the person where the organisation is one.
	Surname string `yaml:"surname"`
	Given   string `yaml:"given"`
	// ContactAuth is what becomes of invitations to it: Accept (default), Manual, Reject.
	ContactAuth ContactAuth `yaml:"contact-auth"`
	// Regulation and InvoiceRegulation are accepted (default) or pending; pending takes the legal force from documents.
	Regulation        string       `yaml:"regulation"`
	InvoiceRegulation string       `yaml:"invoice-regulation"`
	Departments       []Department `yaml:"departments"` // empty: a head department alone
}

// Head is a person whose certificate names the organisation.
type Head struct {
	Surname string `yaml:"surname"`
	Given   string `yaml:"given"` // first name and patronymic
	Title   string `yaml:"title"`
	SNILS   string `yaml:"snils"`
	INN     string `yaml:"inn"` // of the person, twelve digits
	// Department is the id of a department; empty means the head department.
	Department string `yaml:"department"`
	Email      string `yaml:"email"`
	// Login and Password are his own, beside those of the organisation.
	Login    string `yaml:"login"`
	Password string `yaml:"password"`
	// Unqualified marks a certificate that has no legal force.
	Unqualified bool `yaml:"unqualified"`
}

func (h Head) name() string { return h.Surname + " " + h.Given }

func (org *Organisation) local() bool { return org.Operator == "" || org.Operator == OperatorCode }

func (org *Organisation) operator() string {
	if org.Operator == "" {
		return OperatorCode
	}
	return org.Operator
}

func (org *Organisation) operatorName() string {
	if !org.local() {
		return "Другой оператор"
	}
	return OperatorName
}

// DefaultOrganisations are five subscribers: a sender with two heads, a recipient, one INN with two boxes under two KPP,
// and one that is known here and at another operator ("roaming").
func DefaultOrganisations() []Organisation {
	return []Organisation{
		{
			Name: "ООО «Ромашка»", LegalName: "Общество с ограниченной ответственностью «Ромашка»",
			INN: "7701234560", KPP: "770101001", OGRN: "1027700123450", Boxes: []string{"romashka@mock.edo"},
			Login: "romashka", Password: "Ромашка & <Ко> 1",
			Heads: []Head{
				{Surname: "Иванов", Given: "Пётр Сергеевич", Title: "Генеральный директор", SNILS: "11223344595", INN: "770123456703"},
				{Surname: "Ёлкина", Given: "Щедра Юрьевна", Title: "Главный бухгалтер", SNILS: "12345678964", INN: "770123457129"},
			},
		},
		{
			Name: "ООО «Василёк»", LegalName: "Общество с ограниченной ответственностью «Василёк»",
			INN: "7803456788", KPP: "780301001", OGRN: "1037800345670", Boxes: []string{"vasilek@mock.edo"},
			Login: "vasilek", Password: "vasilek-secret-2",
			Heads: []Head{{Surname: "Смирнова", Given: "Анна Павловна", Title: "Директор", SNILS: "23456789099", INN: "780345678301"}},
		},
		{
			Name: "АО «Сети»", LegalName: "Акционерное общество «Сети»",
			INN: "5029876544", KPP: "502901001", OGRN: "1045029876540", Boxes: []string{"seti-head@mock.edo"},
			Login: "seti", Password: "seti-secret-3",
			Heads: []Head{{Surname: "Кузнецов", Given: "Олег Ильич", Title: "Директор", SNILS: "34567890123", INN: "502987654044"}},
		},
		{
			Name: "АО «Сети», филиал «Север»", LegalName: "Филиал «Север» акционерного общества «Сети»",
			INN: "5029876544", KPP: "502943001", OGRN: "1045029876540", Boxes: []string{"seti-north@mock.edo"},
			Login: "seti-north", Password: "seti-north-secret-4",
			Heads: []Head{{Surname: "Попов", Given: "Егор Львович", Title: "Директор филиала", SNILS: "45678901238", INN: "502987655175"}},
		},
		{
			Name: "ООО «Перекрёсток дорог»", LegalName: "Общество с ограниченной ответственностью «Перекрёсток дорог»",
			INN: "6634123451", KPP: "663401001", OGRN: "1056634123457", Boxes: []string{"perekrestok@mock.edo"},
			Login: "perekrestok", Password: "perekrestok-secret-5",
			Heads: []Head{{Surname: "Волков", Given: "Роман Юрьевич", Title: "Директор", SNILS: "56789012343", INN: "663412345445"}},
		},
		{
			Name: "ООО «Перекрёсток дорог»", LegalName: "Общество с ограниченной ответственностью «Перекрёсток дорог»",
			INN: "6634123451", KPP: "663401001", OGRN: "1056634123457", Boxes: []string{"perekrestok@roaming.edo"}, Operator: "2BM",
		},
	}
}
