// Package clerk says in a clerk's words what a reason means, in Russian and English. It knows codes alone, so that whoever shows
// them links nothing else; a test of the command line sees that no declared reason lacks its sentence.
package clerk

import (
	"unicode"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// Sentence is what a clerk is told of a reason, zero if there is nothing to tell. It begins as its place in a longer sentence
// needs it.
func Sentence(r edo.Reason) edo.Sentence {
	for _, table := range []map[edo.Reason]sentence{
		packageReasons(), peopleReasons(), operatorReasons(), flowReasons(), archiveReasons(), formReasons(), wordReasons(), storeReasons(), proofReasons(),
		keepingReasons(), boundaryReasons(),
	} {
		if s, ok := table[r]; ok {
			return edo.Sentence(s)
		}
	}
	return edo.Sentence{}
}

// OfStore reports whether a reason is a fault of our own store, whatever was being done.
func OfStore(r edo.Reason) bool {
	_, ok := storeReasons()[r]
	return ok
}

// sentence is written without the names of its languages in the tables.
type sentence struct{ RU, EN string }

// Fault is the sentence for a message box: of the reason, or, where there is none, of the kind of error.
func Fault(e *edo.Error) edo.Sentence {
	if s := Sentence(e.Reason); s != (edo.Sentence{}) {
		return edo.Sentence{RU: capital(s.RU), EN: capital(s.EN)}
	}
	return edo.Sentence{RU: e.Kind.Russian(), EN: e.Kind.English()}
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// boundaryReasons are faults between a host and the plugin.
func boundaryReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"program-from-host": {RU: "Программу для подписания указывает только администратор на машине модуля", EN: "Only the administrator names a signing program, on the plugin's own machine"},
		"plugin-gone":       {RU: "Модуль обмена не отвечает; он будет запущен снова", EN: "The exchange plugin does not answer; it will be started again"},
		"plugin-draining":   {RU: "Модуль обмена завершает работу; повторите позже", EN: "The exchange plugin is about to end; repeat later"},
		"stream-broken":     {RU: "Передача документа прервалась", EN: "The transfer of a document broke off"},
		"message-too-big":   {RU: "Сообщение модулю обмена слишком велико", EN: "A message to the exchange plugin is too large"},
		"spool-full":        {RU: "Нет места для новых файлов; повторите позже", EN: "There is no room for new files; repeat later"},
	}
}

func packageReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"id-missing":                 {"Не указан идентификатор", "An id is missing"},
		"id-malformed":               {"Идентификатор записан неверно", "An id is malformed"},
		"id-repeated":                {"Два документа пакета имеют один идентификатор", "Two documents of the package share one id"},
		"digest-malformed":           {"Контрольная сумма записана неверно", "A digest is malformed"},
		"package-empty":              {"В пакете нет документов", "The package has no documents"},
		"package-too-many-documents": {"В пакете слишком много документов", "The package has too many documents"},
		"package-too-large":          {"Документ или пакет слишком велик", "A document or the package is too large"},
		"package-id-taken":           {"Под этим номером уже принят другой пакет", "Another package was accepted under this id"},
		"document-empty":             {"Документ пуст", "A document is empty"},
		"document-changed":           {"Документ изменился во время приёма", "A document changed while it was taken"},
		"name-malformed":             {"Недопустимое имя файла", "A file name is not allowed"},
		"text-malformed":             {"Недопустимый текст", "A text is not allowed"},
		"inn-malformed":              {"ИНН записан неверно", "The INN is wrong"},
		"kpp-malformed":              {"КПП записан неверно", "The KPP is wrong"},
		"send-to-self":               {"Получатель совпадает с отправителем", "The counterparty is the sender itself"},
		"interrupted":                {"Работа была прервана", "The work was interrupted"},
		"lease-lost":                 {"Работу продолжил другой процесс", "Another process took over the work"},
		"content-missing":            {"Байты документа не читаются из архива", "The bytes of the document cannot be read from the archive"},
		"account-changed":            {"Ящик или оператор абонента изменился; решает администратор", "Box or operator of the subscriber changed; an administrator decides"},
		"decision-needed":            {"Посмотрите у оператора: исход не выясняется сам", "Look at the operator: the outcome cannot be found out by itself"},
		"cancelled":                  {"Отменено человеком", "A person has cancelled it"},
		"work-held":                  {"Работу сейчас держит другой исполнитель", "A worker has the work in hand"},
		"state-unsuited":             {"В этом состоянии так поступить нельзя", "The state does not allow this"},
		"decision-refuted":           {"Оператор показывает другое", "The operator shows otherwise"},
		"work-failed":                {"Внутренняя ошибка повторяется; смотрите журнал процесса", "An internal fault comes again and again; see the log of the process"},
		"answer-lost":                {"Ответ оператора не получен", "The operator's answer was lost"},
		"answer-unreadable":          {"Ответ оператора не разобран", "The operator's answer cannot be read"},
	}
}

func peopleReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"user-not-allowed":                    {"Пользователю не разрешено это действие", "The user is not allowed to do this"},
		"subscriber-unknown":                  {"Такого абонента нет", "There is no such subscriber"},
		"subscriber-disabled":                 {"Абонент отключён", "The subscriber is disabled"},
		"signer-missing":                      {"Не указан подписант", "No signer is named"},
		"signer-unknown":                      {"Такого подписанта нет", "There is no such signer"},
		"signer-expired":                      {"Сертификат или полномочия подписанта не действуют", "Certificate or authority of the signer is not valid"},
		"signer-absent":                       {"Ключ подписанта недоступен", "The key of the signer is not here"},
		"signer-not-authorised":               {"Подписанту это не разрешено", "The signer may not sign this"},
		"signature-malformed":                 {"Файл подписи не читается", "The signature cannot be read"},
		"signature-invalid":                   {"Подпись не соответствует документу", "The signature does not match the document"},
		"signature-certificate-expired":       {"Сертификат подписи истёк", "The certificate of the signature has expired"},
		"signature-cannot-be-verified":        {"Подпись нельзя проверить без оператора", "The signature cannot be checked without the operator"},
		"certificate-malformed":               {"Сертификат не читается", "The certificate cannot be read"},
		"signature-certificate-absent":        {"В подписи нет сертификата", "The signature holds no certificate"},
		"signature-certificate-not-yet-valid": {"Сертификат подписи ещё не действует", "The certificate of the signature is not valid yet"},
		"signature-certificate-other":         {"В подписи указан другой сертификат", "The signature names another certificate"},
		"signature-algorithm-broken":          {"Алгоритм подписи ненадёжен", "The algorithm of the signature is broken"},
		"key-malformed":                       {"Ключ не читается", "The key cannot be read"},
		"key-certificate-mismatch":            {"Ключ не соответствует сертификату", "Key and certificate do not belong together"},
		"key-unsupported":                     {"Такой ключ не поддерживается", "A key of this kind is not supported"},
	}
}

func operatorReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"counterparty-unknown":  {"У контрагента нет ящика у оператора", "The counterparty has no box at the operator"},
		"counterparty-many":     {"У контрагента несколько ящиков, выберите один", "The counterparty has several boxes, choose one"},
		"counterparty-inactive": {"Контрагент ещё не подключён у оператора", "The counterparty is not active at the operator yet"},
		"login-refused":         {"Оператор отказал во входе", "The operator refused the login"},
		"login-limited":         {"С этим входом оператор не разрешает отправку", "The operator does not let this login send"},
		"operator-refused":      {"Оператор отказал в приёме", "The operator refused it"},
		"rate-limited":          {"Абонент сделал столько обращений, сколько разрешено", "The subscriber has made as many calls as allowed"},
		"operator-paused":       {"Оператор не отвечает, ему дают передышку", "The operator cannot be reached and is left alone for a while"},
		"operator-unavailable":  {"Оператор недоступен", "The operator is unavailable"},
	}
}

func formReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"form-not-ready":       {"Печатная форма ещё не готова", "The printed form is not ready yet"},
		"form-never":           {"Печатной формы не будет", "There will be no printed form"},
		"form-not-pdf":         {"Оператор прислал не PDF", "What the operator sent is no PDF"},
		"form-truncated":       {"Печатная форма пришла не целиком", "The printed form is incomplete"},
		"form-equals-original": {"Оператор вернул сам документ без штампа", "The operator returned the document itself without a stamp"},
		"form-too-large":       {"Печатная форма слишком велика", "The printed form is too large"},
		"form-broken":          {"Печатная форма повреждена и не открывается", "The printed form is damaged and does not open"},
		"form-locked":          {"Печатная форма закрыта паролем", "The printed form is locked by a password"},
		"form-needs-converter": {"Файл офисной программы должен преобразовать в PDF оператор или учётная система", "The operator or the document system has to convert the office file to PDF"},
		"form-not-printable":   {"Файл неизвестного формата нельзя напечатать", "The file is of an unknown format and cannot be printed"},
		"form-pages-lost":      {"В печатной форме меньше страниц, чем в документе", "The printed form has fewer pages than the document"},
	}
}

// wordReasons are faults of what an administrator enters, and of the credentials kept here.
func wordReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"password-malformed":  {"Такой пароль не подходит", "This password is not taken"},
		"endpoint-malformed":  {"Адрес оператора записан неверно", "The operator's address is wrong"},
		"login-malformed":     {"Имя для входа записано неверно", "The login name is wrong"},
		"pin-malformed":       {"Отпечаток ключа сервера записан неверно", "The pin of the server's key is wrong"},
		"ca-malformed":        {"Сертификаты удостоверяющих центров не читаются", "The certificates of authorities cannot be read"},
		"policy-unknown":      {"Такого правила нет", "There is no such policy"},
		"action-unknown":      {"Такого действия нет", "There is no such action"},
		"period-malformed":    {"Срок записан неверно", "The period is wrong"},
		"filter-malformed":    {"Условие отбора записано неверно", "The filter is wrong"},
		"kinds-malformed":     {"Файл видов документов содержит ошибку", "The file of kinds is wrong"},
		"rule-malformed":      {"Правило об ответственных записано неверно", "The rule for responsible people is wrong"},
		"command-malformed":   {"Место ключа или команда подписи записаны неверно", "The place of the key or the signing command is wrong"},
		"key-file-missing":    {"Главного ключа нет", "The master key is missing"},
		"key-file-there":      {"Главный ключ уже есть", "There is a master key already"},
		"key-file-open":       {"Главный ключ могут читать другие", "Others may read the master key"},
		"key-file-malformed":  {"Главный ключ не читается", "The master key cannot be read"},
		"key-twice":           {"Главный ключ задан дважды", "There are two master keys"},
		"key-version-missing": {"Нужной версии главного ключа нет", "The version of the master key that is needed is missing"},
		"rotation-unfinished": {"Смена ключей не завершена", "The rotation is not finished"},
		"seal-broken":         {"Учётные данные запечатаны другим ключом или повреждены", "Credentials were sealed with another key or are damaged"},
		"credentials-missing": {"Учётные данные не заданы", "No credentials are set"},
		"key-unusable":        {"Ключ непригоден", "The key cannot be used"},
	}
}

// storeReasons are faults on our side of the wire: the operator has no part in them.
func storeReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"store-full":      {"на диске хранилища нет места", "the disk of the store is full"},
		"store-busy":      {"хранилище занято другим процессом", "another process holds the store"},
		"store-corrupt":   {"хранилище повреждено", "the store is damaged"},
		"store-read-only": {"в хранилище нельзя писать", "the store cannot be written"},
		"store-closed":    {"хранилище закрыто", "the store is closed"},
		"store-unsafe":    {"хранилище небезопасно: подтверждённое могло бы пропасть", "the store is unsafe: what was acknowledged could be lost"},
		"store-in-doubt":  {"неизвестно, записано ли последнее: база данных не ответила", "nobody knows whether the last write happened: the database did not answer"},
		"schema-old":      {"хранилище старой версии; обновите его командой edo-dms migrate", "the store is of an older version; bring it up to date with edo-dms migrate"},
		"content-corrupt": {"байты в архиве повреждены", "bytes in the archive are damaged"},
		"key-moved":       {"ключ хранилища сменился, повторите", "the key of the store has changed, repeat"},
		"schema-new":      {"хранилище более новой версии", "the store is of a newer version"},
	}
}

func flowReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"counterparty-known":     {"Оператор уже знает этого контрагента", "The operator knows this counterparty already"},
		"counterparty-pending":   {"Контрагент подключается у оператора, пакет уйдёт сам", "The counterparty is being connected at the operator, the package goes out by itself"},
		"counterparty-forbidden": {"Контрагент запретил обмен", "The counterparty forbade the exchange"},
		"flow-unknown":           {"Такого способа отправки нет", "There is no such way to send"},
		"sum-malformed":          {"Сумма записана неверно", "The sum is wrong"},
		"clock-skew":             {"Часы оператора и наши расходятся", "The operator's clock and ours differ"},
		"box-foreign":            {"Ящик принадлежит другому", "The box belongs to somebody else"},
		"box-missing":            {"У абонента нет ящика у оператора", "The subscriber has no box at the operator"},
		"rules-not-accepted":     {"Правила оператора не приняты", "The operator's rules are not accepted"},
		"content-closed":         {"Оператор откроет содержимое после нашего извещения о получении", "The operator opens the content after our receipt"},
		"answer-unknown":         {"Такого ответа нет", "There is no such answer"},
		"answer-not-offered":     {"Оператор не предлагает такой ответ на этот документ", "The operator does not offer this answer to the document"},
		"text-missing":           {"Не указана причина", "No text says why"},
		"signature-awaited":      {"Ожидается подпись там, где находится ключ", "A signature is awaited where the key is"},
		"signature-refused":      {"Подписант отказался подписать", "The signer refused to sign"},
		"signature-by-another":   {"Подписано не тем сертификатом", "Another certificate than the required one has signed"},
		"task-ended":             {"Задание на подпись уже завершено", "The signature task has ended already"},
		"consent-missing":        {"Не хватает согласия", "A consent is missing"},
		"attachments-wrong":      {"Приложения не соответствуют виду документа", "The attachments do not fit the kind of document"},
		"reply-to-another":       {"Ответ адресован не тому, кто прислал запрос", "The reply is not to the sender of the request"},
		"reply-needs-reason":     {"Не указано, почему ответ дан не в электронном виде", "Nothing says why the answer is not electronic"},
		"request-unknown":        {"Такого входящего документа нет", "There is no such inbound document"},
		"administrator-missing":  {"Не назначен администратор обмена, входящие остаются у оператора", "There is no exchange administrator, inbound documents stay at the operator"},
		"certificate-of-another": {"Сертификат выдан на другой ИНН", "The certificate is of another INN"},
		"evidence-not-ready":     {"Архив документооборота ещё не готов", "The archive of the flow is not ready yet"},
		"delivery-failed":        {"Доставка контрагенту не удалась", "The delivery to the counterparty failed"},
	}
}

// archiveReasons are faults of the operator's archive of a flow, and of signatures in it.
func archiveReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"evidence-malformed":         {"Архив документооборота — не ZIP или повреждён", "The archive of the flow is no ZIP or is broken"},
		"evidence-name-unsafe":       {"В архиве опасное имя файла", "A name in the archive is unsafe"},
		"evidence-name-repeated":     {"Имя файла встречается в архиве дважды", "A name stands in the archive twice"},
		"evidence-not-a-file":        {"В архиве не файл, а ссылка или устройство", "The archive holds a link or a device"},
		"evidence-encrypted":         {"Архив зашифрован", "The archive is encrypted"},
		"evidence-compression":       {"Архив сжат неизвестным способом", "The archive is packed in an unknown way"},
		"evidence-too-large":         {"Архив слишком велик", "The archive is too large"},
		"evidence-damaged":           {"Файл в архиве повреждён", "A file of the archive is damaged"},
		"evidence-expectation-wrong": {"Нет контрольной суммы, с которой сравнивать архив", "There is no digest to compare the archive with"},
		"evidence-signature-missing": {"Ожидаемой подписи в архиве нет", "An expected signature is not in the archive"},
		"evidence-document-missing":  {"Подпись есть, подписанного документа в архиве нет", "The signature is there, its document is not in the archive"},
		"evidence-fits-nothing":      {"Подпись не относится ни к одному документу архива", "The signature fits no document of the archive"},
		"evidence-tries-ended":       {"Не выяснено, к какому документу относится подпись", "Which document the signature belongs to was not found out"},
	}
}

// keepingReasons are faults of the archive of contents: hand-overs, retention, deletion.
func keepingReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"content-gone":             {"Содержимое передано во внешний архив и здесь удалено; номер приёмки указан ниже", "The content was handed over to an external archive and deleted here; the receipt is named below"},
		"entry-fresh":              {"Содержимое недавно понадобилось и не удаляется", "The content was needed lately and is not deleted"},
		"handover-ended":           {"Партия не в том состоянии", "The batch is not in the right state"},
		"handover-differs":         {"Внешний архив подтвердил другие байты", "The external archive has acknowledged other bytes"},
		"handover-receipt-missing": {"Не указан номер приёмки внешнего архива", "The receipt of the external archive is not named"},
		"retention-below-minimum":  {"Срок хранения меньше допустимого", "Something is kept for less than the minimum"},
		"copy-broken":              {"Копия из внешнего архива неполна или повреждена", "The copy from the external archive is incomplete or damaged"},
	}
}

func proofReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		"proof-malformed":       {"Это не подписанный документ журнала", "This is no signed document about the log"},
		"proof-too-large":       {"Документ журнала слишком велик", "The document about the log is too large"},
		"proof-signature-wrong": {"Подпись документа журнала неверна", "The signature of the document about the log is wrong"},
		"proof-key-not-rsa":     {"Журнал подписывается только ключом RSA от 2048 бит", "Only an RSA key of 2048 bits or more signs documents about the log"},
		"proof-key-not-valid":   {"Сертификат ключа не действовал в момент подписи", "The certificate of the key was not valid when the document was made"},
		"proof-link-wrong":      {"Документ не сходится с цепочкой журнала", "The document does not agree with the chain of the log"},
	}
}
