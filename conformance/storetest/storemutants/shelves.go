package storemutants

import (
	"context"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type shelved struct {
	storetest.Store

	what string
}

func (s shelved) OpenHandover(ctx context.Context, h directory.Handover, limit int) (directory.Handover, error) {
	if s.what == "limitless" {
		limit *= 2
	}
	return s.Store.OpenHandover(ctx, h, limit)
}

func (s shelved) HandoverItems(ctx context.Context, id edo.BatchID, after int64, limit int) ([]directory.HandoverItem, error) {
	all, err := s.Store.HandoverItems(ctx, id, after, limit)
	if s.what == "items" {
		return shorter(all, err)
	}
	return all, err
}

func (s shelved) AcknowledgeHandover(ctx context.Context, id edo.BatchID, reference string, manifest edo.Digest, actor edo.ActorID, now time.Time) (directory.Handover, error) {
	if s.what == "any receipt" {
		if h, err := s.Store.Handover(ctx, id); err == nil {
			manifest = h.Manifest
		}
	}
	return s.Store.AcknowledgeHandover(ctx, id, reference, manifest, actor, now)
}

func (s shelved) Owners(ctx context.Context, digests []edo.Digest) (map[edo.Digest][]directory.Owner, error) {
	all, err := s.Store.Owners(ctx, digests)
	if s.what == "owners" {
		for d := range all {
			all[d] = all[d][:1]
		}
	}
	return all, err
}

func (s shelved) Condemn(ctx context.Context, rows []edo.Deletion, allow func(edo.Digest, []directory.Owner) bool) ([]edo.Deletion, error) {
	if s.what == "condemns" {
		allow = func(edo.Digest, []directory.Owner) bool { return true }
	}
	return s.Store.Condemn(ctx, rows, allow)
}

func (s shelved) References(ctx context.Context, each func(directory.Reference) error) error {
	n := 0
	return s.Store.References(ctx, func(r directory.Reference) error {
		if n++; s.what == "references" && n%3 == 0 {
			return nil
		}
		return each(r)
	})
}

func (s shelved) Workload(ctx context.Context, now time.Time) (directory.Workload, error) {
	if s.what == "idle" {
		return directory.Workload{}, nil
	}
	return s.Store.Workload(ctx, now)
}

func (s shelved) Writable(ctx context.Context) error {
	if s.what == "writable" {
		return nil
	}
	return s.Store.Writable(ctx)
}

func (s shelved) Settings(ctx context.Context) ([]directory.Setting, error) {
	if s.what == "settings" {
		return nil, nil
	}
	return s.Store.Settings(ctx)
}

func shelves() []Mutant {
	one := func(what, name, breaks string, clauses ...string) Mutant {
		return lies(name, breaks, func(s storetest.Store) storetest.Store { return shelved{s, what} }, clauses...)
	}
	return []Mutant{
		one("limitless", "hands-over-too-much", "a batch holds what was asked for", "M10"),
		one("items", "loses-an-item", "a batch is whole", "M10"),
		one("any receipt", "takes-any-receipt", "a receipt is of the bytes that were exported", "M10"),
		one("owners", "forgets-an-owner", "a content is kept while one of its owners needs it", "M10"),
		one("condemns", "deletes-unasked", "nothing is deleted that somebody owns", "M10"),
		one("references", "loses-references", "every row that names a content is a reference", "M10"),
		one("idle", "sees-no-work", "what is to be done is counted", "B7"),
		one("writable", "is-always-writable", "a store that cannot write says so", "B7"),
		one("settings", "hides-its-settings", "settings that lose acknowledged writes are seen", "B7"),
	}
}
