package handover

import (
	"context"
	"slices"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// describe reads an item with everything that it refers to, and the rows of the log that belong to it.
func (e *export) describe(ctx context.Context, i directory.HandoverItem) (Line, []edo.ExchangeID, error) {
	line := Line{Seq: i.Seq, Item: i.Item}
	var pack edo.PackageID
	var more []edo.ExchangeID
	if i.Kind == directory.ItemPackage {
		op, err := e.Store.Operation(ctx, edo.Key{Subscriber: i.Subscriber, Package: edo.PackageID(i.ID)})
		if err != nil {
			return line, nil, err
		}
		line.Package, pack = &op, op.Key.Package
		line.Contents, more = contentsOf(op)
	} else {
		d, err := e.Store.InboundDocument(ctx, edo.InboundKey{Subscriber: i.Subscriber, Remote: edo.RemoteID(i.ID)})
		if err != nil {
			return line, nil, err
		}
		line.Inbound, pack, more = &d, edo.PackageID(d.Message), []edo.ExchangeID{d.Exchange}
		line.Contents = contentsIn(d)
	}
	exchanges, err := e.exchangesOf(ctx, i.Subscriber, pack)
	for _, id := range more {
		if id != "" && !slices.Contains(exchanges, id) {
			exchanges = append(exchanges, id)
		}
	}
	return line, exchanges, err
}

// contentsOf lists the contents of a package, and the rows of the log that gave its versions.
func contentsOf(op edo.Operation) (all []ContentLine, exchanges []edo.ExchangeID) {
	add := func(d edo.Digest, size int64, what, name string) {
		if !d.IsZero() {
			all = append(all, ContentLine{Digest: d, Size: size, What: what, Name: name})
		}
	}
	for _, d := range op.Documents {
		add(d.Digest, d.Size, string(edo.RoleOriginal), d.Name)
		add(d.Signature, 0, string(edo.RoleSignature), d.Name+".p7s")
		for _, v := range d.Versions {
			add(v.Digest, v.Size, string(v.Role), v.Name)
			exchanges = append(exchanges, v.Exchange)
		}
	}
	return all, exchanges
}

func contentsIn(d edo.InboundDocument) (all []ContentLine) {
	if !d.Digest.IsZero() {
		all = append(all, ContentLine{Digest: d.Digest, Size: d.Size, What: "inbound", Name: d.Name})
	}
	for _, s := range d.Signatures {
		if !s.CMS.IsZero() {
			all = append(all, ContentLine{Digest: s.CMS, What: "inbound-signature", Name: d.Name + ".p7s"})
		}
	}
	return all
}

// exchangesOf lists the rows of the log of a package or an inbound message, oldest first.
func (e *export) exchangesOf(ctx context.Context, s edo.SubscriberID, pack edo.PackageID) (all []edo.ExchangeID, err error) {
	if pack == "" {
		return nil, nil
	}
	f := directory.ExchangeFilter{Subscriber: s, Package: pack, Limit: directory.MaxLimit}
	for {
		page, err := e.Store.Exchanges(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, x := range page {
			all = append(all, x.ID)
			f.Before = x.Seq
		}
		if len(page) < f.Limit {
			slices.Reverse(all)
			return all, nil
		}
	}
}

// exchange writes a row of the log once, and gives the contents that it refers to.
func (e *export) exchange(ctx context.Context, id edo.ExchangeID) (all []ContentLine, err error) {
	row, err := e.Store.Exchange(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, h := range slices.Concat(row.Request.Holes, row.Answer.Holes) {
		if h.Kind != edo.HoleSecret {
			all = append(all, ContentLine{Digest: h.Digest, Size: h.Size, What: "log"})
		}
	}
	if e.logged[id] {
		return all, nil
	}
	e.logged[id] = true
	return all, e.log.json(row)
}
