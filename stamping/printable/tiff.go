package printable

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/image/tiff"

	"github.com/edokit/edokit/stamping"
)

// tiff prints every picture of a file, each on a page.
func (v *view) tiff(ctx context.Context, b []byte, rows []Row) error {
	all, err := directories(b, v.opts.MaxPages)
	if err != nil {
		return err
	}
	rows = append(rows, Row{"Страниц в файле", fmt.Sprint(len(all))})
	for i, d := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		img, err := v.sheet(b, d)
		if err != nil {
			return err
		}
		if i > 0 {
			err = v.place(img, d.orientation)
		} else {
			err = v.first(ctx, img, d.orientation, append(rows, Row{"Изображение", size(img)}))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tiffPage is where one picture stands.
type tiffPage struct {
	directory
	at int64
}

func directories(b []byte, limit int) ([]tiffPage, error) {
	var all []tiffPage
	seen := map[int64]bool{}
	for at := int64(-1); at != 0; {
		d, err := readDirectory(b, at)
		if err != nil || seen[at] {
			return nil, fail(stamping.Unreadable, err, "a TIFF whose list of pages is damaged")
		}
		if len(all) == limit {
			return nil, fail(stamping.TooManyPages, nil, "the limit is %d pages", limit)
		}
		seen[at] = true
		all = append(all, tiffPage{d, at})
		at = d.next
	}
	return all, nil
}

// sheet decodes one picture. The decoder knows only the first one, so it is shown a file that begins with this.
func (v *view) sheet(b []byte, d tiffPage) (*stamping.Image, error) {
	file := fileAt(b, d.at)
	config, err := tiff.DecodeConfig(file)
	if err != nil {
		return nil, damagedTIFF(err)
	}
	if err := v.checkPixels(config); err != nil {
		return nil, err
	}
	m, err := tiff.Decode(fileAt(b, d.at))
	if err != nil {
		return nil, damagedTIFF(err)
	}
	return raster(m)
}

func damagedTIFF(err error) error {
	var u tiff.UnsupportedError
	if errors.As(err, &u) {
		return fail(stamping.Undecided, err, "a TIFF of a variant that is not supported; convert it to PDF")
	}
	return damaged(err)
}

// startsAt is a TIFF file with another first directory.
type startsAt struct {
	*bytes.Reader
	head [8]byte
}

func fileAt(b []byte, at int64) io.Reader {
	s := &startsAt{Reader: bytes.NewReader(b)}
	copy(s.head[:], b)
	if at >= 0 {
		byteOrder(b).PutUint32(s.head[4:], uint32(at))
	}
	return s
}

func (s *startsAt) ReadAt(p []byte, at int64) (int, error) {
	n, err := s.Reader.ReadAt(p, at)
	if at < int64(len(s.head)) {
		copy(p[:n], s.head[at:])
	}
	return n, err
}
