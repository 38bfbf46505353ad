package main

// known is what is said about one kind of finding. Texts are filled with fmt; a remedy stands as it is.
type known struct {
	severity     severity
	text, remedy sentence
}

// findings is everything that the doctor can say. Ids are for scripts and never change their meaning.
func findings() map[string]known {
	all := map[string]known{}
	for _, group := range []map[string]known{findingsOfHome(), findingsOfStore(), findingsOfAddresses(), findingsOfSubscribers(), findingsOfPeople(), findingsOfReceiving()} {
		for id, k := range group {
			all[id] = k
		}
	}
	return all
}

func findingsOfHome() map[string]known {
	return map[string]known{
		"home.missing": {
			failure,
			sentence{"рабочая папка %q недоступна", "the home folder %q is not there"},
			sentence{"проверьте --home и EDOKIT_HOME; «subscriber add» создаёт новую", `look at --home and EDOKIT_HOME; "subscriber add" makes a new one`},
		},
		"home.open": {
			warning,
			sentence{"рабочую папку %s могут читать другие пользователи (%v)", "the home folder %s can be read by other users (%v)"},
			sentence{"оставьте права только владельцу (chmod 700)", "leave the rights to its owner alone (chmod 700)"},
		},
		"home.unopened": {
			failure,
			sentence{"рабочая папка не открывается", "the home folder cannot be opened"},
			sentence{"устраните названную причину и повторите", "mend what is named, and look again"},
		},
		"key.missing": {
			failure,
			sentence{"нет файла главного ключа", "the file of the master key is missing"},
			sentence{"восстановите его из копии: без него не откроется ни один пароль", "restore it from its copy: without it no stored password opens"},
		},
		"key.open": {
			failure,
			sentence{"файл главного ключа могут читать другие", "the file of the master key can be read by others"},
			sentence{"заберите права у остальных (chmod 600) и считайте ключ известным им", "take the rights of others away (chmod 600) and think of the key as known to them"},
		},
		"key.malformed": {
			failure,
			sentence{"главный ключ (файл или EDOKIT_MASTER_KEY) не содержит ключа", "the master key (its file or EDOKIT_MASTER_KEY) holds no key"},
			sentence{"восстановите его из копии", "restore it from its copy"},
		},
		"disk.low": {
			warning,
			sentence{"на диске папки %s осталось %d МиБ", "the disk of %s has %d MiB left"},
			sentence{"освободите место или увеличьте диск", "free space, or make the disk larger"},
		},
		"disk.full": {
			failure,
			sentence{"диск папки %s полон: осталось %d МиБ", "the disk of %s is full: %d MiB left"},
			sentence{"освободите место: новые пакеты уже не принимаются или скоро перестанут", "free space: new packages are refused, or soon will be"},
		},
		"sockets.unwritable": {
			warning,
			sentence{"в папке %s нельзя открыть сокет подключаемого модуля", "the plugin cannot open its socket in %s"},
			sentence{"дайте права на запись или назовите другую папку в PLUGIN_UNIX_SOCKET_DIR (путь до 70 байт)", "allow writing, or name another folder in PLUGIN_UNIX_SOCKET_DIR (70 bytes at most)"},
		},
		"check.timeout": {
			failure,
			sentence{"проверка «%s» не закончилась за %v", "the check of %s did not end within %v"},
			sentence{"проверьте диск: он не отвечает или очень медленный", "look at the disk: it does not answer, or very slowly"},
		},
	}
}

func findingsOfStore() map[string]known {
	return map[string]known{
		"database.missing": {
			failure,
			sentence{"в рабочей папке нет базы данных", "the home folder has no database"},
			sentence{"проверьте имя папки; «subscriber add» создаёт новую", `look at the name; "subscriber add" makes a new one`},
		},
		"store.ok": {okay, sentence{"хранилище и главный ключ открываются", "the store and the master key open"}, sentence{}},
		"store.busy": {
			failure,
			sentence{"хранилище удерживает другой процесс: за %v он его не отпустил", "another process holds the store: it did not let go of it within %v"},
			sentence{"если он завис, завершите его", "if it is frozen, end it"},
		},
		"store.unwritable": {
			failure,
			sentence{"в хранилище нельзя писать", "the store cannot be written"},
			sentence{"проверьте диск и права на файл базы, а если база на сервере, доступен ли он", "look at the disk and at the rights of the database file; if the database is on a server, see that it can be reached"},
		},
		"store.full": {
			failure,
			sentence{"в хранилище нельзя писать: на диске нет места", "the store cannot be written: its disk is full"},
			sentence{"освободите место", "free space"},
		},
		"store.read-only": {
			failure,
			sentence{"в хранилище нельзя писать: нет прав", "the store cannot be written: the rights are missing"},
			sentence{"разрешите процессу писать файл базы и папку", "let the process write the database file and its folder"},
		},
		"store.corrupt": {
			failure,
			sentence{"база данных повреждена", "the database is damaged"},
			sentence{"остановите все процессы, скопируйте файлы, восстановите резервную копию", "stop everything, copy the files, restore a backup"},
		},
		"store.network": {
			failure,
			sentence{"база данных лежит на сетевой файловой системе", "the database is on a network file system"},
			sentence{"перенесите рабочую папку на локальный диск", "move the home folder to a disk of this machine"},
		},
		"store.unsafe": {
			failure,
			sentence{"настройки базы данных могут потерять принятое", "the database is set so that it may lose what it has acknowledged"},
			sentence{"верните безопасные настройки", "set it back"},
		},
		"store.setting": {
			failure,
			sentence{"небезопасная настройка базы данных: %s = %s, нужно %s", "the database has the unsafe setting %s = %s; it has to be %s"},
			sentence{"исправьте настройку: при сбое питания пропадёт принятое", "mend it: a power cut would lose what was acknowledged"},
		},
		"store.schema": {
			failure,
			sentence{"схема базы данных другой версии", "the schema of the database is of another version"},
			sentence{"если база новая или старая, выполните edo-dms migrate; если новее программы, обновите программу", "if the database is new or older, run edo-dms migrate; if it is newer than the program, use the version that worked with it"},
		},
		"store.unread": {
			failure,
			sentence{"настройки базы данных не читаются", "the settings of the database cannot be read"},
			sentence{"проверьте журнал и диск", "look at the log and at the disk"},
		},
		"archive.ok": {okay, sentence{"в архив документов можно писать", "the document archive can be written"}, sentence{}},
		"archive.unwritable": {
			failure,
			sentence{"в архив документов нельзя писать", "the document archive cannot be written"},
			sentence{"проверьте права на папку archive и диск", "look at the rights of the folder archive, and at the disk"},
		},
		"archive.spool": {
			failure,
			sentence{"папка приёма документов (archive/tmp) недоступна для записи", "the spool of arriving documents (archive/tmp) cannot be written"},
			sentence{"проверьте права на папку и диск: хост не сможет передать ни одного документа", "look at its rights and at the disk: no host can hand over a document"},
		},
		"archive.full": {
			failure,
			sentence{"в архив документов нельзя писать: нет места", "the document archive cannot be written: no space is left"},
			sentence{"освободите место или поднимите квоту", "free space, or raise the quota"},
		},
		"pdf.ok": {okay, sentence{"процессы для работы с PDF запускаются", "processes for PDF work start"}, sentence{}},
		"pdf.no-worker": {
			failure,
			sentence{"процесс для работы с PDF не запускается: вторых версий не будет", "no process for PDF work starts: there will be no second versions"},
			sentence{"разрешите edo-dms запускать собственные процессы и проверьте EDOKIT_PDF_MEMORY", "let edo-dms start processes of its own, and look at EDOKIT_PDF_MEMORY"},
		},
		"work.late": {
			warning,
			sentence{"%d заданий ждут исполнителей, первое — %v", "%d jobs wait for workers, the first for %v"},
			sentence{"увеличьте EDOKIT_WORKERS или посмотрите, что их держит (status)", "raise EDOKIT_WORKERS, or see what holds them (status)"},
		},
		"work.stuck": {
			failure,
			sentence{"%d заданий никто не выполняет, первое ждёт %v", "nobody works on %d jobs, the first has waited for %v"},
			sentence{"запустите подключаемый модуль или «edo-dms run»", `start the plugin, or "edo-dms run"`},
		},
		"work.decisions": {
			warning,
			sentence{"пакетов с неизвестным исходом, о которых должен решить человек: %d", "%d packages of unknown outcome wait for a person"},
			sentence{"посмотрите status и кабинет оператора", "look at status, and at the operator's own pages"},
		},
		"work.tasks": {
			warning,
			sentence{"просроченных заданий на подпись: %d", "%d signature tasks are overdue"},
			sentence{"подпишите или откажите (task list)", "sign or decline them (task list)"},
		},
		"work.counterparties": {
			note,
			sentence{"контрагентов, о которых должен решить человек: %d", "%d counterparties wait for a person"},
			sentence{"посмотрите counterparty list", "look at counterparty list"},
		},
		"work.unread": {
			failure,
			sentence{"список работ не читается", "the work to be done cannot be read"},
			sentence{"проверьте журнал и диск", "look at the log and at the disk"},
		},
	}
}
