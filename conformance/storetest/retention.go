package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// shared is the content of documents in these cases.
func shared() edo.Digest { return edo.Digest{0x51} }

// only makes a package of one document that refers to the shared content in the given way.
func only(how func(*edo.DocumentStatus)) func(*edo.Operation) {
	return func(op *edo.Operation) {
		op.Documents = op.Documents[:1]
		op.Documents[0].Digest, op.Documents[0].Signature, op.Documents[0].Versions = edo.Digest{byte(op.Key.Package[0])}, edo.Digest{}, nil
		how(&op.Documents[0])
	}
}

func holding(d edo.Digest) func(directory.HandoverItem) []edo.Entry {
	return func(directory.HandoverItem) []edo.Entry { return []edo.Entry{{Digest: d, Size: 3}} }
}

func owning(t conformance.T, s Store, d edo.Digest) (all []string) {
	t.Helper()
	found, err := s.Owners(t.Context(), []edo.Digest{{0xff}, d})
	must(t, err)
	if len(found) > 1 {
		t.Errorf("owners of contents that nobody has asked for: %v", found)
	}
	rows := found[d]
	slices.SortFunc(rows, func(a, b directory.Owner) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Document, b.Document))
	})
	for _, o := range rows {
		all = append(all, fmt.Sprintf("%s %s/%s/%s %d %q %s %v busy %v archived %v", o.Item.Kind, o.Subscriber, o.ID, o.Document, o.Revision, o.Kind,
			o.State, o.Last.Sub(noon), o.Busy, o.Archived))
	}
	return all
}

func ownersOfAContent(t conformance.T, h Harness) {
	s := h.temp(t)
	resting(t, s, "a", only(func(d *edo.DocumentStatus) { d.Digest = shared() }))
	resting(t, s, "b", only(func(d *edo.DocumentStatus) { d.Signature, d.State = shared(), edo.StateRevoked }))
	resting(t, s, "c", func(op *edo.Operation) {
		only(func(d *edo.DocumentStatus) {
			d.State = ""
			d.Versions = []edo.Version{{Document: "b", Role: edo.RoleOperatorForm, Name: "f", Digest: shared(), Size: 3, At: noon}}
		})(op)
		op.State, op.OperatorTime = edo.StateFailed, noon.Add(time.Minute)
	})
	resting(t, s, "d", only(func(*edo.DocumentStatus) {}))
	task := openTask("d")
	task.Key.Document, task.Digest = "b", shared()
	must(t, step(t, s, edo.JobTrack, "d", edo.Change{Tasks: []edo.SignatureTask{task}}))
	in, signed := received("e"), received("f")
	in.Message, signed.Message = "m-e", "m-f"
	in.Digest, signed.Signatures[0].CMS, signed.KindID = shared(), shared(), "inquiry"
	must(t, step(t, s, edo.JobTake, "m-e", edo.Change{Inbound: []edo.InboundDocument{in}}))
	must(t, step(t, s, edo.JobTake, "m-f", edo.Change{Inbound: []edo.InboundDocument{signed}}))
	resting(t, s, "stranger", nil)
	must(t, s.Start(t.Context(), edo.Job{Key: edo.Key{Subscriber: "ours"}, Document: "f", Kind: edo.JobTerm, Due: noon}))
	want := []string{
		`package ours/a/b 1 "Письмо" signed 0s busy false archived false`,
		`package ours/b/b 1 "Письмо" revoked 0s busy false archived false`,
		`package ours/c/b 1 "Письмо" failed 1m0s busy false archived false`,
		`package ours/d/b 2 "Письмо" signed 0s busy true archived false`,
		`inbound ours/e/ 1 "application" inbound 0s busy false archived false`,
		`inbound ours/f/ 1 "inquiry" inbound 0s busy true archived false`,
	}
	same(t, "owners", want, owning(t, s, shared()))
	settleAll(t, s)

	acknowledged(t, s, exported(t, s, "b1", func(i directory.HandoverItem) []edo.Entry {
		if i.ID == "b" {
			return nil // an archive that does not hold it is none
		}
		return []edo.Entry{{Digest: shared(), Size: 3}}
	}))
	found, err := s.Owners(t.Context(), []edo.Digest{shared()})
	must(t, err)
	archived := map[string]bool{}
	for _, o := range found[shared()] {
		archived[o.ID] = o.Archived
	}
	same(t, "archived", map[string]bool{"a": true, "b": false, "c": true, "d": false, "e": true, "f": true, "stranger": true}, archived)
}

func deletionIsARow(t conformance.T, h Harness) {
	s := h.temp(t)
	ctx := t.Context()
	op := resting(t, s, "a", only(func(d *edo.DocumentStatus) { d.Digest = shared() }))
	b := exported(t, s, "b1", holding(shared()))
	deletable := func() []edo.Deletion {
		t.Helper()
		rows, err := s.Deletable(ctx, edo.Digest{}, 10)
		must(t, err)
		return rows
	}
	same(t, "before the receipt", []edo.Deletion(nil), deletable())
	b = acknowledged(t, s, b)
	row := edo.Deletion{Digest: shared(), Size: 3, Batch: "b1", Reference: b.Reference}
	same(t, "after the receipt", []edo.Deletion{row}, deletable())
	if rest, err := s.Deletable(ctx, shared(), 10); err != nil || len(rest) != 0 {
		t.Errorf("after the last: %v %v", rest, err)
	}
	row.Actor, row.At = "archivist", noon.Add(time.Hour)
	condemn := func(allow bool) []edo.Deletion {
		t.Helper()
		written, err := s.Condemn(ctx, []edo.Deletion{row}, func(d edo.Digest, owners []directory.Owner) bool {
			if d != shared() || len(owners) == 0 || owners[0].ID != string(op.Key.Package) || !owners[0].Archived {
				t.Errorf("asked about %s with %+v", d, owners)
			}
			return allow
		})
		must(t, err)
		return written
	}
	same(t, "not allowed", []edo.Deletion(nil), condemn(false))
	if _, err := s.Departed(ctx, shared()); !errors.Is(err, edo.NotFound) {
		t.Errorf("a row without leave: %v", err)
	}
	same(t, "allowed", []edo.Deletion{row}, condemn(true))
	same(t, "twice is once", []edo.Deletion(nil), condemn(true))
	same(t, "not deletable twice", []edo.Deletion(nil), deletable())
	is := func(what string, want edo.Deletion, unfinished int) {
		t.Helper()
		got, err := s.Departed(ctx, shared())
		must(t, err)
		same(t, what, want, got)
		open, err := s.UnfinishedDeletions(ctx, 10)
		if err != nil || len(open) != unfinished {
			t.Errorf("%s: unfinished %v %v", what, open, err)
		}
	}
	is("written", row, 1)
	must(t, s.EndDeletion(ctx, shared(), noon.Add(2*time.Hour)))
	row.RemovedAt = noon.Add(2 * time.Hour)
	is("removed", row, 0)
	if err := s.EndDeletion(ctx, shared(), noon); !errors.Is(err, edo.NotFound) {
		t.Errorf("ended twice: %v", err)
	}
	must(t, s.UndoDeletion(ctx, shared(), noon.Add(3*time.Hour)))
	if _, err := s.Departed(ctx, shared()); !errors.Is(err, edo.NotFound) {
		t.Errorf("restored, and gone: %v", err)
	}
	if err := s.UndoDeletion(ctx, shared(), noon); !errors.Is(err, edo.NotFound) {
		t.Errorf("undone twice: %v", err)
	}
	row.At, row.RemovedAt = noon.Add(4*time.Hour), time.Time{}
	same(t, "deleted again", []edo.Deletion{row}, condemn(true))

	must(t, s.EndDeletion(ctx, shared(), noon.Add(5*time.Hour)))
	resting(t, s, "later", only(func(d *edo.DocumentStatus) { d.Digest = shared() }))
	later := exported(t, s, "b2", holding(shared()))
	_, err := s.AcknowledgeHandover(ctx, later.ID, "АКТ-2", edo.Digest{}, "a", noon.Add(6*time.Hour))
	must(t, err)
	row.At = noon.Add(7 * time.Hour)
	written, err := s.Condemn(ctx, []edo.Deletion{row}, func(edo.Digest, []directory.Owner) bool { return true })
	must(t, err)
	if len(written) != 1 || written[0].Batch != "b2" || written[0].Reference != "АКТ-2" {
		t.Errorf("bytes that came back with a later package: %+v", written)
	}
	stray := edo.Deletion{Digest: edo.Digest{0x77}, At: noon}
	if _, err := s.Condemn(ctx, []edo.Deletion{stray}, func(edo.Digest, []directory.Owner) bool { return true }); !errors.Is(err, edo.Conflict) {
		t.Errorf("a content of no batch: %v", err)
	}
}

func referencesOfEveryRow(t conformance.T, h Harness) {
	s := h.temp(t)
	resting(t, s, "a", func(op *edo.Operation) {
		only(func(d *edo.DocumentStatus) {
			d.Digest, d.Signature = edo.Digest{1}, edo.Digest{2}
			d.Versions = []edo.Version{{Document: "b", Role: edo.RoleLocalMark, Name: "f", Digest: edo.Digest{3}, Size: 9, At: noon.Add(time.Hour)}}
		})(op)
	})
	resting(t, s, "bare", only(func(d *edo.DocumentStatus) { d.Digest = edo.Digest{} }))
	task := openTask("a")
	must(t, step(t, s, edo.JobTrack, "a", edo.Change{Tasks: []edo.SignatureTask{task}}))
	in := received("r-1")
	in.Signatures = append(in.Signatures, edo.InboundSignature{ID: "none"})
	take(t, s, edo.Change{Inbound: []edo.InboundDocument{in}})
	e, err := s.Begin(t.Context(), edo.ExchangeRequest{Subscriber: "ours", Operation: "Send", At: noon, Body: edo.Masked{Text: []byte("[x][s]"), Holes: []edo.Hole{
		{Start: 0, End: 3, Kind: edo.HoleBase64, Digest: edo.Digest{4}, Size: 11}, {Start: 3, End: 6, Kind: edo.HoleSecret, Name: "s"},
	}}})
	must(t, err)
	must(t, e.Finish(t.Context(), edo.ExchangeAnswer{At: noon, Outcome: edo.OutcomeOK, Body: edo.Masked{Text: []byte("[y]"), Holes: []edo.Hole{
		{Start: 0, End: 3, Kind: edo.HoleRaw, Digest: edo.Digest{5, 5}, Size: 12},
	}}}))
	_, err = s.Begin(t.Context(), edo.ExchangeRequest{Subscriber: "ours", Operation: "Send", At: noon}) // without an answer
	must(t, err)
	var got []string
	enough := errors.New("enough")
	collect := func(r directory.Reference) error {
		if r.Where == "" {
			t.Errorf("nobody is told where: %+v", r)
		}
		got = append(got, fmt.Sprintf("%s %x %d %v", r.What, r.Digest[:1], r.Size, r.At.Sub(noon)))
		return nil
	}
	must(t, s.References(t.Context(), collect))
	slices.Sort(got)
	same(t, "references", []string{
		"inbound 05 77 0s", "inbound-signature 06 -1 0s", "log 04 11 0s", "log 05 12 0s", "original 01 150000 0s", "signature 02 -1 0s",
		"task 08 5 0s", "version 03 9 1h0m0s",
	}, got)
	if err := s.References(t.Context(), func(directory.Reference) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("a caller that has enough: %v", err)
	}
}
