package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// TestArchiveFromSendToRestore is the life of bytes: sent, signed, checked, handed over, acknowledged, deleted when the law
// allows it, shown as gone, and back from the external copy.
func TestArchiveFromSendToRestore(t *testing.T) {
	t.Parallel()
	m := openMailroom(t)
	m.run(t, "responsible", "set", "smirnova", "--scope", "administrator", "--subscriber", string(us))
	op := m.signedPackage(t)
	remotes, err := m.operator.Plant(m.them.Boxes[0], m.us.Boxes[0], 1, func(int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{Kind: "Заявление"}
	})
	if err != nil {
		t.Fatal(err)
	}
	m.shows(t, "receipt given", "inbox", "show", remotes[0], "--subscriber", string(us))
	digest := op.Documents[0].Digest

	if found := m.checked(t, 0); found.Contents == 0 || found.Right != found.Contents || found.Unreferenced != 0 {
		t.Errorf("%+v", found)
	}
	stored := filepath.Join(m.home(), local.ArchiveDir, digest.String()[:2], digest.String())
	original, err := os.ReadFile(stored)
	if err != nil {
		t.Fatal(err)
	}
	batch := m.handsOver(t, op.Key.Package)
	m.deletesLater(t)
	if _, err := os.Stat(stored); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the bytes are still here: %v", err)
	}
	m.showsGone(t, op, batch)

	m.refuses(t, "archive", "restore", "handed-over", "--digest", digest.String(), "--actor", string(clerk))
	out := m.run(t, "archive", "restore", "handed-over", "--digest", digest.String(), "--actor", "archivist")
	holds(t, out, "restored: 1")
	m.run(t, "fetch", "signed-1", "1", "--subscriber", string(us), "--role", "original", "--out", "again.txt")
	if got, err := os.ReadFile(filepath.Join(m.dir, "again.txt")); err != nil || !bytes.Equal(got, original) {
		t.Errorf("%q %v", got, err)
	}
	if err := os.WriteFile(stored, bytes.ToUpper(original), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := m.checked(t, 1); found.Damaged != 1 || len(found.Wrong) != 1 || found.Wrong[0].Digest != digest {
		t.Errorf("%+v", found)
	}
	if found := m.checked(t, 0, "--to", "2020-01-01"); found.Contents != 0 {
		t.Errorf("%+v", found)
	}
}

// signedPackage sends one letter that the counterparty signs, and waits until all work on it is over.
func (m *mailroom) signedPackage(t *testing.T) edo.Operation {
	t.Helper()
	m.write(t, "letter.txt", []byte("письмо, которое хранят"))
	m.run(t, "send", "letter.txt", "--subscriber", string(us), "--actor", string(clerk), "--to-inn", m.them.INN, "--to-kpp", m.them.KPP, "--need-sign",
		"--signer", "service", "--package", "signed-1", "--wait", "--timeout", "60s")
	k := edo.Key{Subscriber: us, Package: "signed-1"}
	op, err := m.client.Status(t.Context(), k)
	if err == nil {
		err = m.operator.SignByRecipient(string(op.Documents[0].Remote))
	}
	if err != nil {
		t.Fatal(err)
	}
	m.shows(t, "signed by the counterparty", "status", "signed-1", "--subscriber", string(us))
	if op, err = m.client.Status(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return op
}

func (m *mailroom) checked(t *testing.T, code int, args ...string) (found handover.Checked) {
	t.Helper()
	out, got := m.try(t, append([]string{"--json", "archive", "check"}, args...)...)
	if err := json.Unmarshal([]byte(out), &found); err != nil || got != code {
		t.Fatalf("exit code %d, %v: %s", got, err, out)
	}
	return found
}

// handsOver exports all that is at rest, again and again until the package is in a batch, and brings the receipt.
func (m *mailroom) handsOver(t *testing.T, pack edo.PackageID) directory.Handover {
	t.Helper()
	tomorrow := time.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	create := []string{"--json", "archive", "hand-over", "create", "--actor", "archivist", "--until", tomorrow, "--out", "handed-over"}
	m.rests(t, pack)
	m.refuses(t, create...)
	m.run(t, "user", "allow", "archivist", "--subscriber", string(us), "--action", "export,administer")
	var h directory.Handover
	if err := json.Unmarshal([]byte(m.run(t, create...)), &h); err != nil {
		t.Fatal(err)
	}
	if h.State != directory.HandoverExported || h.Items == 0 {
		t.Fatalf("%+v", h)
	}
	holds(t, m.run(t, "archive", "hand-over", "verify", "handed-over"), "contents right", h.Manifest.String())
	m.seesAnotherManifest(t, h)
	if out, code := m.try(t, append(create[:len(create)-1], "handed-over")...); code == 0 || !strings.Contains(out, "is not empty") {
		t.Errorf("a finished export was written over: %s", out)
	}
	if out, code := m.try(t, "archive", "pending"); code != 1 || !strings.Contains(out, "not acknowledged") {
		t.Errorf("%d %s", code, out)
	}
	readings := m.run(t, "--json", "user", "list", "--subscriber", string(us))
	holds(t, readings, `"Action":"export"`, "archive hand-over create --until "+tomorrow+" --actor archivist")
	if n := strings.Count(readings, "archive hand-over create"); n != 1 { // the folder that was not empty got nothing
		t.Errorf("%d readings: %s", n, readings)
	}
	acknowledge := []string{"--lang", "ru", "archive", "hand-over", "acknowledge", string(h.ID), "--actor", "archivist", "--reference", "АКТ-7", "--manifest"}
	m.refuses(t, "archive", "hand-over", "acknowledge", string(h.ID), "--reference", "АКТ-7", "--actor", string(clerk))
	m.refuses(t, "archive", "hand-over", "abandon", string(h.ID), "--actor", string(clerk))
	m.refuses(t, "archive", "delete", "--actor", string(clerk))
	if out, code := m.try(t, append(acknowledge, strings.Repeat("0a", 32))...); code == 0 || !strings.Contains(out, "другие байты") {
		t.Errorf("a receipt of other bytes: %s", out)
	}
	holds(t, m.run(t, append(acknowledge, h.Manifest.String())...), "принята внешним архивом", "АКТ-7")
	if out, _ := m.try(t, "archive", "pending"); strings.Contains(out, string(pack)) {
		t.Errorf("still pending: %s", out)
	}
	holds(t, m.run(t, "archive", "hand-over", "list"), string(h.ID), "АКТ-7")
	holds(t, m.run(t, "archive", "delete"), "deleted: 0") // by the user of this system
	return h
}

// refuses: who is not allowed does nothing to the archive.
func (m *mailroom) refuses(t *testing.T, args ...string) {
	t.Helper()
	if out, code := m.try(t, args...); code == 0 || !strings.Contains(out, "an administrator has to allow it") {
		t.Errorf("%v: exit code %d: %s", args, code, out)
	}
}

// seesAnotherManifest: a manifest that was changed agrees with itself and the lists, and with nothing that was kept of it.
func (m *mailroom) seesAnotherManifest(t *testing.T, h directory.Handover) {
	t.Helper()
	verify := []string{"archive", "hand-over", "verify", "handed-over"}
	const alone = "nobody has said which manifest it must be"
	holds(t, m.run(t, verify...), "the manifest is the one that was handed over")
	nowhere := append([]string{"--home", ""}, verify...)
	holds(t, m.run(t, nowhere...), "contents right", alone)
	holds(t, m.run(t, append(nowhere, "--manifest", h.Manifest.String())...), "the manifest is the one that was handed over")

	file := filepath.Join(m.dir, "handed-over", handover.ManifestFile)
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.WriteFile(file, kept, 0o600); err != nil {
			t.Fatal(err)
		}
	}()
	for was, seen := range map[string]string{"archivist": "wrong: manifest.json is not the one", string(h.ID): "SOMEBODY was not handed over from here"} {
		if err := os.WriteFile(file, bytes.ReplaceAll(kept, []byte(was), []byte("SOMEBODY")), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := m.try(t, verify...); code != 1 || !strings.Contains(out, seen) || strings.Contains(out, alone) {
			t.Errorf("%s is another: exit code %d: %s", was, code, out)
		}
		if out, code := m.try(t, append(nowhere, "--manifest", h.Manifest.String())...); code != 1 || !strings.Contains(out, "manifest.json is not the one that was handed over") {
			t.Errorf("%s is another: exit code %d: %s", was, code, out)
		}
		if out, code := m.try(t, "--lang", "ru", "archive", "restore", "handed-over"); was == "archivist" && (code != 1 || !strings.Contains(out, "возвращено: 0")) {
			t.Errorf("restored: exit code %d: %s", code, out)
		}
		holds(t, m.run(t, nowhere...), alone)
	}
}

// rests waits until no work on a package is left.
func (m *mailroom) rests(t *testing.T, pack edo.PackageID) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		var rows []directory.Unarchived
		out, _ := m.try(t, "--json", "archive", "pending")
		if err := json.Unmarshal([]byte(out), &rows); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, r := range rows {
			if r.ID == string(pack) && !r.Busy {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not come to rest: %s", pack, out)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// deletesLater runs the retention as it will run when twelve years have passed.
func (m *mailroom) deletesLater(t *testing.T) {
	t.Helper()
	home, err := local.Open(t.Context(), m.home())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = home.Close() }()
	k, err := home.Keeper(handover.Config{Now: func() time.Time { return time.Now().AddDate(12, 0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	done, err := k.Run(t.Context(), handover.RunOptions{Actor: "archivist"})
	if err != nil || done.Contents < 3 {
		t.Fatalf("%+v %v", done, err)
	}
}

// showsGone: every reader is told where the bytes are, and the check counts them.
func (m *mailroom) showsGone(t *testing.T, op edo.Operation, batch directory.Handover) {
	t.Helper()
	out, code := m.try(t, "--lang", "ru", "fetch", "signed-1", "1", "--subscriber", string(us), "--role", "original", "--out", "gone.txt")
	if code == 0 {
		t.Fatal("a deleted content was read")
	}
	holds(t, out, "Содержимое передано во внешний архив", "АКТ-7", string(batch.ID))
	_, err := m.client.Content(t.Context(), op.Key, "1", edo.RoleOriginal, io.Discard)
	if !errors.Is(err, edo.ContentGone) || !strings.Contains(err.Error(), "АКТ-7") {
		t.Errorf("the plugin says %v", err)
	}
	rows, err := m.client.Log(t.Context(), directory.ExchangeFilter{Subscriber: us, Package: op.Key.Package, Operation: "SendMessage"})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	out = m.run(t, "--lang", "ru", "log", "show", string(rows[0].ID), "--xml", "--request")
	holds(t, out, "sha256 "+op.Documents[0].Digest.String(), "содержимое передано во внешний архив под номером АКТ-7, партия "+string(batch.ID))
	if raw := m.run(t, "log", "show", string(rows[0].ID), "--raw", "--request"); strings.Contains(raw, "АКТ-7") {
		t.Error("the stored bytes of the log were changed")
	}
	var xml bytes.Buffer
	if _, err := m.client.RawXML(t.Context(), rows[0].ID, dmsplugin.RequestSide, &xml); err != nil {
		t.Fatal(err)
	}
	holds(t, xml.String(), "handed over to the external archive as АКТ-7")
	if found := m.checked(t, 0); found.Departed < 3 || found.Missing+found.Damaged != 0 {
		t.Errorf("%+v", found)
	}
}
