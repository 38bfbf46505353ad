package main

import (
	"context"
	"errors"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/edo"
)

type handOverCreate struct {
	who        `embed:""`
	Until      time.Time `required:"" format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"What was accepted or came in before this day."`
	Out        string    `required:"" placeholder:"DIR" help:"New folder of the export, or that of an interrupted one."`
	Subscriber string    `help:"Only of this subscriber."`
	Limit      int       `help:"At most so many packages and inbound documents; the rest goes into the next batch."`
}

// Run exports a batch.
func (h handOverCreate) Run(c *command) error {
	return c.keeping(func(p *parts, k *handover.Keeper) error {
		what := asked("archive hand-over create", "until", day(h.Until), "subscriber", h.Subscriber, "actor", h.Actor)
		by, of := h.reader(), edo.SubscriberID(h.Subscriber)
		if err := p.knownIf(c.ctx, h.Subscriber); err != nil {
			return err
		}
		if _, err := p.mayExport(c.ctx, by, of, nil); err != nil {
			return err
		}
		batch, err := k.Export(c.ctx, handover.Order{
			Until: localDay(h.Until), Subscriber: of, Folder: h.Out, Actor: by.Actor, Limit: h.Limit,
			Chosen: func(ctx context.Context) error { return p.exporting(ctx, by, of, nil, what) },
		})
		if err != nil {
			return err
		}
		return c.printBatch(batch)
	})
}

func (c *command) printBatch(h directory.Handover) error {
	return c.emit(h, func() {
		say := c.lang.say
		c.print("%s %s: %s\n", say("партия", "batch"), h.ID, c.lang.batch(h.State))
		c.print("  %s: %d, %s: %d, %d %s\n", say("пакетов и входящих", "packages and inbound documents"), h.Items, say("содержимого", "contents"), h.Contents, h.Bytes, say("байт", "bytes"))
		c.print("  %s: %s\n", say("папка", "folder"), printable(h.Place))
		if !h.Manifest.IsZero() {
			c.print("  %s: sha256 %s\n", say("опись", "manifest"), h.Manifest)
		}
		c.field("  ", say("приёмка", "receipt"), h.Reference)
	})
}

func (l lang) batch(s directory.HandoverState) string {
	return word(l, map[directory.HandoverState]sentence{
		directory.HandoverOpen:         {"выгружается или прервана", "being exported, or interrupted"},
		directory.HandoverExported:     {"выгружена, приёмка не подтверждена", "exported, not acknowledged"},
		directory.HandoverAcknowledged: {"принята внешним архивом", "acknowledged by the external archive"},
		directory.HandoverAbandoned:    {"отменена", "abandoned"},
	}, s)
}

type handOverList struct {
	Limit int `default:"50" help:"How many."`
}

// Run lists batches.
func (h handOverList) Run(c *command) error {
	return c.keeping(func(p *parts, _ *handover.Keeper) error {
		rows, err := p.Store.Handovers(c.ctx, h.Limit)
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say("СОЗДАНА\tПАРТИЯ\tДО\tДОКУМЕНТОВ\tБАЙТ\tСОСТОЯНИЕ\tПРИЁМКА", "CREATED\tBATCH\tUNTIL\tDOCUMENTS\tBYTES\tSTATE\tRECEIPT"), func(line func(...any)) {
				for _, r := range rows {
					line(when(r.CreatedAt), r.ID, when(r.Until), r.Items, r.Bytes, c.lang.batch(r.State), dash(r.Reference))
				}
			})
		})
	})
}

type handOverVerify struct {
	Folder   string `arg:"" help:"Folder of an export."`
	Manifest string `placeholder:"SHA256" help:"Digest that the manifest must have, as the receipt names it. Without it that of the home folder's database counts, if there is one."`
}

// handedOver is the digest of the manifest as it was written, zero if nobody here knows it.
func (h handOverVerify) handedOver(c *command, id edo.BatchID) (manifest edo.Digest, err error) {
	if h.Manifest != "" {
		return edo.ParseDigest(h.Manifest)
	}
	if c.home == "" && !onServer(c.getenv) {
		return manifest, nil
	}
	err = c.with(func(p *parts) error {
		batch, err := p.Store.Handover(c.ctx, id)
		manifest = batch.Manifest
		if errors.Is(err, edo.NotFound) || err == nil && manifest.IsZero() {
			return &edo.Error{
				Kind: edo.NotFound, Field: "batch", Message: string(id) + " was not handed over from here",
				Remedy: "give --manifest as the receipt names it, or leave --home away to check the copy alone",
			}
		}
		return err
	})
	return manifest, err
}

// Run reads the whole copy. It needs no home folder, but then somebody has to say which manifest it must be.
func (h handOverVerify) Run(c *command) error {
	copied, err := handover.OpenCopy(h.Folder)
	if err != nil {
		return err
	}
	defer func() { _ = copied.Close() }()
	if copied.Expect, err = h.handedOver(c, copied.Manifest.Batch); err != nil {
		return err
	}
	report, err := copied.Verify(c.ctx, c.progress())
	if err != nil {
		return err
	}
	return c.copyReport(report, copied.Expect, false)
}

type handOverAcknowledge struct {
	who       `embed:""`
	Batch     string `arg:"" help:"Batch, as the list shows it."`
	Reference string `required:"" help:"Number of the receipt: the external archive's own name of the batch."`
	Manifest  string `placeholder:"SHA256" help:"Digest of the manifest as the receipt names it; compared with that of the export."`
}

// Run records the receipt.
func (h handOverAcknowledge) Run(c *command) error {
	var manifest edo.Digest
	if h.Manifest != "" {
		var err error
		if manifest, err = edo.ParseDigest(h.Manifest); err != nil {
			return err
		}
	}
	return c.keeping(func(p *parts, k *handover.Keeper) error {
		by := h.reader()
		if err := p.mayEnd(c.ctx, by, h.Batch); err != nil {
			return err
		}
		batch, err := p.Store.AcknowledgeHandover(c.ctx, edo.BatchID(h.Batch), h.Reference, manifest, by.Actor, k.Now())
		if err != nil {
			return err
		}
		return c.printBatch(batch)
	})
}

type handOverAbandon struct {
	who   `embed:""`
	Batch string `arg:"" help:"Batch, as the list shows it."`
}

// Run gives a batch up.
func (h handOverAbandon) Run(c *command) error {
	return c.keeping(func(p *parts, _ *handover.Keeper) error {
		if err := p.mayEnd(c.ctx, h.reader(), h.Batch); err != nil {
			return err
		}
		batch, err := p.Store.AbandonHandover(c.ctx, edo.BatchID(h.Batch))
		if err != nil {
			return err
		}
		return c.printBatch(batch)
	})
}
