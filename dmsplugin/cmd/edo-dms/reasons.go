package main

import (
	"strings"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// sentence is what a clerk is told.
type sentence struct{ ru, en string }

// reason gives the sentence of a reason, empty if it has none.
func (l lang) reason(r edo.Reason) string {
	for _, table := range []map[edo.Reason]sentence{
		packageReasons(), peopleReasons(), operatorReasons(), flowReasons(), archiveReasons(), formReasons(), wordReasons(), storeReasons(),
	} {
		if s, ok := table[r]; ok {
			return l.say(s.ru, s.en)
		}
	}
	return ""
}

func packageReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		edo.IDMissing:        {"Не указан идентификатор", "An id is missing"},
		edo.IDMalformed:      {"Идентификатор записан неверно", "An id is malformed"},
		edo.IDRepeated:       {"Два документа пакета имеют один идентификатор", "Two documents of the package share one id"},
		edo.DigestMalformed:  {"Контрольная сумма записана неверно", "A digest is malformed"},
		edo.PackageEmpty:     {"В пакете нет документов", "The package has no documents"},
		edo.PackageTooMany:   {"В пакете слишком много документов", "The package has too many documents"},
		edo.PackageTooLarge:  {"Документ или пакет слишком велик", "A document or the package is too large"},
		edo.PackageDiffers:   {"Под этим номером уже принят другой пакет", "Another package was accepted under this id"},
		edo.DocumentEmpty:    {"Документ пуст", "A document is empty"},
		edo.DocumentChanged:  {"Документ изменился во время приёма", "A document changed while it was taken"},
		edo.NameMalformed:    {"Недопустимое имя файла", "A file name is not allowed"},
		edo.TextMalformed:    {"Недопустимый текст", "A text is not allowed"},
		edo.INNMalformed:     {"ИНН записан неверно", "The INN is wrong"},
		edo.KPPMalformed:     {"КПП записан неверно", "The KPP is wrong"},
		edo.SendToSelf:       {"Получатель совпадает с отправителем", "The counterparty is the sender itself"},
		edo.Interrupted:      {"Работа была прервана", "The work was interrupted"},
		edo.LeaseLost:        {"Работу продолжил другой процесс", "Another process took over the work"},
		edo.ContentMissing:   {"Байты документа не читаются из архива", "The bytes of the document cannot be read from the archive"},
		edo.AccountChanged:   {"Ящик или оператор абонента изменился; решает администратор", "Box or operator of the subscriber changed; an administrator decides"},
		edo.DecisionNeeded:   {"Посмотрите у оператора: исход не выясняется сам", "Look at the operator: the outcome cannot be found out by itself"},
		edo.AnswerLost:       {"Ответ оператора не получен", "The operator's answer was lost"},
		edo.AnswerUnreadable: {"Ответ оператора не разобран", "The operator's answer cannot be read"},
	}
}

func peopleReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		edo.UserNotAllowed:         {"Пользователю не разрешено это действие", "The user is not allowed to do this"},
		edo.SubscriberUnknown:      {"Такого абонента нет", "There is no such subscriber"},
		edo.SubscriberDisabled:     {"Абонент отключён", "The subscriber is disabled"},
		edo.SignerMissing:          {"Не указан подписант", "No signer is named"},
		edo.SignerUnknown:          {"Такого подписанта нет", "There is no such signer"},
		edo.SignerExpired:          {"Сертификат или полномочия подписанта не действуют", "Certificate or authority of the signer is not valid"},
		edo.SignerAbsent:           {"Ключ подписанта недоступен", "The key of the signer is not here"},
		edo.SignerNotAuthorised:    {"Подписанту это не разрешено", "The signer may not sign this"},
		edo.SignatureMalformed:     {"Файл подписи не читается", "The signature cannot be read"},
		edo.SignatureInvalid:       {"Подпись не соответствует документу", "The signature does not match the document"},
		edo.SignatureExpired:       {"Сертификат подписи истёк", "The certificate of the signature has expired"},
		edo.SignatureUnverified:    {"Подпись нельзя проверить без оператора", "The signature cannot be checked without the operator"},
		cms.CertificateMalformed:   {"Сертификат не читается", "The certificate cannot be read"},
		cms.CertificateAbsent:      {"В подписи нет сертификата", "The signature holds no certificate"},
		cms.CertificateNotYetValid: {"Сертификат подписи ещё не действует", "The certificate of the signature is not valid yet"},
		cms.CertificateOther:       {"В подписи указан другой сертификат", "The signature names another certificate"},
		cms.AlgorithmBroken:        {"Алгоритм подписи ненадёжен", "The algorithm of the signature is broken"},
		cms.KeyMalformed:           {"Ключ не читается", "The key cannot be read"},
		cms.KeyMismatch:            {"Ключ не соответствует сертификату", "Key and certificate do not belong together"},
		cms.KeyUnsupported:         {"Такой ключ не поддерживается", "A key of this kind is not supported"},
	}
}

func operatorReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		edo.CounterpartyUnknown:  {"У контрагента нет ящика у оператора", "The counterparty has no box at the operator"},
		edo.CounterpartyMany:     {"У контрагента несколько ящиков, выберите один", "The counterparty has several boxes, choose one"},
		edo.CounterpartyInactive: {"Контрагент ещё не подключён у оператора", "The counterparty is not active at the operator yet"},
		edo.LoginRefused:         {"Оператор отказал во входе", "The operator refused the login"},
		edo.LoginLimited:         {"С этим входом оператор не разрешает отправку", "The operator does not let this login send"},
		edo.OperatorRefused:      {"Оператор отказал в приёме", "The operator refused it"},
		edo.OperatorUnavailable:  {"Оператор недоступен", "The operator is unavailable"},
	}
}

func formReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		edo.FormNotReady:  {"Печатная форма ещё не готова", "The printed form is not ready yet"},
		edo.FormNever:     {"Печатной формы не будет", "There will be no printed form"},
		edo.FormNotPDF:    {"Оператор прислал не PDF", "What the operator sent is no PDF"},
		edo.FormTruncated: {"Печатная форма пришла не целиком", "The printed form is incomplete"},
		edo.FormOriginal:  {"Оператор вернул сам документ без штампа", "The operator returned the document itself without a stamp"},
		edo.FormTooLarge:  {"Печатная форма слишком велика", "The printed form is too large"},
	}
}

// wordReasons are faults of what an administrator enters, and of the credentials kept here.
func wordReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		directory.EndpointMalformed: {"Адрес оператора записан неверно", "The operator's address is wrong"},
		directory.LoginMalformed:    {"Имя для входа записано неверно", "The login name is wrong"},
		directory.PinMalformed:      {"Отпечаток ключа сервера записан неверно", "The pin of the server's key is wrong"},
		directory.CAMalformed:       {"Сертификаты удостоверяющих центров не читаются", "The certificates of authorities cannot be read"},
		directory.PolicyUnknown:     {"Такого правила нет", "There is no such policy"},
		directory.ActionUnknown:     {"Такого действия нет", "There is no such action"},
		directory.PeriodMalformed:   {"Срок записан неверно", "The period is wrong"},
		directory.FilterMalformed:   {"Условие отбора записано неверно", "The filter is wrong"},
		kinds.Malformed:             {"Файл видов документов содержит ошибку", "The file of kinds is wrong"},
		directory.RuleMalformed:     {"Правило об ответственных записано неверно", "The rule for responsible people is wrong"},
		directory.CommandMalformed:  {"Место ключа или команда подписи записаны неверно", "The place of the key or the signing command is wrong"},
		secret.KeyFileMissing:       {"Главного ключа нет", "The master key is missing"},
		secret.KeyFileThere:         {"Главный ключ уже есть", "There is a master key already"},
		secret.KeyFileOpen:          {"Главный ключ могут читать другие", "Others may read the master key"},
		secret.KeyFileMalformed:     {"Главный ключ не читается", "The master key cannot be read"},
		secret.SealBroken:           {"Учётные данные запечатаны другим ключом или повреждены", "Credentials were sealed with another key or are damaged"},
		secret.CredentialsMissing:   {"Учётные данные не заданы", "No credentials are set"},
		secret.KeyUnusable:          {"Ключ непригоден", "The key cannot be used"},
	}
}

// storeReasons are faults on our side of the wire: the operator has no part in them.
func storeReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		directory.StoreFull:     {"на диске хранилища нет места", "the disk of the store is full"},
		directory.StoreBusy:     {"хранилище занято другим процессом", "another process holds the store"},
		directory.StoreCorrupt:  {"хранилище повреждено", "the store is damaged"},
		directory.StoreReadOnly: {"в хранилище нельзя писать", "the store cannot be written"},
		directory.StoreClosed:   {"хранилище закрыто", "the store is closed"},
		directory.StoreUnsafe:   {"хранилище небезопасно: подтверждённое могло бы пропасть", "the store is unsafe: what was acknowledged could be lost"},
		directory.StoreInDoubt:  {"неизвестно, записано ли последнее: база данных не ответила", "nobody knows whether the last write happened: the database did not answer"},
		directory.SchemaOld:     {"хранилище старой версии", "the store is of an older version"},
		archive.Corrupt:         {"байты в архиве повреждены", "bytes in the archive are damaged"},
		directory.SchemaNew:     {"хранилище более новой версии", "the store is of a newer version"},
	}
}

// why is the sentence of a reason with its code, and the detail that was kept with it.
func (l lang) why(reason edo.Reason, detail string) string {
	var parts []string
	if s := l.reason(reason); s != "" {
		parts = append(parts, s)
	}
	if reason != "" {
		parts = append(parts, "["+string(reason)+"]")
	}
	text := strings.Join(parts, " ")
	switch {
	case text == "" && detail == "":
		return ""
	case text == "":
		return " (" + l.remark(detail) + ")"
	case detail == "":
		return " (" + text + ")"
	}
	return " (" + text + ": " + l.remark(detail) + ")"
}

// remark is what is known of the stamp on a form; the words come from the gateway.
func (l lang) remark(text string) string {
	if id, seen := strings.CutPrefix(text, "stamp recognised: "); seen {
		return l.say("штамп распознан: ", "stamp recognised: ") + printable(id)
	}
	if text == "stamp not recognised" {
		return l.say("штамп не распознан автоматически", text)
	}
	return printable(text)
}
