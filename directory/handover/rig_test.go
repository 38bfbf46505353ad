package handover_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/conformance/archivetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// begun is when the documents of every test were accepted; lapsed is when the retention of all of them has passed.
var (
	begun  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	lapsed = time.Date(2032, 1, 1, 0, 0, 0, 0, time.UTC)
)

// rig is a store, an archive in a folder, and a clock.
type rig struct {
	dir     string
	now     time.Time
	store   *sqlite.Store
	archive *archive.Archive
	n       int
	kept    []edo.Digest // that a test expects to stay
	*handover.Keeper
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{dir: t.TempDir(), now: begun}
	clock := func() time.Time { return r.now }
	var err error
	if r.archive, err = archive.Open(archive.Config{Path: filepath.Join(r.dir, "archive"), Now: clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.archive.Close() })
	r.store, err = sqlite.OpenAndMigrate(t.Context(), sqlite.Config{Path: filepath.Join(r.dir, "edo.db"), Archive: r.archive, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.store.Close() })
	r.Keeper = r.keeper(t, r.store, r.archive)
	return r
}

func (r *rig) keeper(t testing.TB, s handover.Store, a edo.Depot) *handover.Keeper {
	t.Helper()
	k, err := handover.New(handover.Config{
		Store: s, Archive: a, Retention: directory.DefaultRetention(), Spool: t.TempDir(), Now: func() time.Time { return r.now },
		NewID: func() string { r.n++; return fmt.Sprintf("batch-%d", r.n) },
	})
	must(t, err)
	return k
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// put stores bytes as they would have been stored when the test began.
func (r *rig) put(t testing.TB, content string) edo.Digest {
	t.Helper()
	d := archivetest.Store(t, r.archive, []byte(content))
	must(t, os.Chtimes(r.entry(d), begun, begun))
	return d
}

func (r *rig) entry(d edo.Digest) string {
	return filepath.Join(r.dir, "archive", d.String()[:2], d.String())
}

// pack is a signed package of one document with a signature and a printed form.
func (r *rig) pack(t testing.TB, id, content string) edo.Operation {
	t.Helper()
	return r.accept(t, r.operation(t, id, content))
}

func (r *rig) operation(t testing.TB, id, content string) edo.Operation {
	t.Helper()
	return edo.Operation{
		Key: edo.Key{Subscriber: "ours", Package: edo.PackageID(id)}, Operator: "op", Actor: "clerk", State: edo.StateSigned,
		OperatorTime: begun, SentAt: begun, CreatedAt: begun, UpdatedAt: begun, Revision: 1,
		Documents: []edo.DocumentStatus{{
			ID: "1", Name: "contract.pdf", Kind: "Договор", Digest: r.put(t, content), Size: int64(len(content)), State: edo.StateSigned,
			Signature: r.put(t, "signature of "+id), Stamp: edo.StampReady,
			Versions: []edo.Version{{Document: "1", Role: edo.RoleOperatorForm, Name: "form.pdf", Digest: r.put(t, "form of "+id), Size: int64(len("form of " + id)), At: begun}},
		}},
	}
}

func (r *rig) accept(t testing.TB, op edo.Operation, jobs ...edo.Job) edo.Operation {
	t.Helper()
	stored, created, err := r.store.Accept(t.Context(), op, jobs, nil)
	if err != nil || !created {
		t.Fatalf("Accept: %v %v", created, err)
	}
	return stored
}

// settle commits a change to a package as its job would.
func (r *rig) settle(t testing.TB, k edo.Key, kind edo.JobKind, c edo.Change) {
	t.Helper()
	must(t, r.store.Start(t.Context(), edo.Job{Key: k, Kind: kind}))
	j, found, err := r.store.Claim(t.Context(), "w", r.now, r.now.Add(time.Minute))
	if err != nil || !found {
		t.Fatalf("Claim: %v %v", found, err)
	}
	c.At, c.Done = r.now, true
	must(t, r.store.Settle(t.Context(), j, c))
}

// came is an inbound document with one signature.
func (r *rig) came(t testing.TB, remote, content string) edo.InboundDocument {
	t.Helper()
	d := edo.InboundDocument{
		Key: edo.InboundKey{Subscriber: "ours", Remote: edo.RemoteID(remote)}, Message: edo.MessageID("m-" + remote), Name: "request.pdf", Class: edo.ClassMain,
		KindID: "application", State: edo.InboundStored, Digest: r.put(t, content), Size: int64(len(content)),
		Signatures:   []edo.InboundSignature{{ID: "1", CMS: r.put(t, "signature of "+remote)}, {ID: "2"}},
		OperatorTime: begun, ReceivedAt: begun, Revision: 1,
	}
	k := edo.Key{Subscriber: "ours", Package: edo.PackageID(d.Message)}
	r.settle(t, k, edo.JobTake, edo.Change{Inbound: []edo.InboundDocument{d}})
	return d
}

// exchange is a row of the log with a content in its request, whose exact bytes are returned.
func (r *rig) exchange(t testing.TB, pack, content string) (edo.ExchangeID, []byte) {
	t.Helper()
	d := r.put(t, content)
	const head, tail = "<send><password>", "</password><body>"
	text := head + "[secret]" + tail + "[content]" + "</body></send>"
	m := edo.Masked{Text: []byte(text), Holes: []edo.Hole{
		{Start: len(head), End: len(head + "[secret]"), Kind: edo.HoleSecret, Name: "password"},
		{Start: len(head + "[secret]" + tail), End: len(head + "[secret]" + tail + "[content]"), Kind: edo.HoleRaw, Name: "body", Digest: d, Size: int64(len(content))},
	}}
	exact := []byte(head + "hunter2" + tail + content + "</body></send>")
	e, err := r.store.Begin(t.Context(), edo.ExchangeRequest{
		Subscriber: "ours", Package: edo.PackageID(pack), Operation: "Send", Endpoint: "https://op", At: begun, Body: m, Size: int64(len(exact)),
	})
	must(t, err)
	sum, _, err := edo.DigestOf(bytes.NewReader(exact))
	must(t, err)
	must(t, e.Finish(t.Context(), edo.ExchangeAnswer{At: begun, Outcome: edo.OutcomeOK, RequestDigest: sum, RequestSent: int64(len(exact))}))
	return e.ID(), exact
}

// export hands everything over and gives the folder.
func (r *rig) export(t testing.TB) (directory.Handover, string) {
	t.Helper()
	folder := filepath.Join(r.dir, fmt.Sprintf("export-%d", r.n+1))
	h, err := r.Export(t.Context(), handover.Order{Until: r.now.Add(time.Hour), Folder: folder, Actor: "archivist"})
	must(t, err)
	return h, folder
}

func (r *rig) acknowledge(t testing.TB, h directory.Handover) {
	t.Helper()
	got, err := r.store.AcknowledgeHandover(t.Context(), h.ID, "АКТ-"+string(h.ID), h.Manifest, "archivist", r.now)
	if err != nil || got.State != directory.HandoverAcknowledged {
		t.Fatalf("%+v %v", got, err)
	}
}

// archived exports and acknowledges everything.
func (r *rig) archived(t testing.TB) (directory.Handover, string) {
	t.Helper()
	h, folder := r.export(t)
	r.acknowledge(t, h)
	return h, folder
}

func (r *rig) run(t testing.TB) handover.Deleted {
	t.Helper()
	d, err := r.Run(t.Context(), handover.RunOptions{Actor: "archivist"})
	must(t, err)
	return d
}

func (r *rig) there(t testing.TB, d edo.Digest) bool {
	t.Helper()
	c, err := r.archive.Open(t.Context(), d)
	if errors.Is(err, edo.NotFound) {
		return false
	}
	must(t, err)
	must(t, archivetest.ReadExactly(t.Context(), c))
	return true
}

func (r *rig) row(t testing.TB, d edo.Digest) *edo.Deletion {
	t.Helper()
	row, err := r.store.Departed(context.Background(), d)
	if errors.Is(err, edo.NotFound) {
		return nil
	}
	must(t, err)
	return &row
}

// consistent fails where a content is neither there nor has its row.
func (r *rig) consistent(t testing.TB, digests ...edo.Digest) {
	t.Helper()
	for _, d := range digests {
		if !r.there(t, d) && r.row(t, d) == nil {
			t.Errorf("%s is gone without a row", d.Short())
		}
	}
}

func digestsOf(op edo.Operation) []edo.Digest {
	d := op.Documents[0]
	return []edo.Digest{d.Digest, d.Signature, d.Versions[0].Digest}
}
