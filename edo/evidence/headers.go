package evidence

import (
	"archive/zip"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/edokit/edokit/edo"
)

const (
	flagsEncrypted = 0x1 | 0x40 | 0x2000 // encrypted, strongly, with masked headers (APPNOTE 4.4.4)

	typeMask, typeFile, typeFolder = 0xf000, 0x8000, 0x4000 // of Unix, in the upper half of the external attributes

	localHeader = 30 // bytes of the shortest header before an entry's data
	ratioFrom   = 1 << 20
)

// names finds two entries that a case-blind or normalising file system would take for one.
type names struct {
	fold cases.Caser
	seen map[string]bool // whether it is a folder
}

func (n *names) repeated(name string) bool {
	key := n.fold.String(norm.NFC.String(path.Clean(name)))
	isFolder := strings.HasSuffix(name, "/")
	before, ok := n.seen[key]
	n.seen[key] = isFolder
	return ok && !(before && isFolder)
}

// checkHeader judges what one header states and gives the decoded name. That the statements are true is seen later,
// by reading.
func checkHeader(i int, f *zip.File, l Limits) (string, error) {
	if fault := nameFault(f.Name, decodeName(f)); fault != "" {
		return "", refuse(NameUnsafe, i, f.Name, fault, askAgain)
	}
	name := decodeName(f)
	isFolder := strings.HasSuffix(f.Name, "/")
	kind := f.ExternalAttrs >> 16 & typeMask
	switch {
	case f.Flags&flagsEncrypted != 0:
		return "", refuse(Encrypted, i, name, "is encrypted", "ask for the archive without a password")
	case kind != 0 && kind != typeFile && (kind != typeFolder || !isFolder):
		return "", refuse(NotAFile, i, name, "is a link, a device or a mislabelled folder", askAgain)
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return "", refuse(Compression, i, name, fmt.Sprintf("is packed by method %d", f.Method), "ask for a ZIP by store or deflate")
	case isFolder && f.UncompressedSize64 != 0:
		return "", refuse(Malformed, i, name, "is a folder with content", askAgain)
	case f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64:
		return "", refuse(Malformed, i, name, "is stored, yet states two sizes", askAgain)
	case f.UncompressedSize64 > uint64(l.Entry):
		return "", tooLarge(i, name, fmt.Sprintf("states %d bytes, more than %d", f.UncompressedSize64, l.Entry))
	case f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/uint64(l.Ratio) >= max(f.CompressedSize64, 1):
		return "", tooLarge(i, name, fmt.Sprintf("unpacks to %d times its size or more", l.Ratio))
	}
	return name, nil
}

func tooLarge(i int, name, message string) *edo.Error {
	return refuse(TooLarge, i, name, message, "raise the limits if the archive is to be trusted")
}

// checkRegions sees that every entry has bytes of its own. Entries that share them make a small file unpack to any
// size without a suspicious ratio.
func checkRegions(files []*zip.File, size int64) error {
	type region struct {
		i          int
		start, end int64
	}
	regions := make([]region, len(files))
	for i, f := range files {
		start, err := f.DataOffset()
		if err != nil {
			return broken("evidence.Read", i, f.Name, err)
		}
		if start > size || f.CompressedSize64 > uint64(size-start) {
			return refuse(Malformed, i, f.Name, "reaches beyond the end of the archive", askAgain)
		}
		regions[i] = region{i, start, start + int64(f.CompressedSize64)}
	}
	slices.SortStableFunc(regions, func(a, b region) int { return cmp.Compare(a.start, b.start) })
	for n := 1; n < len(regions); n++ {
		if a, b := regions[n-1], regions[n]; b.start-localHeader < a.end {
			return refuse(Malformed, b.i, files[b.i].Name, fmt.Sprintf("overlaps entries[%d]", a.i), "do not open it: such archives are made to fill disks")
		}
	}
	return nil
}
