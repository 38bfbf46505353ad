package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/edo"
)

// archiveCommands are those around the archive of contents.
type archiveCommands struct {
	Pending  archivePending `cmd:"" help:"List what no acknowledged hand-over holds yet; exit code 1 if there is anything."`
	HandOver struct {
		Create      handOverCreate      `cmd:"" help:"Export documents, signatures, printed forms, evidence and log to a folder; what was interrupted goes on."`
		List        handOverList        `cmd:"" help:"List batches, newest first."`
		Verify      handOverVerify      `cmd:"" help:"Check an export, or a copy that came back, against its manifest, and that against what was handed over."`
		Acknowledge handOverAcknowledge `cmd:"" help:"Record the receipt of the external archive: only then contents may be deleted."`
		Abandon     handOverAbandon     `cmd:"" help:"Give a batch up that was not acknowledged: its documents are exported anew."`
	} `cmd:"" name:"hand-over" help:"Batches for an external archive."`
	Retention archiveRetention `cmd:"" help:"Show how long contents are kept, per kind and state."`
	Delete    archiveDelete    `cmd:"" help:"Delete contents whose retention has passed and whose batch is acknowledged; made for a nightly run."`
	Restore   archiveRestore   `cmd:"" help:"Put deleted or damaged contents back from a copy of a batch."`
	Check     archiveCheck     `cmd:"" help:"Prove that no content between two dates is missing or damaged; exit code 1 if one is."`
}

// who changes what the archive keeps.
type who struct {
	Actor string `placeholder:"USER" help:"Which user of the document system does it: it must be allowed to administer, for an export to export. Without it the user of this system does, who is always allowed; either is kept in the row."`
}

func (w who) reader() edo.Reader { return readerFlag(w).reader() }

// mayKeep asks whether somebody may change what the archive keeps of a subscriber, of all of them if none is named.
func (p *parts) mayKeep(ctx context.Context, by edo.Reader, s edo.SubscriberID) error {
	whose, err := p.whose(ctx, s)
	for _, one := range whose {
		if err == nil {
			err = p.gateway.MayAdminister(ctx, by, one)
		}
	}
	return err
}

// mayEnd asks for one batch.
func (p *parts) mayEnd(ctx context.Context, by edo.Reader, id string) error {
	batch, err := p.Store.Handover(ctx, edo.BatchID(id))
	if err != nil {
		return err
	}
	return p.mayKeep(ctx, by, batch.Subscriber)
}

// keeping runs f with what keeps the archive. Every command of the archive begins here.
func (c *command) keeping(f func(p *parts, k *handover.Keeper) error) error {
	return c.with(func(p *parts) error {
		config, err := c.keepingRules()
		if err != nil {
			return err
		}
		config.Progress = c.progress()
		k, err := p.Keeper(config)
		if err != nil {
			return err
		}
		return f(p, k)
	})
}

// keepingRules reads kinds and retention from the site's file, if it has one.
func (c *command) keepingRules() (config handover.Config, err error) {
	path := c.getenv(kindsFile)
	if path == "" {
		if config.Kinds, err = kinds.Default(); err == nil {
			config.Retention, err = kinds.DefaultRetention()
		}
		return config, err
	}
	if config.Kinds, err = kinds.Open(path); err == nil {
		config.Retention, err = kinds.OpenRetention(path)
	}
	return config, err
}

// progress tells people how far long work is, at most once a second, beside the report.
func (c *command) progress() func(done, total int) {
	var last time.Time
	return func(done, total int) {
		if now := time.Now(); !c.json && now.Sub(last) >= time.Second && done < total {
			if !last.IsZero() {
				fmt.Fprintf(c.err, "%d/%d\n", done, total)
			}
			last = now
		}
	}
}

type archivePending struct {
	Subscriber string    `help:"Only of this subscriber."`
	Until      time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Only what was accepted or came in before this day."`
	Limit      int       `default:"100" help:"How many of each: packages, and what came in."`
}

// Run lists what is not archived as it is now.
func (a archivePending) Run(c *command) error {
	return c.keeping(func(p *parts, _ *handover.Keeper) error {
		if err := p.knownIf(c.ctx, a.Subscriber); err != nil {
			return err
		}
		var rows []directory.Unarchived
		for _, kind := range []directory.ItemKind{directory.ItemPackage, directory.ItemInbound} {
			page, err := p.Store.Unarchived(c.ctx, directory.UnarchivedFilter{
				Subscriber: edo.SubscriberID(a.Subscriber), Until: localDay(a.Until), Kind: kind, Limit: a.Limit,
			})
			if err != nil {
				return err
			}
			rows = append(rows, page...)
		}
		err := c.emit(list(rows), func() {
			c.table(c.lang.say("ВРЕМЯ\tАБОНЕНТ\tЧТО\tИДЕНТИФИКАТОР\tСОСТОЯНИЕ\tПОЧЕМУ НЕ В АРХИВЕ", "TIME\tSUBSCRIBER\tWHAT\tID\tSTATE\tWHY NOT ARCHIVED"), func(line func(...any)) {
				for _, r := range rows {
					line(when(r.At), r.Subscriber, c.lang.item(r.Kind), r.ID, r.State, whole(c.lang.unarchived(r)))
				}
			})
		})
		if err == nil && len(rows) > 0 {
			err = errReported
		}
		return err
	})
}

func (l lang) item(k directory.ItemKind) string {
	return word(l, map[directory.ItemKind]sentence{directory.ItemPackage: {"пакет", "package"}, directory.ItemInbound: {"входящий", "inbound"}}, k)
}

func (l lang) unarchived(r directory.Unarchived) string {
	switch {
	case r.Batch != "":
		return l.say("в партии ", "in batch ") + string(r.Batch) + l.say(", приёмка не подтверждена", ", not acknowledged")
	case r.Busy:
		return l.say("работа не окончена", "work is going on")
	}
	return l.say("не передавался", "not handed over")
}

type archiveRetention struct{}

// Run shows the policy in force.
func (archiveRetention) Run(c *command) error {
	config, err := c.keepingRules()
	if err != nil {
		return err
	}
	r := config.Retention
	return c.emit(r, func() {
		c.table(c.lang.say("ВИД\tПРАВИЛО\tСОСТОЯНИЕ\tХРАНИТЬ ПОСЛЕ КОНЦА ГОДА", "KIND\tRULE\tSTATE\tKEEP AFTER THE END OF THE YEAR"), func(line func(...any)) {
			for _, id := range append([]string{""}, slices.Sorted(maps.Keys(r.Kinds))...) {
				law := r.Kinds[id].Law
				if law == "" {
					law = directory.LawPrimary
				}
				for _, s := range directory.KeptStates() {
					line(dash(id), law, s, r.For(id, s))
				}
			}
		})
		for _, m := range directory.Minimums() {
			c.print("%s: %s\n", m.Law, c.lang.say(m.Source.RU, m.Source.EN))
		}
	})
}

type archiveDelete struct {
	who    `embed:""`
	DryRun bool `help:"Count what would go, delete nothing."`
}

// Run deletes what may go.
func (a archiveDelete) Run(c *command) error {
	return c.keeping(func(p *parts, k *handover.Keeper) error {
		by := a.reader()
		if err := p.mayKeep(c.ctx, by, ""); err != nil {
			return err
		}
		done, err := k.Run(c.ctx, handover.RunOptions{Actor: by.Actor, Dry: a.DryRun})
		if err != nil {
			return err
		}
		return c.emit(done, func() {
			say := c.lang.say
			deleted := say("удалено", "deleted")
			if a.DryRun {
				deleted = say("было бы удалено", "would be deleted")
			}
			c.print("%s: %d, %d %s\n", deleted, done.Contents, done.Bytes, say("байт", "bytes"))
			if done.Finished+done.Spared > 0 {
				c.print("%s: %d, %s: %d\n", say("докончено после прерванного удаления", "finished of a deletion that was interrupted"), done.Finished, say("оставлено, так как снова нужно", "spared because it is needed again"), done.Spared)
			}
			kept := done.Kept
			c.print("%s: %s %d, %s %d, %s %d, %s %d, %s %d\n", say("оставлено", "kept"),
				say("срок хранения не истёк", "retention not over"), kept.Unexpired, say("не сдано во внешний архив", "not with the external archive"), kept.Unarchived,
				say("работа не окончена", "work going on"), kept.Busy, say("недавно понадобилось", "needed lately"), kept.Young, say("ничьё", "nobody's"), kept.Unowned)
		})
	})
}

type archiveRestore struct {
	who    `embed:""`
	Folder string   `arg:"" help:"Folder of a batch as it came back from the external archive."`
	Digest []string `help:"Only this content, by its SHA-256; several are possible."`
}

// Run puts contents back.
func (a archiveRestore) Run(c *command) error {
	var only []edo.Digest
	for _, text := range a.Digest {
		d, err := edo.ParseDigest(text)
		if err != nil {
			return err
		}
		only = append(only, d)
	}
	return c.keeping(func(p *parts, k *handover.Keeper) error {
		if err := p.mayKeep(c.ctx, a.reader(), ""); err != nil { // whose the contents are only the copy says
			return err
		}
		copied, err := handover.OpenCopy(a.Folder)
		if err != nil {
			return err
		}
		defer func() { _ = copied.Close() }()
		batch, err := p.Store.Handover(c.ctx, copied.Manifest.Batch)
		if err != nil && !errors.Is(err, edo.NotFound) { // a database that was lost does not know its batches
			return err
		}
		copied.Expect = batch.Manifest
		report, err := k.Restore(c.ctx, copied, only...)
		if err != nil {
			return err
		}
		return c.copyReport(report, copied.Expect, true)
	})
}

// copyReport prints what was found of a copy; exit code 1 if anything is wrong with it.
func (c *command) copyReport(r handover.Report, expect edo.Digest, restored bool) error {
	err := c.emit(r, func() {
		say := c.lang.say
		c.print("%s %s, %s %s\n", say("партия", "batch"), printable(string(r.Batch)), say("опись", "manifest"), r.Manifest)
		switch {
		case !r.Compared:
			c.print("%s\n", say("копия проверена только по её собственной описи: никто не сказал, какой должна быть опись (--manifest или --home)",
				"the copy was checked against its own manifest only: nobody has said which manifest it must be (--manifest or --home)"))
		case r.Manifest == expect:
			c.print("%s\n", say("опись та, что была передана", "the manifest is the one that was handed over"))
		}
		c.print("%s: %d, %d %s\n", say("содержимое верно", "contents right"), r.Contents, r.Bytes, say("байт", "bytes"))
		if restored {
			c.print("%s: %d\n", say("возвращено", "restored"), r.Restored)
		}
		for _, w := range r.Wrong {
			c.print("%s: %s\n", say("неверно", "wrong"), printable(w))
		}
	})
	if err == nil && !r.OK() {
		err = errReported
	}
	return err
}

type archiveCheck struct {
	From  time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"From this day on, by this machine's time."`
	To    time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Up to this day, which is not counted."`
	Quick bool      `help:"Existence and size only: bytes that changed are not noticed."`
}

// Run reads every content to which a row of the period refers.
func (a archiveCheck) Run(c *command) error {
	return c.keeping(func(_ *parts, k *handover.Keeper) error {
		found, err := k.Check(c.ctx, handover.CheckOptions{From: localDay(a.From), To: localDay(a.To), Quick: a.Quick})
		if err != nil {
			return err
		}
		err = c.emit(found, func() { c.printCheck(found) })
		if err == nil && !found.OK() {
			err = errReported
		}
		return err
	})
}

func (c *command) printCheck(f handover.Checked) {
	say := c.lang.say
	var references []string
	for _, what := range slices.Sorted(maps.Keys(f.References)) {
		references = append(references, fmt.Sprintf("%s %d", c.lang.reference(what), f.References[what]))
	}
	c.print("%s: %s\n", say("ссылки на содержимое", "references to contents"), dash(strings.Join(references, ", ")))
	c.print("%s: %d = %d %s + %d %s + %d %s + %d %s\n", say("разного содержимого", "distinct contents"), f.Contents, f.Right, say("на месте и верно", "here and right"),
		f.Departed, say("сдано во внешний архив и удалено", "handed over and deleted"), f.Missing, say("ПРОПАЛО", "MISSING"), f.Damaged, say("ПОВРЕЖДЕНО", "DAMAGED"))
	if f.Unreadable > 0 {
		c.print("%s: %d\n", say("строк журнала, которые не читаются", "rows of the log that cannot be read"), f.Unreadable)
	}
	for _, w := range f.Wrong {
		c.print("  %s\n", printable(c.lang.fault(w)))
	}
	c.print("%s: %d, %d %s; %s: %d\n", say("без ссылок", "without references"), f.Unreferenced, f.UnreferencedBytes, say("байт", "bytes"), say("может быть, ещё записывается", "maybe just being stored"), f.Young)
	for _, w := range f.Loose {
		c.print("  %s, %d %s\n", w.Digest, w.Size, say("байт", "bytes"))
	}
	if f.Quick {
		c.print("%s\n", say("быстрая проверка: байты не читались", "quick check: no bytes were read"))
	}
}

// reference is what a row refers to a content as.
func (l lang) reference(what string) string {
	return word(l, map[string]sentence{
		"original":          {"оригинал", "original"},
		"signature":         {"подпись", "signature"},
		"version":           {"версия", "version"},
		"task":              {"задание на подпись", "task"},
		"inbound":           {"входящий", "inbound"},
		"inbound-signature": {"подпись входящего", "inbound-signature"},
		"log":               {"журнал", "log"},
	}, what)
}

// fault is one finding of the check. Its detail, which comes from the store or the archive, is for those who read English.
func (l lang) fault(f handover.Fault) string {
	text := word(l, map[string]sentence{
		"missing":    {"ПРОПАЛО", "missing"},
		"damaged":    {"ПОВРЕЖДЕНО, байты не те", "damaged"},
		"size":       {"ПОВРЕЖДЕНО, длина не та", "size"},
		"unreadable": {"НЕ ЧИТАЕТСЯ, подробности: log verify", "unreadable"},
	}, f.What)
	if !f.Digest.IsZero() { // of a row that cannot be read none is known
		text += " " + f.Digest.String()
	}
	kind, where, _ := strings.Cut(f.Where, " ")
	text += ": " + l.reference(kind) + " " + where
	switch {
	case l != russian:
		text = strings.TrimSpace(text + " " + f.Detail)
	case f.What == "size":
		text += fmt.Sprintf(", %d байт вместо %d", f.Found, f.Size)
	}
	return text
}
