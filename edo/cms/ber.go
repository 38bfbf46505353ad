package cms

import (
	"bytes"
	"errors"
	"fmt"
)

// maxDepth bounds nested constructed elements; real signatures nest about 12 deep.
const maxDepth = 40

// Tags of X.690, with the constructed bit where DER demands it.
const (
	tagBoolean     = 0x01
	tagInteger     = 0x02
	tagBitString   = 0x03
	tagOctetString = 0x04
	tagNull        = 0x05
	tagOID         = 0x06
	tagUTF8String  = 0x0c
	tagUTCTime     = 0x17
	tagGenTime     = 0x18
	tagUniversal   = 0x1c
	tagBMPString   = 0x1e
	tagSequence    = 0x30
	tagSet         = 0x31

	constructed = 0x20
	contextTag  = 0x80
)

var errTruncated = errors.New("element ends early")

// element is one tag-length-value. encoding/asn1 reads DER only, while signatures made from a stream come in BER
// with indefinite lengths; so elements are cut here and the exact bytes of each stay at hand.
type element struct {
	tag  byte   // identifier octet: class, constructed bit, number below 31
	raw  []byte // the whole element as it came
	body []byte // the value, without an end-of-contents mark
}

// reader walks over sibling elements.
type reader struct {
	rest  []byte
	depth int
}

func (r *reader) empty() bool { return len(r.rest) == 0 }

// next cuts the next element.
func (r *reader) next() (element, error) {
	e, n, err := cut(r.rest, r.depth)
	if err != nil {
		return element{}, err
	}
	r.rest = r.rest[n:]
	return e, nil
}

// expect is next with a demanded tag.
func (r *reader) expect(tag byte) (element, error) {
	e, err := r.next()
	if err == nil && e.tag != tag {
		err = fmt.Errorf("tag %#02x where %#02x belongs", e.tag, tag)
	}
	return e, err
}

// optional is next if the next tag is the given one.
func (r *reader) optional(tag byte) (element, bool, error) {
	if r.empty() || r.rest[0] != tag {
		return element{}, false, nil
	}
	e, err := r.next()
	return e, err == nil, err
}

// inside walks over the children of e.
func (r *reader) inside(e element) reader { return reader{rest: e.body, depth: r.depth + 1} }

// cut splits the first element off in and returns it with its length.
func cut(in []byte, depth int) (element, int, error) {
	if depth > maxDepth {
		return element{}, 0, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	if len(in) < 2 {
		return element{}, 0, errTruncated
	}
	if in[0]&0x1f == 0x1f {
		return element{}, 0, errors.New("tag number above 30")
	}
	if in[1] == 0x80 {
		return cutIndefinite(in, depth)
	}
	size, head, err := length(in)
	if err != nil {
		return element{}, 0, err
	}
	if size > len(in)-head {
		return element{}, 0, errTruncated
	}
	end := head + size
	return element{tag: in[0], raw: in[:end:end], body: in[head:end:end]}, end, nil
}

// length reads a definite length; BER allows more octets than needed.
func length(in []byte) (size, head int, err error) {
	if in[1] < 0x80 {
		return int(in[1]), 2, nil
	}
	n := int(in[1] & 0x7f)
	if n > 4 || len(in) < 2+n {
		return 0, 0, errTruncated
	}
	for _, b := range in[2 : 2+n] {
		size = size<<8 | int(b)
		if size > maxSize {
			return 0, 0, errTruncated
		}
	}
	return size, 2 + n, nil
}

// cutIndefinite finds the end-of-contents mark by walking over the children.
func cutIndefinite(in []byte, depth int) (element, int, error) {
	if in[0]&constructed == 0 {
		return element{}, 0, errors.New("primitive element of indefinite length")
	}
	for at := 2; ; {
		if len(in)-at < 2 {
			return element{}, 0, errTruncated
		}
		if in[at] == 0 && in[at+1] == 0 {
			end := at + 2
			return element{tag: in[0], raw: in[:end:end], body: in[2:at:at]}, end, nil
		}
		_, n, err := cut(in[at:], depth+1)
		if err != nil {
			return element{}, 0, err
		}
		at += n
	}
}

// octets joins a string that BER may have cut into pieces. primitive is the tag of the undivided form.
func octets(e element, primitive byte, depth int) ([]byte, error) {
	if e.tag == primitive {
		return e.body, nil
	}
	if e.tag != primitive|constructed {
		return nil, fmt.Errorf("tag %#02x where a string belongs", e.tag)
	}
	var out []byte
	for r := (reader{rest: e.body, depth: depth + 1}); !r.empty(); {
		piece, err := r.next()
		if err != nil {
			return nil, err
		}
		part, err := octets(piece, tagOctetString, r.depth)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	return out, nil
}

// toDER writes e anew with definite, minimal lengths and undivided octet strings. Signed attributes are digested in
// DER whatever they travel in (RFC 5652, 5.4).
func toDER(e element, depth int) ([]byte, error) {
	if e.tag == tagOctetString|constructed {
		joined, err := octets(e, tagOctetString, depth)
		return tlv(tagOctetString, joined), err
	}
	if e.tag&constructed == 0 {
		return tlv(e.tag, e.body), nil
	}
	var body bytes.Buffer
	for r := (reader{rest: e.body, depth: depth + 1}); !r.empty(); {
		child, err := r.next()
		if err != nil {
			return nil, err
		}
		der, err := toDER(child, r.depth)
		if err != nil {
			return nil, err
		}
		body.Write(der)
	}
	return tlv(e.tag, body.Bytes()), nil
}
