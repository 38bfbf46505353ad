package cms

import "encoding/binary"

// streebog is the hash of GOST R 34.11-2012 (RFC 6986), 256 or 512 bits. The standard library has none, and without
// it a changed document under a GOST signature could not be told from an unchanged one.
type streebog struct {
	size     int
	table    *[8][256]uint64 // S, P and L of one byte position; computed per hash, there is no package state
	rounds   *[12][8]uint64
	h, n, ek [8]uint64 // chaining value, bits so far, checksum; word 0 is the lowest
	block    [64]byte
	used     int
}

func newStreebog(size int) *streebog {
	s := &streebog{size: size, table: streebogTable(), rounds: streebogC()}
	s.Reset()
	return s
}

// streebogTable joins substitution and the linear map: entry [i][v] is what byte v at position i adds to a word.
func streebogTable() *[8][256]uint64 {
	pi, rows := streebogPi(), streebogA()
	var table [8][256]uint64
	for i := range 8 {
		for v := range 256 {
			b := pi[v]
			for bit := range 8 {
				if b>>bit&1 == 1 {
					table[i][v] ^= rows[63-8*i-bit]
				}
			}
		}
	}
	return &table
}

func (s *streebog) Size() int      { return s.size }
func (s *streebog) BlockSize() int { return 64 }

// Reset starts anew; the 256-bit variant differs by its initial value and by cutting the result.
func (s *streebog) Reset() {
	*s = streebog{size: s.size, table: s.table, rounds: s.rounds}
	if s.size == 32 {
		for i := range s.h {
			s.h[i] = 0x0101010101010101
		}
	}
}

func (s *streebog) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		c := copy(s.block[s.used:], p)
		s.used += c
		p = p[c:]
		if s.used == len(s.block) {
			s.absorb(512)
			s.used = 0
		}
	}
	return n, nil
}

// Sum pads a copy, so that writing may go on.
func (s *streebog) Sum(b []byte) []byte {
	c := *s
	clear(c.block[c.used:])
	c.block[c.used] = 1
	c.absorb(uint64(c.used) * 8)
	c.compress(c.n, [8]uint64{})
	c.compress(c.ek, [8]uint64{})
	var out [64]byte
	for i, w := range c.h {
		binary.LittleEndian.PutUint64(out[8*i:], w)
	}
	return append(b, out[64-c.size:]...)
}

// absorb takes the block in and adds to the length and to the checksum.
func (s *streebog) absorb(bits uint64) {
	var m [8]uint64
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(s.block[8*i:])
	}
	s.compress(m, s.n)
	addTo(&s.n, [8]uint64{bits})
	addTo(&s.ek, m)
}

// addTo adds modulo 2^512.
func addTo(sum *[8]uint64, x [8]uint64) {
	var carry uint64
	for i := range sum {
		t := sum[i] + x[i]
		c := uint64(0)
		if t < x[i] {
			c = 1
		}
		sum[i] = t + carry
		if sum[i] < t {
			c = 1
		}
		carry = c
	}
}

// compress is g_N of RFC 6986, section 8.
func (s *streebog) compress(m, n [8]uint64) {
	key := s.lps(xor(s.h, n))
	state := m
	for _, c := range s.rounds {
		state = s.lps(xor(state, key))
		key = s.lps(xor(key, c))
	}
	s.h = xor(xor(xor(state, key), s.h), m)
}

func xor(a, b [8]uint64) [8]uint64 {
	for i := range a {
		a[i] ^= b[i]
	}
	return a
}

// lps substitutes bytes, transposes the 8x8 square of them and applies the linear map.
func (s *streebog) lps(a [8]uint64) (out [8]uint64) {
	t := s.table
	for i := range out {
		sh := 8 * i
		out[i] = t[0][byte(a[0]>>sh)] ^ t[1][byte(a[1]>>sh)] ^ t[2][byte(a[2]>>sh)] ^ t[3][byte(a[3]>>sh)] ^
			t[4][byte(a[4]>>sh)] ^ t[5][byte(a[5]>>sh)] ^ t[6][byte(a[6]>>sh)] ^ t[7][byte(a[7]>>sh)]
	}
	return out
}
