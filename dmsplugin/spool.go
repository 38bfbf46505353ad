package dmsplugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// spool takes a package off the wire straight into the archive: content is never whole in memory, and a stream that
// breaks leaves at most archive entries that nobody refers to.
type spool struct {
	admit   func(context.Context, edo.Package) error
	archive edo.Archive
	recv    func() (*dmspb.SendRequest, error)
}

// receive reads a stream of one package.
func (s spool) receive(ctx context.Context) (edo.Package, error) {
	pkg, err := s.pack(ctx)
	if err != nil {
		return pkg, err
	}
	if _, err := s.recv(); !errors.Is(err, io.EOF) {
		if err != nil {
			return pkg, err
		}
		return pkg, wire.Broken("package", "goes on after its last document")
	}
	return pkg, nil
}

// pack reads one package. The engine is asked when all headers are there, so that no content is taken in vain.
func (s spool) pack(ctx context.Context) (edo.Package, error) {
	pkg, err := s.headers()
	if err != nil {
		return pkg, err
	}
	if err := s.admit(ctx, pkg); err != nil {
		return pkg, err
	}
	for i := range pkg.Documents {
		if err := s.content(ctx, &pkg.Documents[i], fmt.Sprintf("package.documents[%d].content", i)); err != nil {
			return pkg, err
		}
	}
	return pkg, nil
}

func (s spool) headers() (edo.Package, error) {
	var all budget
	first, err := s.next("package")
	if err != nil {
		return edo.Package{}, err
	}
	if first.GetPackage() == nil {
		return edo.Package{}, wire.Broken("package", "does not begin with its header")
	}
	if err := all.take("package", first); err != nil {
		return edo.Package{}, err
	}
	pkg, n, err := wire.FromPackageHeader(first.GetPackage())
	if err != nil {
		return pkg, err
	}
	for i := range n {
		field := fmt.Sprintf("package.documents[%d]", i)
		part, err := s.next(field)
		if err != nil {
			return pkg, err
		}
		if part.GetDocument() == nil {
			return pkg, wire.Broken(field, "has no header")
		}
		if err := all.take(field, part); err != nil {
			return pkg, err
		}
		d, err := wire.FromDocumentHeader(field, part.GetDocument())
		if err != nil {
			return pkg, err
		}
		pkg.Documents = append(pkg.Documents, d)
	}
	return pkg, nil
}

func (s spool) content(ctx context.Context, d *edo.Document, field string) error {
	blob, err := s.archive.Create(ctx)
	if err != nil {
		return err
	}
	defer blob.Abort()
	in := newJoin(field, blob, d.Content.Size)
	for {
		part, err := s.next(field)
		if err != nil {
			return err
		}
		if end := part.GetEnd(); end != nil {
			return s.commit(ctx, d, blob, in, end)
		}
		if part.GetChunk() == nil {
			return wire.Broken(field, "has neither chunk nor trailer")
		}
		if err := in.add(part.GetChunk()); err != nil {
			return err
		}
	}
}

func (s spool) commit(ctx context.Context, d *edo.Document, blob edo.Blob, in *join, end *dmspb.DocumentEnd) error {
	if edo.DocumentID(end.GetId()) != d.ID {
		return wire.Broken(in.field, "ends with the trailer of another document")
	}
	digest, err := in.end(end.GetSize(), end.GetSha256())
	if err != nil {
		return err
	}
	if !d.Content.Digest.IsZero() && d.Content.Digest != digest {
		return &edo.Error{
			Kind: edo.Invalid, Reason: edo.DocumentChanged, Field: in.field, Message: "is not the content its header announced",
			Remedy: "read the document again and send it under a new package id",
		}
	}
	stored, _, err := blob.Commit(ctx)
	if err != nil {
		return err
	}
	if stored != digest {
		return &edo.Error{Kind: edo.Internal, Op: "dmsplugin.Send", Field: in.field, Message: "was stored with another digest"}
	}
	d.Content, err = s.archive.Open(ctx, digest)
	return err
}

// next reads one part; a stream that ends here is broken.
func (s spool) next(field string) (*dmspb.SendRequest, error) {
	part, err := s.recv()
	if errors.Is(err, io.EOF) {
		return nil, wire.Broken(field, "is cut off: the stream ended without its trailer")
	}
	return part, err
}

// patient waits for one part, but not for ever: a host that hangs must not hold an unfinished archive entry. The read that is
// left behind ends with the stream, which ends with the call: after an error nothing may be read any more.
func patient(recv func() (*dmspb.SendRequest, error), idle time.Duration) func() (*dmspb.SendRequest, error) {
	type received struct {
		part *dmspb.SendRequest
		err  error
	}
	return func() (*dmspb.SendRequest, error) {
		came := make(chan received, 1)
		go func() {
			part, err := recv()
			came <- received{part, err}
		}()
		silence := time.NewTimer(idle)
		defer silence.Stop()
		select {
		case r := <-came:
			return r.part, r.err
		case <-silence.C:
			return nil, &edo.Error{
				Kind: edo.Unavailable, Reason: wire.StreamBroken, Op: "dmsplugin.Send", Message: fmt.Sprintf("nothing came for %v", idle),
				Remedy: "send the package again under the same id",
			}
		}
	}
}
