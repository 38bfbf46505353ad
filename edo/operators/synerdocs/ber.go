package synerdocs

import "errors"

// Tags in the one-byte form; a context tag has its constructed bit set.
const (
	tagConstructed = 0x20
	tagInteger     = 0x02
	tagOctets      = 0x04
	tagNull        = 0x05
	tagOID         = 0x06
	tagSequence    = 0x30
	tagSet         = 0x31
	tagContext0    = 0xa0
	tagContext1    = 0xa1
	tagContext2    = 0xa2
)

// Limits of a value: an EnvelopedData has about 60 parts on ten levels.
const (
	maxBERDepth = 24
	maxBERParts = 2000
)

// berValue is one value of BER (X.690) with the indefinite length, which streaming writers use. Long tags are refused:
// nothing in CMS has one.
type berValue struct {
	tag      byte
	bytes    []byte     // of a primitive value
	children []berValue // of a constructed one
}

func (v berValue) is(tag byte) bool { return v.tag == tag }

// octets joins the pieces of a string that came constructed.
func (v berValue) octets() []byte {
	if v.tag&tagConstructed == 0 {
		return v.bytes
	}
	var all []byte
	for _, c := range v.children {
		all = append(all, c.octets()...)
	}
	return all
}

type berReader struct {
	rest  []byte
	parts int
}

// parseBER reads exactly one value.
func parseBER(raw []byte) (berValue, error) {
	r := &berReader{rest: raw}
	v, err := r.value(0)
	if err == nil && len(r.rest) > 0 {
		err = errors.New("the sealed token goes on after its end")
	}
	return v, err
}

func (r *berReader) value(depth int) (berValue, error) {
	bad := errors.New("the sealed token is not well-formed BER")
	if r.parts++; depth > maxBERDepth || r.parts > maxBERParts {
		return berValue{}, errors.New("the sealed token is nested too deep or has too many parts")
	}
	if len(r.rest) < 2 || r.rest[0]&0x1f == 0x1f || r.rest[0] == 0 {
		return berValue{}, bad
	}
	v := berValue{tag: r.rest[0]}
	length, indefinite, ok := r.length()
	switch constructed := v.tag&tagConstructed != 0; {
	case !ok || indefinite && !constructed:
		return berValue{}, bad
	case indefinite:
		return r.untilEnd(v, depth)
	case length > len(r.rest):
		return berValue{}, bad
	case !constructed:
		v.bytes, r.rest = r.rest[:length], r.rest[length:]
		return v, nil
	}
	inside := &berReader{rest: r.rest[:length], parts: r.parts}
	r.rest = r.rest[length:]
	for len(inside.rest) > 0 {
		c, err := inside.value(depth + 1)
		if err != nil {
			return berValue{}, err
		}
		v.children = append(v.children, c)
	}
	r.parts = inside.parts
	return v, nil
}

// untilEnd reads children up to the end-of-contents octets.
func (r *berReader) untilEnd(v berValue, depth int) (berValue, error) {
	for {
		if len(r.rest) >= 2 && r.rest[0] == 0 && r.rest[1] == 0 {
			r.rest = r.rest[2:]
			return v, nil
		}
		c, err := r.value(depth + 1)
		if err != nil {
			return berValue{}, err
		}
		v.children = append(v.children, c)
	}
}

// length reads the length octets after the tag; at most four of them count.
func (r *berReader) length() (n int, indefinite, ok bool) {
	first := r.rest[1]
	r.rest = r.rest[2:]
	if first < 0x80 {
		return int(first), false, true
	}
	count := int(first & 0x7f)
	if count == 0 {
		return 0, true, true
	}
	if count > 4 || count > len(r.rest) {
		return 0, false, false
	}
	for _, b := range r.rest[:count] {
		n = n<<8 | int(b)
	}
	r.rest = r.rest[count:]
	return n, false, n >= 0
}
