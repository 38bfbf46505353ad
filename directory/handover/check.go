package handover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

// CheckOptions of [Keeper.Check]. Zero times do not restrict.
type CheckOptions struct {
	From, To time.Time // of the rows that refer to contents; To is exclusive
	Quick    bool      // existence and size only: bytes that changed are not noticed
}

// Checked is what a check of the archive found.
type Checked struct {
	From, To time.Time
	Quick    bool

	References map[string]int // rows of the period that refer to a content, by what they are
	Contents   int            // distinct contents that they refer to
	Bytes      int64          // of those that are here

	Right    int // contents that are here, and right
	Departed int // contents that were deleted after an acknowledged hand-over
	Missing  int // contents that are neither
	Damaged  int // contents that are here, and wrong

	Unreadable int // rows of the log whose contents nobody knows: "log verify" says what is wrong with them

	Unreferenced      int   // entries of the archive that no row of any time refers to
	UnreferencedBytes int64 // of them
	Young             int   // entries without a row that may be just being stored

	Wrong []Fault `json:",omitempty"` // the first thousand
	Loose []Fault `json:",omitempty"` // the first hundred unreferenced entries
}

// Fault is one content that is not as it should be.
type Fault struct {
	Digest edo.Digest
	Size   int64
	What   string // missing, damaged, size, unreadable, unreferenced
	Where  string // what refers to it, of several the first
	Detail string `json:",omitempty"`
	Found  int64  `json:",omitempty"` // bytes that are here, if What is size
}

// OK reports whether nothing of the period is missing, damaged or unknown. Entries that nobody refers to are no fault.
func (c Checked) OK() bool {
	return c.Missing == 0 && c.Damaged == 0 && c.Unreadable == 0 && c.Right+c.Departed == c.Contents
}

const (
	maxFaults = 1000
	maxLoose  = 100
)

// Check proves that every content is here, or with the external archive, to which a row of the period refers: documents,
// signatures, versions, what came in, what waited for a signature, and the message log. It reads every such content once,
// in the order of digests, and keeps none of it; what it has to sort goes to files of Config.Spool.
func (k *Keeper) Check(ctx context.Context, o CheckOptions) (Checked, error) {
	c := checker{Keeper: k, options: o, Checked: Checked{From: o.From, To: o.To, Quick: o.Quick, References: map[string]int{}}}
	err := c.run(ctx)
	return c.Checked, wrap("handover.Check", err)
}

type checker struct {
	*Keeper
	Checked
	options CheckOptions
	notes   *spool
}

func (c *checker) run(ctx context.Context) (err error) {
	s, err := newSpool(c.Spool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	err = c.Store.References(ctx, func(r directory.Reference) error {
		in := !r.At.Before(c.options.From) && (c.options.To.IsZero() || r.At.Before(c.options.To))
		if r.Unreadable != "" {
			if in || r.At.IsZero() { // of which period a row without its time is, nobody knows
				c.Unreadable++
				c.fault(note{size: -1, what: r.What, where: r.Where}, Fault{What: "unreadable", Detail: r.Unreadable})
			}
			return nil
		}
		if in {
			c.References[r.What]++
		}
		return s.add(note{digest: r.Digest, size: r.Size, in: in, what: r.What, where: r.Where})
	})
	if err != nil {
		return err
	}
	c.notes = s
	return c.merge(ctx)
}

// merge goes over what the archive lists and over the notes together: both are sorted by digest.
func (c *checker) merge(ctx context.Context) error {
	err := c.Archive.Walk(ctx, edo.Digest{}, func(e edo.Entry) error {
		for {
			next, err := c.notes.peek(c.Progress)
			switch {
			case err != nil:
				return err
			case next == nil || compare(next.digest, e.Digest) > 0:
				c.loose(e)
				return nil
			}
			found := next.digest == e.Digest
			if err := c.content(ctx, c.notes.take()); err != nil || found {
				return err
			}
		}
	})
	for err == nil {
		var next *note
		if next, err = c.notes.peek(c.Progress); err != nil || next == nil {
			return err
		}
		err = c.content(ctx, c.notes.take())
	}
	return err
}

func (c *checker) loose(e edo.Entry) {
	if !e.Stored.Before(c.Now().Add(-Guard)) {
		c.Young++
		return
	}
	c.Unreferenced++
	c.UnreferencedBytes += e.Size
	if len(c.Loose) < maxLoose {
		c.Loose = append(c.Loose, Fault{Digest: e.Digest, Size: e.Size, What: "unreferenced"})
	}
}

// content looks at one content, if a row of the period refers to it.
func (c *checker) content(ctx context.Context, group []note) error {
	one := named(group)
	if one == nil {
		return nil
	}
	c.Contents++
	content, err := c.Archive.Open(ctx, one.digest)
	if errors.Is(err, edo.NotFound) {
		return c.absent(ctx, *one)
	}
	if err != nil {
		return err
	}
	c.Bytes += content.Size
	if one.size >= 0 && content.Size != one.size {
		c.Damaged++
		c.fault(*one, Fault{What: "size", Detail: fmt.Sprintf("is %d bytes long", content.Size), Found: content.Size})
		return nil
	}
	if !c.options.Quick {
		err = read(ctx, content)
	}
	switch {
	case errors.Is(err, archive.Corrupt):
		c.Damaged++
		c.fault(*one, Fault{What: "damaged", Detail: err.Error()})
	case errors.Is(err, edo.NotFound): // removed between the two
		return c.absent(ctx, *one)
	case err != nil:
		return err
	default:
		c.Right++
	}
	return nil
}

// named is what a fault of one content is told by: a document of the period rather than the message log, which only repeats it,
// with the size that any of them knows. Nil: no row of the period refers to it.
func named(group []note) *note {
	var one *note
	size := int64(-1)
	for _, n := range group {
		if !n.in {
			continue
		}
		if size < 0 {
			size = n.size
		}
		if one == nil || one.what == "log" && n.what != "log" {
			one = &n
		}
	}
	if one != nil {
		one.size = size
	}
	return one
}

func (c *checker) absent(ctx context.Context, n note) error {
	_, gone, err := c.departed(ctx, n.digest)
	switch {
	case err != nil:
		return err
	case gone:
		c.Departed++
		return nil
	}
	c.Missing++
	c.fault(n, Fault{What: "missing"})
	return nil
}

func (c *checker) fault(n note, f Fault) {
	if len(c.Wrong) < maxFaults {
		f.Digest, f.Size, f.Where = n.digest, n.size, n.what+" "+n.where
		c.Wrong = append(c.Wrong, f)
	}
}
