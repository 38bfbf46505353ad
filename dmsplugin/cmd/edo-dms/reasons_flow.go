package main

import (
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/evidence"
)

// flowReasons are those around counterparties, what came in and answers to it.
func flowReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		edo.CounterpartyKnown:    {"Оператор уже знает этого контрагента", "The operator knows this counterparty already"},
		edo.CounterpartyPending:  {"Контрагент подключается у оператора, пакет уйдёт сам", "The counterparty is being connected at the operator, the package goes out by itself"},
		edo.CounterpartyBlocked:  {"Контрагент запретил обмен", "The counterparty forbade the exchange"},
		edo.FlowUnknown:          {"Такого способа отправки нет", "There is no such way to send"},
		edo.SumMalformed:         {"Сумма записана неверно", "The sum is wrong"},
		edo.ClockSkew:            {"Часы оператора и наши расходятся", "The operator's clock and ours differ"},
		edo.BoxForeign:           {"Ящик принадлежит другому", "The box belongs to somebody else"},
		edo.BoxMissing:           {"У абонента нет ящика у оператора", "The subscriber has no box at the operator"},
		edo.RulesNotAccepted:     {"Правила оператора не приняты", "The operator's rules are not accepted"},
		edo.ContentClosed:        {"Оператор откроет содержимое после нашего извещения о получении", "The operator opens the content after our receipt"},
		edo.AnswerUnknown:        {"Такого ответа нет", "There is no such answer"},
		edo.AnswerNotOffered:     {"Оператор не предлагает такой ответ на этот документ", "The operator does not offer this answer to the document"},
		edo.TextMissing:          {"Не указана причина", "No text says why"},
		edo.SignatureAwaited:     {"Ожидается подпись там, где находится ключ", "A signature is awaited where the key is"},
		edo.SignatureRefused:     {"Подписант отказался подписать", "The signer refused to sign"},
		edo.SignatureForeign:     {"Подписано не тем сертификатом", "Another certificate than the required one has signed"},
		edo.TaskEnded:            {"Задание на подпись уже завершено", "The signature task has ended already"},
		edo.ConsentMissing:       {"Не хватает согласия", "A consent is missing"},
		edo.AttachmentsWrong:     {"Приложения не соответствуют виду документа", "The attachments do not fit the kind of document"},
		edo.ReplyToAnother:       {"Ответ адресован не тому, кто прислал запрос", "The reply is not to the sender of the request"},
		edo.ReplyNeedsReason:     {"Не указано, почему ответ дан не в электронном виде", "Nothing says why the answer is not electronic"},
		edo.RequestUnknown:       {"Такого входящего документа нет", "There is no such inbound document"},
		edo.AdministratorMissing: {"Не назначен администратор обмена, входящие остаются у оператора", "There is no exchange administrator, inbound documents stay at the operator"},
		edo.CertificateForeign:   {"Сертификат выдан на другой ИНН", "The certificate is of another INN"},
		edo.EvidenceNotReady:     {"Архив документооборота ещё не готов", "The archive of the flow is not ready yet"},
		edo.DeliveryFailed:       {"Доставка контрагенту не удалась", "The delivery to the counterparty failed"},
	}
}

// archiveReasons are faults of the operator's archive of a flow, and of signatures in it.
func archiveReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		evidence.Malformed:        {"Архив документооборота — не ZIP или повреждён", "The archive of the flow is no ZIP or is broken"},
		evidence.NameUnsafe:       {"В архиве опасное имя файла", "A name in the archive is unsafe"},
		evidence.NameRepeated:     {"Имя файла встречается в архиве дважды", "A name stands in the archive twice"},
		evidence.NotAFile:         {"В архиве не файл, а ссылка или устройство", "The archive holds a link or a device"},
		evidence.Encrypted:        {"Архив зашифрован", "The archive is encrypted"},
		evidence.Compression:      {"Архив сжат неизвестным способом", "The archive is packed in an unknown way"},
		evidence.TooLarge:         {"Архив слишком велик", "The archive is too large"},
		evidence.Damaged:          {"Файл в архиве повреждён", "A file of the archive is damaged"},
		evidence.ExpectFaulty:     {"Нет контрольной суммы, с которой сравнивать архив", "There is no digest to compare the archive with"},
		evidence.SignatureMissing: {"Ожидаемой подписи в архиве нет", "An expected signature is not in the archive"},
		evidence.DocumentMissing:  {"Подпись есть, подписанного документа в архиве нет", "The signature is there, its document is not in the archive"},
		evidence.FitsNothing:      {"Подпись не относится ни к одному документу архива", "The signature fits no document of the archive"},
		evidence.TriesEnded:       {"Не выяснено, к какому документу относится подпись", "Which document the signature belongs to was not found out"},
	}
}

// keepingReasons are faults of the archive of contents: hand-overs, retention, deletion.
func keepingReasons() map[edo.Reason]sentence {
	return map[edo.Reason]sentence{
		edo.ContentGone:           {"Содержимое передано во внешний архив и здесь удалено; номер приёмки указан ниже", "The content was handed over to an external archive and deleted here; the receipt is named below"},
		edo.EntryFresh:            {"Содержимое недавно понадобилось и не удаляется", "The content was needed lately and is not deleted"},
		directory.HandoverEnded:   {"Партия не в том состоянии", "The batch is not in the right state"},
		directory.HandoverDiffers: {"Внешний архив подтвердил другие байты", "The external archive has acknowledged other bytes"},
		directory.ReceiptMissing:  {"Не указан номер приёмки внешнего архива", "The receipt of the external archive is not named"},
		directory.RetentionBelow:  {"Срок хранения меньше допустимого", "Something is kept for less than the minimum"},
		handover.CopyBroken:       {"Копия из внешнего архива неполна или повреждена", "The copy from the external archive is incomplete or damaged"},
	}
}
