package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

// home looks at the folder and takes the store's write lock. It comes before everything that opens the store, which
// would have to wait for whoever holds it. False: there is nothing more to examine.
func (e *examination) home() bool {
	folder := e.command.home
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		e.add("home.missing", "", folder)
		return false
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		e.add("home.open", "", folder, info.Mode().Perm())
	}
	if !onServer(e.getenv) && !hasDatabase(folder) {
		e.add("database.missing", "")
		return false
	}
	wait := min(e.Timeout, patience)
	where, err := place(folder, e.getenv)
	if err == nil {
		err = local.Probe(e.ctx, where, wait)
	}
	switch {
	case errors.Is(err, directory.StoreBusy):
		e.add("store.busy", "", wait)
		return false
	case err != nil:
		e.unwritable(&e.report, err)
	}
	return true
}

// unwritable tells apart why a store takes no writes.
func (e *examination) unwritable(r *report, err error) {
	id := "store.unwritable"
	switch edo.ReasonOf(err) {
	case directory.StoreFull:
		id = "store.full"
	case directory.StoreReadOnly:
		id = "store.read-only"
	case directory.StoreCorrupt:
		id = "store.corrupt"
	case directory.StoreUnsafe:
		id = "store.unsafe"
	}
	r.addErr(err, id, "")
}

// surroundings looks at what can be looked at without opening anything.
func (e *examination) surroundings() {
	e.disks()
	e.within(sentence{"папка сокетов", "the folder of sockets"}, e.sockets)
}

// space of a disk in bytes.
type space struct{ free, total uint64 }

// disks looks at the disks of database and archive; when they are one, it is told once.
func (e *examination) disks() {
	const fatal = 64 << 20
	e.within(sentence{"свободное место", "free space"}, func(_ context.Context, r *report) {
		told := map[uint64]bool{}
		for _, folder := range []string{e.command.home, filepath.Join(e.command.home, local.ArchiveDir)} {
			s, err := e.free(folder)
			switch mib := s.free >> 20; {
			case err != nil || s.total == 0 || told[s.total]: // the system cannot say, or has said it
			case s.free < fatal:
				r.add("disk.full", folder, folder, mib)
			case mib < uint64(max(e.MinFree, 0)):
				r.add("disk.low", folder, folder, mib)
			}
			told[s.total] = true
		}
	})
}

// sockets opens a socket where a host's plugin would: the folder must be writable, and its path short enough.
func (e *examination) sockets(ctx context.Context, r *report) {
	if runtime.GOOS == "windows" {
		return // loopback addresses there
	}
	folder, err := os.MkdirTemp(e.temp, "edo-dms-")
	if err == nil {
		defer func() { _ = os.RemoveAll(folder) }()
		var l net.Listener
		if l, err = (&net.ListenConfig{}).Listen(ctx, "unix", filepath.Join(folder, "s")); err == nil {
			err = l.Close()
		}
	}
	if err != nil {
		r.addErr(err, "sockets.unwritable", "", e.temp)
	}
}

func tempDir() string { return os.TempDir() }

// unopened says which of store, archive and key keeps the home folder closed.
func (e *examination) unopened(err error) {
	var known *edo.Error
	id := "home.unopened"
	switch reason := edo.ReasonOf(err); {
	case reason == secret.KeyFileMissing:
		id = "key.missing"
	case reason == secret.KeyFileOpen:
		id = "key.open"
	case reason == secret.KeyFileMalformed:
		id = "key.malformed"
	case reason == directory.SchemaOld, reason == directory.SchemaNew:
		id = "store.schema"
	case reason == directory.StoreUnsafe && errors.As(err, &known) && known.Field == "path":
		id = "store.network"
	case reason == directory.StoreUnsafe:
		id = "store.unsafe"
	case errors.As(err, &known) && strings.HasPrefix(known.Op, "archive."):
		e.archiveFault(&e.report, err)
		return
	case errors.As(err, &known) && (strings.HasPrefix(known.Op, "sqlite.") || strings.HasPrefix(known.Op, "postgres.")):
		e.unwritable(&e.report, err)
		return
	}
	e.addErr(err, id, "")
}

// database asks the store for the settings that keep what it has acknowledged, and for a write.
func (e *examination) database(p *parts) {
	x := e.examiner(p)
	e.within(sentence{"хранилище", "the store"}, func(ctx context.Context, r *report) {
		if err := x.Writable(ctx); err != nil {
			e.unwritable(r, err)
		}
		settings, err := x.Settings(ctx)
		if err != nil {
			r.addErr(err, "store.unread", "")
		}
		for _, s := range settings {
			if !s.Safe {
				r.add("store.setting", s.Name, s.Name, s.Value, s.Wanted)
			}
		}
	})
}

// archive goes the way of a document without storing one.
func (e *examination) archive(p *parts) {
	e.within(sentence{"архив документов", "the document archive"}, func(ctx context.Context, r *report) {
		if err := p.Archive.Probe(ctx); err != nil {
			e.archiveFault(r, err)
			return
		}
		r.add("archive.ok", "")
	})
}

func (e *examination) archiveFault(r *report, err error) {
	var known *edo.Error
	id := "archive.unwritable"
	switch {
	case errors.Is(err, archive.Full):
		id = "archive.full"
	case errors.As(err, &known) && known.Field == archive.ProbeSpool:
		id = "archive.spool"
	}
	r.addErr(err, id, "")
}
