package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// resting stores a package on which all work is over.
func resting(t conformance.T, s Store, pack string, change func(*edo.Operation)) edo.Operation {
	t.Helper()
	op := Sample(pack)
	op.State = edo.StateSigned
	for i := range op.Documents {
		op.Documents[i].State = edo.StateSigned
	}
	if change != nil {
		change(&op)
	}
	stored, created, err := s.Accept(t.Context(), op, nil, nil)
	if err != nil || !created {
		t.Fatalf("%v %v", created, err)
	}
	return stored
}

// arrived stores an inbound document on which all work is over.
func arrived(t conformance.T, s Store, remote string) edo.InboundDocument {
	t.Helper()
	d := received(edo.RemoteID(remote))
	d.Message = edo.MessageID("m-" + remote)
	must(t, step(t, s, edo.JobTake, edo.PackageID(d.Message), edo.Change{Inbound: []edo.InboundDocument{d}}))
	return d
}

// order is a batch of everything before an hour after noon.
func order(id string) directory.Handover {
	return directory.Handover{ID: edo.BatchID(id), Until: noon.Add(time.Hour), Place: "/out/" + id, Actor: "archivist", CreatedAt: noon}
}

// exported opens a batch, notes contents for each item, and ends the export.
func exported(t conformance.T, s Store, id string, contents func(directory.HandoverItem) []edo.Entry) directory.Handover {
	t.Helper()
	_, err := s.OpenHandover(t.Context(), order(id), 100)
	must(t, err)
	items, err := s.HandoverItems(t.Context(), edo.BatchID(id), 0, 0)
	must(t, err)
	for _, i := range items {
		for range 2 { // an export that goes on notes again what it has noted
			must(t, s.AddHandoverContents(t.Context(), edo.BatchID(id), i.Seq, contents(i)))
		}
	}
	h, err := s.EndExport(t.Context(), edo.BatchID(id), edo.Digest{0xee}, noon.Add(time.Minute))
	must(t, err)
	return h
}

func acknowledged(t conformance.T, s Store, h directory.Handover) directory.Handover {
	t.Helper()
	h, err := s.AcknowledgeHandover(t.Context(), h.ID, "АКТ-"+string(h.ID), edo.Digest{}, "archivist", noon.Add(2*time.Minute))
	must(t, err)
	return h
}

func noContents(directory.HandoverItem) []edo.Entry { return nil }

func pending(t conformance.T, s Store, kind directory.ItemKind) (all []string) {
	t.Helper()
	rows, err := s.Unarchived(t.Context(), directory.UnarchivedFilter{Kind: kind})
	must(t, err)
	for _, r := range rows {
		all = append(all, fmt.Sprintf("%s %d busy %v in %q", r.ID, r.Revision, r.Busy, r.Batch))
	}
	return all
}

func batchHoldsWhatRests(t conformance.T, h Harness) {
	s := h.temp(t)
	if _, err := s.OpenHandover(t.Context(), order("none"), 100); !errors.Is(err, edo.NotFound) {
		t.Errorf("nothing to hand over: %v", err)
	}
	if _, err := s.Handover(t.Context(), "none"); !errors.Is(err, edo.NotFound) {
		t.Errorf("an empty batch has a row: %v", err)
	}
	resting(t, s, "p1", nil)
	resting(t, s, "p2", nil)
	resting(t, s, "late", func(op *edo.Operation) { op.CreatedAt = noon.Add(time.Hour) })
	resting(t, s, "theirs", func(op *edo.Operation) { op.Key.Subscriber = "other" })
	resting(t, s, "sending", func(op *edo.Operation) { op.State = edo.StateSending })
	in := arrived(t, s, "r-1")
	accept(t, s, func() edo.Operation { op := Sample("working"); op.State = edo.StateSigned; return op }(), noon.Add(time.Hour))

	ours := order("b1")
	ours.Subscriber = "ours"
	b1, err := s.OpenHandover(t.Context(), ours, 2)
	must(t, err)
	items, err := s.HandoverItems(t.Context(), "b1", 0, 0)
	must(t, err)
	same(t, "items", []directory.HandoverItem{
		{Seq: 1, Item: directory.Item{Kind: directory.ItemPackage, Subscriber: "ours", ID: "p1", Revision: 1}},
		{Seq: 2, Item: directory.Item{Kind: directory.ItemPackage, Subscriber: "ours", ID: "p2", Revision: 1}},
	}, items)
	if b1.Items != 2 || b1.State != directory.HandoverOpen {
		t.Errorf("%+v", b1)
	}
	at, err := s.OpenHandoverAt(t.Context(), "/out/b1")
	must(t, err)
	same(t, "the open batch of a folder", b1, at)
	if _, err := s.OpenHandoverAt(t.Context(), "/out/b2"); !errors.Is(err, edo.NotFound) {
		t.Errorf("another folder: %v", err)
	}
	again := order("again")
	again.Place = "/out/b1"
	if _, err := s.OpenHandover(t.Context(), again, 100); !errors.Is(err, edo.Conflict) {
		t.Errorf("two open batches in one folder: %v", err)
	}
	b2, err := s.OpenHandover(t.Context(), order("b2"), 100)
	must(t, err)
	items, err = s.HandoverItems(t.Context(), "b2", 1, 0)
	must(t, err)
	same(t, "the rest after its first item", []directory.HandoverItem{
		{Seq: 2, Item: directory.Item{Kind: directory.ItemInbound, Subscriber: "ours", ID: "r-1", Revision: in.Revision}},
	}, items)
	if b2.Items != 2 {
		t.Errorf("%+v", b2)
	}
	same(t, "packages", []string{
		`p1 1 busy false in "b1"`, `p2 1 busy false in "b1"`, `late 1 busy false in ""`, `theirs 1 busy false in "b2"`,
		`sending 1 busy true in ""`, `working 1 busy true in ""`,
	}, pending(t, s, directory.ItemPackage))
	same(t, "inbound", []string{fmt.Sprintf(`r-1 %d busy false in "b2"`, in.Revision)}, pending(t, s, directory.ItemInbound))

	rows, err := s.Unarchived(t.Context(), directory.UnarchivedFilter{Kind: directory.ItemPackage, Subscriber: "ours", Until: noon.Add(time.Hour), Limit: 1, After: 1})
	must(t, err)
	if len(rows) != 1 || rows[0].ID != "p2" || !rows[0].At.Equal(noon) || rows[0].State != string(edo.StateSigned) {
		t.Errorf("%+v", rows)
	}
	if _, err := s.Unarchived(t.Context(), directory.UnarchivedFilter{}); !errors.Is(err, directory.FilterMalformed) {
		t.Errorf("a list without a kind: %v", err)
	}
}

func receiptOfABatch(t conformance.T, h Harness) {
	s := h.temp(t)
	op := resting(t, s, "p1", nil)
	must(t, errors.Join(ignore(s.OpenHandover(t.Context(), order("b1"), 100))))
	refused := func(what string, want error, reference string, manifest edo.Digest) {
		t.Helper()
		if _, err := s.AcknowledgeHandover(t.Context(), "b1", reference, manifest, "a", noon); !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("not exported", directory.HandoverEnded, "7", edo.Digest{})
	must(t, s.AddHandoverContents(t.Context(), "b1", 1, []edo.Entry{{Digest: edo.Digest{1}, Size: 10}, {Digest: edo.Digest{2}, Size: 5}}))
	b, err := s.EndExport(t.Context(), "b1", edo.Digest{9}, noon.Add(time.Minute))
	must(t, err)
	want := order("b1")
	want.State, want.Items, want.Contents, want.Bytes, want.Manifest, want.ExportedAt = directory.HandoverExported, 1, 2, 15, edo.Digest{9}, noon.Add(time.Minute)
	same(t, "exported", want, b)
	if err := s.AddHandoverContents(t.Context(), "b1", 1, []edo.Entry{{Digest: edo.Digest{3}}}); !errors.Is(err, directory.HandoverEnded) {
		t.Errorf("a content after the export: %v", err)
	}
	if _, err := s.EndExport(t.Context(), "b1", edo.Digest{8}, noon); !errors.Is(err, directory.HandoverEnded) {
		t.Errorf("a second end: %v", err)
	}
	refused("no reference", edo.TextMalformed, "", edo.Digest{})
	refused("other bytes", directory.HandoverDiffers, "7", edo.Digest{8})
	refused("unknown line", edo.Invalid, "7\n8", edo.Digest{})
	want.State, want.Reference, want.AcknowledgedAt, want.AcknowledgedBy = directory.HandoverAcknowledged, "АКТ 7", noon.Add(time.Hour), "archivist"
	for range 2 { // the same receipt twice is one
		b, err = s.AcknowledgeHandover(t.Context(), "b1", "АКТ 7", edo.Digest{9}, "archivist", noon.Add(time.Hour))
		must(t, err)
		same(t, "acknowledged", want, b)
	}
	refused("another receipt", directory.HandoverEnded, "8", edo.Digest{9})
	if _, err := s.AbandonHandover(t.Context(), "b1"); !errors.Is(err, directory.HandoverEnded) {
		t.Errorf("an acknowledged batch was given up: %v", err)
	}
	same(t, "pending", []string(nil), pending(t, s, directory.ItemPackage))

	op.State = edo.StateRevoked
	must(t, step(t, s, edo.JobTrack, "p1", edo.Change{Operation: &op}))
	same(t, "changed since", []string{`p1 2 busy false in ""`}, pending(t, s, directory.ItemPackage))
	exported(t, s, "b2", noContents)
	for range 2 {
		b, err = s.AbandonHandover(t.Context(), "b2")
		if err != nil || b.State != directory.HandoverAbandoned {
			t.Fatalf("%+v %v", b, err)
		}
	}
	exported(t, s, "b3", noContents)
	all, err := s.Handovers(t.Context(), 2)
	must(t, err)
	if diff := cmp.Diff([]edo.BatchID{"b3", "b2"}, []edo.BatchID{all[0].ID, all[1].ID}, cmpopts.EquateEmpty()); diff != "" || len(all) != 2 {
		t.Errorf("newest first (-want +got):\n%s", diff)
	}
	if _, err := s.AbandonHandover(t.Context(), "none"); !errors.Is(err, edo.NotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func ignore[T any](_ T, err error) error { return err }
