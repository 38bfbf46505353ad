package mockoperator

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// session is what a token stands for.
type session struct {
	org      int
	head     int  // of the organisation; its heads may be none
	password bool // made with a password, which may mean reading only
	expires  time.Time
}

// open makes a session and returns the sixteen bytes and the text of its token.
func (o *Operator) open(org, head int, password bool) (raw [16]byte, token string) {
	rand.Read(raw[:]) // never fails, see crypto/rand
	token = netGUID(raw)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sessions[token] = &session{org: org, head: head, password: password, expires: o.now().Add(o.scenario.TokenLifetime)}
	return raw, token
}

// netGUID is the text that .NET gives to sixteen bytes: the first three groups are little-endian.
func netGUID(b [16]byte) string {
	var le [16]byte
	binary.BigEndian.PutUint32(le[0:], binary.LittleEndian.Uint32(b[0:]))
	binary.BigEndian.PutUint16(le[4:], binary.LittleEndian.Uint16(b[4:]))
	binary.BigEndian.PutUint16(le[6:], binary.LittleEndian.Uint16(b[6:]))
	copy(le[8:], b[8:])
	h := hex.EncodeToString(le[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// session checks a token. field is where it stood in the request.
func (o *Operator) session(token *node, field string) (*session, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s, ok := o.sessions[token.text]
	if !ok {
		return nil, refuse("Unauthorized", field, "Маркер доступа неверен")
	}
	if !o.now().Before(s.expires) {
		return nil, refuse("Unauthorized", field, "Срок действия маркера доступа истёк")
	}
	return s, nil
}

// inBox checks a token and that the box belongs to it.
func (o *Operator) inBox(token *node, tokenField string, box *node, boxField string) (*session, error) {
	s, err := o.session(token, tokenField)
	if err != nil {
		return nil, err
	}
	if box.text == "" {
		return nil, refuse("NotFilledRequiredField", boxField, "Не указан ящик")
	}
	if n, _ := o.owner(box.text); n != s.org {
		return nil, refuse("BoxAccessError", boxField, "Нет доступа к ящику")
	}
	return s, nil
}

// Expire ends all tokens at once, as if their time had run out.
func (o *Operator) Expire() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.sessions {
		s.expires = time.Time{}
	}
}
