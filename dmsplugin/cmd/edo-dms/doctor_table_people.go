package main

func findingsOfAddresses() map[string]known {
	address := sentence{"проверьте адрес оператора (subscriber list, subscriber add --endpoint)", "look at the operator's address (subscriber list, subscriber add --endpoint)"}
	return map[string]known{
		"endpoint.unresolved":  {failure, sentence{"имя в адресе %s не найдено", "the host of %s cannot be resolved"}, address},
		"endpoint.unreachable": {failure, sentence{"по адресу %s никто не отвечает", "nothing answers at %s"}, sentence{"проверьте адрес, сеть и межсетевой экран", "look at the address, the network and the firewall"}},
		"endpoint.silent":      {failure, sentence{"адрес %s не ответил за %v", "%s did not answer within %v"}, sentence{"проверьте сеть; спросите оператора", "look at the network; ask the operator"}},
		"endpoint.not-tls":     {failure, sentence{"по адресу %s отвечают без TLS", "%s does not speak TLS"}, address},
		"endpoint.untrusted": {
			failure,
			sentence{"сертификату сервера %s нельзя верить: он выдан не тем или на другое имя", "the certificate of %s is not trusted: another authority, or another name"},
			sentence{"проверьте адрес и --cas; не отправляйте пароли, пока причина неизвестна", "look at the address and at --cas; send no password before the cause is known"},
		},
		"endpoint.redirects": {
			failure,
			sentence{"адрес %s перенаправляет на %s", "%s redirects to %s"},
			sentence{"запишите конечный адрес, если он принадлежит оператору: перенаправления не выполняются", "store the final address if it is the operator's: redirects are not followed"},
		},
		"endpoint.other-service": {failure, sentence{"абоненту %s отвечает не служба оператора", "what answers subscriber %s is not the operator's service"}, address},
		"clock.ok":               {okay, sentence{"часы совпадают с часами %s", "the clock agrees with that of %s"}, sentence{}},
		"clock.skew": {
			failure,
			sentence{"наши часы минус часы %[2]s: %[1]v", "our clock minus that of %[2]s is %[1]v"},
			sentence{"включите синхронизацию времени (NTP)", "set the clock (NTP)"},
		},
		"clock.unknown": {note, sentence{"%s не сообщает времени: часы не проверены", "%s tells no time: the clock was not compared"}, sentence{"проверьте часы сами", "look at the clock yourself"}},
		"login.skipped": {
			failure,
			sentence{"вход %d абонентов не проверялся: адрес %s не отвечает как надо", "the login of %d subscribers was not tried: %s does not answer as it should"},
			sentence{"сначала исправьте адрес", "mend the address first"},
		},
		"certificate.ok":   {okay, sentence{"сертификат %s действует до %s", "the certificate of %s is valid until %s"}, sentence{}},
		"certificate.ends": {note, sentence{"сертификат %s действует только до %s", "the certificate of %s ends soon: %s"}, sentence{"закажите новый", "order a new one"}},
		"certificate.ends-soon": {
			warning,
			sentence{"сертификат %s кончается на днях: %s", "the certificate of %s ends within days: %s"},
			sentence{"замените его сейчас", "replace it now"},
		},
		"certificate.ended":      {failure, sentence{"срок сертификата %s истёк %s", "the certificate of %s has ended: %s"}, sentence{"замените его", "replace it"}},
		"certificate.not-yet":    {failure, sentence{"сертификат %s начнёт действовать только %s", "the certificate of %s is not valid before %s"}, sentence{"проверьте часы и сертификат", "look at the clock and at the certificate"}},
		"certificate.unreadable": {failure, sentence{"сертификат абонента %s не читается", "the certificate of subscriber %s cannot be read"}, sentence{"запишите его заново (subscriber add)", "store it again (subscriber add)"}},
	}
}

func findingsOfSubscribers() map[string]known {
	again := sentence{"исправьте запись (subscriber add)", "mend the row (subscriber add)"}
	return map[string]known{
		"subscribers.none":    {note, sentence{"абонентов ещё нет", "there are no subscribers yet"}, sentence{"добавьте (subscriber add)", "add one (subscriber add)"}},
		"subscribers.unread":  {failure, sentence{"список абонентов не читается", "the list of subscribers cannot be read"}, sentence{"проверьте журнал и диск", "look at the log and at the disk"}},
		"subscriber.disabled": {note, sentence{"абонент %s отключён", "subscriber %s is disabled"}, sentence{}},
		"subscriber.inn":      {failure, sentence{"у абонента %s неверный ИНН %q: контрольная цифра или длина", "subscriber %s has the wrong INN %q: its check digit or length"}, again},
		"subscriber.kpp":      {failure, sentence{"у абонента %s неверный КПП %q", "subscriber %s has the wrong KPP %q"}, again},
		"subscriber.settings": {failure, sentence{"настройки абонента %s неверны", "the settings of subscriber %s are wrong"}, again},
		"subscriber.operator": {failure, sentence{"оператор %[2]s абонента %[1]s не поддерживается", "subscriber %s has the unknown operator %s"}, again},
		"subscriber.credentials": {
			failure,
			sentence{"учётные данные абонента %s не открываются", "the credentials of subscriber %s do not open"},
			sentence{"проверьте файл ключа или задайте пароль снова", "look at the key file, or set the password again"},
		},
		"login.ok":      {okay, sentence{"абонент %s входит, ящик найден, версия сервиса %s", "subscriber %s logs in, the box is found, service version %s"}, sentence{}},
		"login.untried": {note, sentence{"вход абонента %s не проверялся", "the login of subscriber %s was not tried"}, sentence{}},
		"login.failed": {
			failure,
			sentence{"абонент %s не может войти к оператору", "subscriber %s cannot log in"},
			sentence{"проверьте имя и пароль или сертификат у оператора", "look at login and password, or at the certificate, with the operator"},
		},
		"login.timeout": {failure, sentence{"оператор абонента %s не ответил за %v", "the operator of subscriber %s did not answer within %v"}, sentence{"повторите позже; спросите оператора", "look again later; ask the operator"}},
		"box.none":      {note, sentence{"абонент %s входит, но ящика у него ещё нет", "subscriber %s logs in, but has no box yet"}, sentence{"зарегистрируйте его командой enrol", "enrol it"}},
		"box.foreign":   {failure, sentence{"абонент %s вошёл, но ящика %s у него нет", "subscriber %s logs in, but box %s is not his"}, again},
		"box.inn":       {failure, sentence{"у абонента %s записан ИНН %s, а ящик %s принадлежит ИНН %s", "subscriber %s is stored with INN %s, but box %s is of INN %s"}, again},
		"box.kpp":       {failure, sentence{"у абонента %s записан КПП %s, а ящик %s принадлежит КПП %s", "subscriber %s is stored with KPP %s, but box %s is of KPP %s"}, again},
	}
}

func findingsOfPeople() map[string]known {
	return map[string]known{
		"users.ok":        {okay, sentence{"пользователей абонента %s: %d", "subscriber %s has %d users"}, sentence{}},
		"users.none":      {note, sentence{"от имени абонента %s никому не разрешено отправлять", "nobody is allowed to send for subscriber %s"}, sentence{"разрешите (user allow)", "allow somebody (user allow)"}},
		"users.unread":    {failure, sentence{"список пользователей абонента %s не читается", "the users of subscriber %s cannot be read"}, sentence{"проверьте журнал и диск", "look at the log and at the disk"}},
		"signers.unread":  {failure, sentence{"список подписантов абонента %s не читается", "the signers of subscriber %s cannot be read"}, sentence{"проверьте журнал и диск", "look at the log and at the disk"}},
		"signer.disabled": {note, sentence{"подписант %s отключён", "signer %s is disabled"}, sentence{}},
		"signer.host":     {note, sentence{"подписант %s подписывает в системе документооборота: ему нужны задания на подпись", "signer %s signs in the document system: it has to look for signature tasks"}, sentence{}},
		"signer.keyless":  {note, sentence{"ключа подписанта %s здесь нет: подписи должна приносить система документооборота", "the key of signer %s is not here: the document system has to bring his signatures"}, sentence{}},
		"signer.unable":   {failure, sentence{"подписант %s не может подписывать", "signer %s cannot sign"}, sentence{"запишите его ключ заново (signer add)", "store his key again (signer add)"}},
	}
}

func findingsOfReceiving() map[string]known {
	return map[string]known{
		"receive.ok":           {okay, sentence{"ящик абонента %s читается, последний раз %s", "the box of subscriber %s is read, last %s"}, sentence{}},
		"receive.off":          {note, sentence{"ящик абонента %s не читается: так настроено", "the box of subscriber %s is not read: it is set so"}, sentence{}},
		"receive.rules-unread": {failure, sentence{"список ответственных абонента %s не читается", "the responsible people of subscriber %s cannot be read"}, sentence{"проверьте журнал и диск", "look at the log and at the disk"}},
		"receive.unread":       {failure, sentence{"место чтения ящика абонента %s не читается", "the place in the box of subscriber %s cannot be read"}, sentence{"проверьте журнал и диск", "look at the log and at the disk"}},
		"receive.no-administrator": {
			failure,
			sentence{"у абонента %s нет администратора обмена: входящие остаются у оператора", "subscriber %s has no exchange administrator: inbound documents stay at the operator"},
			sentence{"назначьте (responsible set --scope administrator)", "name one (responsible set --scope administrator)"},
		},
		"receive.no-service-signer": {
			failure,
			sentence{"у абонента %s нет подписанта извещений: о получении никто не уведомит", "subscriber %s has no signer of receipts: nothing that comes in is confirmed"},
			sentence{"назначьте (subscriber add --service-signer)", "name one (subscriber add --service-signer)"},
		},
		"receive.service-signer": {
			failure,
			sentence{"подписант извещений %[2]s абонента %[1]s не может подписывать", "the signer of receipts of subscriber %s, %s, cannot sign"},
			sentence{"запишите его ключ или назначьте другого", "store his key, or name another"},
		},
		"receive.refused": {
			failure,
			sentence{"ящик абонента %s не читается: %s", "the box of subscriber %s is not read: %s"},
			sentence{"устраните названную причину", "mend what is named"},
		},
	}
}
