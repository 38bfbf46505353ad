package evidence

import (
	"context"
	"errors"
	"path"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// tryCost is what comparing one digest takes from the budget, in bytes of reading.
const tryCost = 1 << 10

// budget bounds the work of finding out what belongs together: an archive of small signatures and large documents
// must not be read once for every pair. An honest archive needs a few readings of itself.
func budget(total int64) int64 { return 16*total + 256<<20 }

func (c *check) spend(bytes int64) bool {
	c.budget -= bytes + tryCost
	return c.budget >= 0
}

// candidate is a document that a signature may have been made over.
type candidate struct {
	entry        int
	folder, stem string
}

func newCandidate(i int, name string) candidate {
	base := path.Base(name)
	return candidate{entry: i, folder: folder(name), stem: strings.TrimSuffix(base, path.Ext(base))}
}

// rank says how early a candidate is tried: 0 beside the signature and named alike, 1 beside it, 2 elsewhere. It saves
// readings and decides nothing.
func (d candidate) rank(folder, base string) int {
	switch {
	case d.folder != folder:
		return 2
	case !strings.HasPrefix(base, d.stem):
		return 1
	}
	return 0
}

// pair finds the document that a signature was made over, or the reason why none was found.
func (c *check) pair(ctx context.Context, sig int) (doc int, reason edo.Reason, err error) {
	der, err := c.b.read(ctx, sig)
	if err != nil {
		return 0, "", err
	}
	signed, err := cms.Parse(der)
	if err != nil {
		return 0, "", err // it was one when the archive was read
	}
	name := c.b.entries[sig].Name
	dir, base, reason := folder(name), path.Base(name), FitsNothing
	for rank := range 3 {
		for _, d := range c.docs {
			if d.rank(dir, base) != rank {
				continue
			}
			if err := ctx.Err(); err != nil {
				return 0, "", wrap("evidence.Check", err)
			}
			fits, undecided, err := c.fits(ctx, signed, d.entry)
			switch {
			case errors.Is(err, TriesEnded):
				return 0, TriesEnded, nil
			case err != nil:
				return 0, "", err
			case fits:
				return d.entry, "", nil
			case undecided:
				reason = edo.SignatureUnverified
			}
		}
	}
	return 0, reason, nil
}

// fits reports whether one signer at least has signed the digest of the document; if not, undecided says that this
// could not be told of some signer.
func (c *check) fits(ctx context.Context, signed *cms.SignedData, doc int) (fits, undecided bool, err error) {
	if !c.spend(0) {
		return false, false, TriesEnded
	}
	// No time is asked for: dates come after the digest, and only what is said of the digest counts here.
	report, ok := signed.VerifyDigest(c.b.entries[doc].Digest, time.Time{})
	if !ok {
		if !c.spend(c.b.entries[doc].Size) {
			return false, false, TriesEnded
		}
		content, err := c.b.Open(ctx, doc)
		if err != nil {
			return false, false, err
		}
		report, err = signed.Verify(ctx, content, time.Time{})
		if err = errors.Join(err, content.Close()); err != nil {
			return false, false, wrap("evidence.Check", err)
		}
	}
	for _, one := range report.Signers {
		fits = fits || one.DigestChecked
		switch one.Reason {
		case edo.DocumentChanged, edo.SignatureInvalid, edo.SignatureMalformed: // certainly not this document
		default:
			undecided = true
		}
	}
	return fits, undecided, nil
}
