package printable

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"github.com/edokit/edokit/stamping"
)

// Facts are what the first page says besides what stands in the file itself.
type Facts struct {
	Name string // file name; required
	Rows []Row  // of the document, in the words of people: kind, number, sender; those without a value are left out, and those that an XML file has itself
}

// Row is one labelled value.
type Row struct{ Label, Value string }

// Options are the extras of one call; nil and zero values mean the defaults.
type Options struct {
	Foot      float64 // points to be left free at the lower edge of every page, for a mark; at most a quarter of the page
	MaxBytes  int64   // of the file, and of the PDF; stamping.DefaultMaxBytes
	MaxPages  int     // stamping.DefaultMaxPages
	MaxPixels int64   // of one picture; DefaultMaxPixels
}

// DefaultMaxPixels holds where Options leave it zero: a sheet of A4 scanned with 720 dots per inch.
const DefaultMaxPixels = 50_000_000

// Result says what was made.
type Result struct {
	Kind  Kind
	Pages int
}

// Render writes a PDF of the file b to out. Nothing is written before the whole was made and read back.
//
// Errors are *stamping.Error, or that of ctx: NeedsConverter, NotPrintable, Unreadable (damaged), Undecided (a variant that is not
// understood here), TooLarge, TooManyPages, Crashed, Invalid (a call without a name; a PDF, which needs no view).
func Render(ctx context.Context, b []byte, out io.Writer, f Facts, o *Options) (r Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			r, err = Result{}, fail(stamping.Crashed, nil, "a decoder gave up on it")
		}
	}()
	own, err := settle(o)
	if err != nil {
		return Result{}, err
	}
	if oneLine(f.Name) == "" {
		return Result{}, fail(stamping.Invalid, nil, "Facts.Name is empty: name the file")
	}
	if int64(len(b)) > own.MaxBytes {
		return Result{}, fail(stamping.TooLarge, nil, "the limit is %d bytes", own.MaxBytes)
	}
	kind := KindOf(b, f.Name)
	v := &view{opts: own, kind: kind}
	if v.c, err = stamping.NewComposer(ctx, &stamping.Options{MaxBytes: own.MaxBytes, MaxPages: own.MaxPages}); err != nil {
		return Result{}, err
	}
	v.startPage(a4Short, a4Long)
	if err := v.draw(ctx, b, f); err != nil {
		return Result{}, err
	}
	if err := v.write(ctx, out, b, f); err != nil {
		return Result{}, err
	}
	return Result{Kind: kind, Pages: v.c.Pages()}, nil
}

func settle(o *Options) (*Options, error) {
	var own Options
	if o != nil {
		own = *o
	}
	if own.MaxBytes == 0 {
		own.MaxBytes = stamping.DefaultMaxBytes
	}
	if own.MaxPages == 0 {
		own.MaxPages = stamping.DefaultMaxPages
	}
	if own.MaxPixels == 0 {
		own.MaxPixels = DefaultMaxPixels
	}
	if own.MaxBytes < 0 || own.MaxPages < 0 || own.MaxPixels < 0 || !(own.Foot >= 0) {
		return nil, fail(stamping.Invalid, nil, "a limit is negative")
	}
	return &own, nil
}

// draw makes the pages.
func (v *view) draw(ctx context.Context, b []byte, f Facts) error {
	sum := sha256.Sum256(b)
	v.digest = hex.EncodeToString(sum[:])
	rows := append([]Row{{"Файл", f.Name}}, f.Rows...)
	last := []Row{{"Размер", strconv.Itoa(len(b)) + " байт"}, {"SHA-256", v.digest}}
	switch v.kind {
	case Text:
		return v.text(ctx, b, append(rows, last...))
	case XML:
		return v.xml(ctx, b, rows, last)
	case Office:
		return fail(stamping.NeedsConverter, nil, "a file of an office program: have it converted to PDF by the operator or the host")
	case PDF:
		return fail(stamping.Invalid, nil, "it is a PDF already")
	case Unknown:
		return fail(stamping.NotPrintable, nil, "neither text, nor XML, nor a picture of a known format")
	}
	return v.picture(ctx, b, append(rows, last...))
}

func (v *view) write(ctx context.Context, out io.Writer, b []byte, f Facts) error {
	if err := v.endPage(); err != nil {
		return err
	}
	name := v.clip(oneLine(f.Name), (a4Short-left-right)/2, footSize)
	info := map[string]string{
		"Title": oneLine(f.Name), "Subject": notice, "Creator": "edokit",
		"EdokitOriginalSHA256": v.digest, "EdokitOriginalSize": strconv.Itoa(len(b)), "EdokitOriginalKind": string(v.kind),
	}
	return v.c.Write(ctx, out, info, func(page, of int, width float64) []stamping.Text {
		number := fmt.Sprintf("стр. %d из %d", page, of)
		y := v.foot() + 4
		return []stamping.Text{
			{X: left, Y: y, Size: footSize, Color: grey, S: "Печатный вид файла " + name + ", SHA-256 " + v.digest[:16] + "…"},
			{X: width - right - v.c.Width(number, footSize, false), Y: y, Size: footSize, Color: grey, S: number},
		}
	})
}

func fail(k stamping.Kind, err error, format string, args ...any) *stamping.Error {
	return &stamping.Error{Kind: k, Err: err, Msg: fmt.Sprintf(format, args...)}
}

func hasPrefix(b []byte, prefixes ...string) bool {
	for _, p := range prefixes {
		if bytes.HasPrefix(b, []byte(p)) {
			return true
		}
	}
	return false
}
