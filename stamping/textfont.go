package stamping

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// maxDifferences is twice what a Differences array can hold with sense: 256 names and as many numbers.
const maxDifferences = 1024

// textFont turns the bytes of shown strings into folded text.
type textFont struct {
	charMap
	base string // encoding of a simple font behind the map; a composite font has none
}

// font gives the font that the operator Tf names; nil if there is none.
func (r *textReader) font(at *textState) (*textFont, error) {
	if f, ok := at.known[at.name]; ok {
		return f, nil
	}
	o := at.fonts[at.name]
	ref, shared := o.(types.IndirectRef)
	f, ok := r.fonts[ref.ObjectNumber.Value()]
	if !shared || !ok {
		held := r.mapped
		var err error
		if f, err = r.readFont(o); err != nil {
			return nil, err
		}
		if shared {
			r.fonts[ref.ObjectNumber.Value()] = f
		} else {
			r.mapped = held // it goes with the page
		}
	}
	at.known[at.name] = f
	return f, nil
}

// readFont reads as much of a font as its text needs. Fonts without ToUnicode are read by their Encoding where
// they have one byte per character.
func (r *textReader) readFont(o types.Object) (*textFont, error) {
	d, err := r.dict(o)
	if err != nil || d == nil {
		return nil, err
	}
	f := &textFont{charMap: charMap{chars: map[uint32]string{}, left: &r.mapped}}
	composite := name(d["Subtype"]) == "Type0"
	if !composite {
		if err := r.encoding(f, d["Encoding"]); err != nil {
			return nil, err
		}
	}
	if err := r.toUnicode(f, d["ToUnicode"]); err != nil {
		return nil, err
	}
	if !composite {
		f.spaces = nil // one byte, whatever the map says
		return f, nil
	}
	return f, r.codeSpaces(f, d["Encoding"])
}

// encoding takes the encoding of a simple font: a name, or a dictionary with differences to one.
func (r *textReader) encoding(f *textFont, o types.Object) error {
	f.base = "StandardEncoding"
	enc, err := r.pdf.Dereference(o)
	if err != nil {
		return fatal(err)
	}
	if n, ok := enc.(types.Name); ok {
		f.base = string(n)
		return nil
	}
	d, ok := enc.(types.Dict)
	if !ok {
		return nil
	}
	if n := name(d["BaseEncoding"]); n != "" {
		f.base = n
	}
	list, err := r.pdf.DereferenceArray(d["Differences"])
	if err != nil {
		return fatal(err)
	}
	return r.differences(f, list[:min(len(list), maxDifferences)])
}

// differences is a list of codes, each followed by the names of the glyphs from there on.
func (r *textReader) differences(f *textFont, list types.Array) error {
	if err := r.spend(int64(len(list))); err != nil {
		return err
	}
	code := 0
	for _, v := range list {
		v, err := r.pdf.Dereference(v)
		if err != nil {
			return fatal(err)
		}
		switch v := v.(type) {
		case types.Integer:
			code = v.Value()
		case types.Name:
			if err := f.set(uint32(code), glyphText(string(v))); err != nil {
				return err
			}
			code++
		}
	}
	return nil
}

// toUnicode reads the map from codes to characters.
func (r *textReader) toUnicode(f *textFont, o types.Object) error {
	ref, ok := o.(types.IndirectRef)
	if !ok {
		if n := name(o); n == "Identity-H" || n == "Identity-V" { // the codes are the characters
			f.ranges = []charRange{{lo: 0, hi: 0xffff, to: 0}}
		}
		return nil
	}
	b, err := r.stream(ref, r.limits.MaxDecode)
	if err != nil {
		return err
	}
	return f.read(b)
}

// codeSpaces says how many bytes a code of a composite font has: its Encoding knows, not the map to characters.
func (r *textReader) codeSpaces(f *textFont, encoding types.Object) error {
	twoBytes := []codeSpace{{n: 2, lo: 0, hi: 0xffff}}
	o, err := r.pdf.Dereference(encoding)
	if err != nil {
		return fatal(err)
	}
	if n := name(o); n == "Identity-H" || n == "Identity-V" {
		f.spaces = twoBytes
	} else if ref, ok := encoding.(types.IndirectRef); ok && n == "" {
		own := charMap{left: f.left}
		b, err := r.stream(ref, r.limits.MaxDecode)
		if err != nil {
			return err
		}
		if err := own.read(b); err != nil {
			return err
		}
		if own.spaces != nil {
			f.spaces = own.spaces
		}
	}
	if f.spaces == nil {
		f.spaces = twoBytes
	}
	return nil
}

// appendText adds the text of a shown string.
func (f *textFont) appendText(dst, s []byte) []byte {
	for len(s) > 0 {
		code, n := f.code(s)
		s = s[n:]
		var ok bool
		if dst, ok = f.appendCode(dst, code); ok {
			continue
		}
		if f.base != "" {
			dst = appendRune(dst, baseRune(f.base, byte(code)))
		} else {
			dst = append(dst, unreadable...)
		}
	}
	return dst
}
