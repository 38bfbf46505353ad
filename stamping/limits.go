package stamping

import (
	"bytes"
	"strconv"
)

// maxObjects is the highest object number that PDF 1.7 promises to support (ISO 32000-1, annex C). Readers
// allocate by this number, so a file of 200 bytes could keep one busy for minutes.
const maxObjects = 8_388_607

// checkNumbers looks at the bytes for object numbers and sizes above the limit, before anything is parsed.
func checkNumbers(b []byte) error {
	tooHigh := fail(TooLarge, 0, nil, "object numbers go up to %d", maxObjects)
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("obj"))
		if i < 0 {
			break
		}
		at += i
		if _, rest := numberBefore(b, at); rest >= 0 { // the generation
			if n, _ := numberBefore(b, rest); n > maxObjects {
				return tooHigh
			}
		}
		at += 3
	}
	for _, key := range []string{"/Size", "xref"} {
		for at := 0; ; {
			i := bytes.Index(b[at:], []byte(key))
			if i < 0 {
				break
			}
			at += i + len(key)
			if bytes.HasSuffix(b[:at], []byte("startxref")) { // an offset follows
				continue
			}
			if numberAfter(b, at) > maxObjects {
				return tooHigh
			}
		}
	}
	return nil
}

// numberBefore reads the number that ends before i, white space between, and where it starts; -1 if there is none.
func numberBefore(b []byte, i int) (n int64, start int) {
	end := i
	for end > 0 && space(b[end-1]) {
		end--
	}
	start = end
	for start > 0 && b[start-1] >= '0' && b[start-1] <= '9' {
		start--
	}
	return parseNumber(b[start:end], start)
}

func numberAfter(b []byte, i int) int64 {
	for i < len(b) && space(b[i]) {
		i++
	}
	end := i
	for end < len(b) && b[end] >= '0' && b[end] <= '9' {
		end++
	}
	n, _ := parseNumber(b[i:end], i)
	return n
}

func parseNumber(digits []byte, start int) (int64, int) {
	if len(digits) == 0 {
		return -1, -1
	}
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return 1 << 62, start // more digits than a number can have is too high, not absent
	}
	return n, start
}
