package stamping

import "bytes"

// balance is what reading a page's content to its end leaves behind.
type balance struct {
	depth      int  // saved graphics states (q without Q)
	marked     int  // open marked-content sequences
	inText     bool // BT without ET
	underflow  bool // a Q, ET or EMC without its opening
	unfinished bool // ends within a string, an array, a dictionary or an inline image
	unknown    bool // an operator that there is none of, or with too few operands: some readers stop there
}

// clean says that a stream put after the content is drawn in a known state.
func (b balance) clean() bool { return b == balance{} }

// measure reads a content stream as far as is needed to know its balance. Where it is mistaken, which only
// binary inline images can cause, it errs towards "not clean", and the page is drawn through a form.
func measure(content []byte) balance {
	var b balance
	l := lexer{b: content}
	operands := 0
	for t := l.next(); t.kind != noToken; t = l.next() {
		if t.kind != word || isOperand(t.raw) {
			operands++
			continue
		}
		if least, known := leastOperands(t.raw); !known || operands < least {
			b.unknown = true
		}
		b.operator(string(t.raw))
		operands = 0
	}
	b.unfinished = l.cut || l.in != 0
	return b
}

// isOperand says whether a word is a number as the standard writes it, or one of the three that are none. Others, such as 1e9,
// are read as operators by some.
func isOperand(raw []byte) bool {
	switch string(raw) {
	case "true", "false", "null":
		return true
	}
	digits, points := 0, 0
	for i, c := range raw {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		case i > 0 || c != '+' && c != '-':
			return false
		}
	}
	return digits > 0 && points < 2
}

// leastOperands is how many operands an operator needs (ISO 32000-1, annex A).
func leastOperands(op []byte) (n int, known bool) {
	switch string(op) {
	case "q", "Q", "h", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n", "W", "W*", "BT", "ET", "T*", "EMC", "BI", "ID", "EI", "BX", "EX":
		return 0, true
	case "w", "J", "j", "M", "ri", "i", "gs", "CS", "cs", "SC", "SCN", "sc", "scn", "G", "g", "sh", "Do", "Tc", "Tw", "Tz", "TL", "Tr", "Ts", "Tj", "TJ", "'", "MP", "BMC":
		return 1, true
	case "d", "m", "l", "Tf", "Td", "TD", "d0", "DP", "BDC":
		return 2, true
	case "RG", "rg", "\"":
		return 3, true
	case "v", "y", "re", "K", "k":
		return 4, true
	case "cm", "c", "Tm", "d1":
		return 6, true
	}
	return 0, false
}

func (b *balance) operator(op string) {
	switch op {
	case "q":
		b.depth++
	case "Q":
		b.underflow = b.underflow || b.depth == 0
		b.depth = max(0, b.depth-1)
	case "BT":
		b.inText = true
	case "ET":
		b.underflow = b.underflow || !b.inText
		b.inText = false
	case "BMC", "BDC":
		b.marked++
	case "EMC":
		b.underflow = b.underflow || b.marked == 0
		b.marked = max(0, b.marked-1)
	}
}

// skipString gives the place after the string that starts at i, or -1.
func skipString(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// skipHex does the same for a hexadecimal string.
func skipHex(b []byte, i int) int {
	if end := bytes.IndexByte(b[i:], '>'); end >= 0 {
		return i + end + 1
	}
	return -1
}

// skipImage gives the place after the EI that ends the inline image data at i, or -1.
func skipImage(b []byte, i int) int {
	for i++; i+1 < len(b); i++ {
		if b[i] == 'E' && b[i+1] == 'I' && space(b[i-1]) && (i+2 == len(b) || !regular(b[i+2])) {
			return i + 2
		}
	}
	return -1
}

func space(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

// regular is a byte of a number, an operator or a name, its slash among them.
func regular(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '%':
		return false
	}
	return !space(c)
}
