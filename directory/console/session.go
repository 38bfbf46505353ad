package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

// Limits of a session.
const (
	idleLimit   = 30 * time.Minute
	wholeLimit  = 10 * time.Hour
	perPerson   = 10
	maxSessions = 1000
)

// session is one person who has logged in, in this process only.
type session struct {
	actor edo.ActorID
	token string // of forms
	stamp string // of the password that opened it
	begun time.Time

	// Under the lock of sessions.
	seen time.Time
	said string // shown on the next page, once
}

// sessions are kept by the digest of their id: what is in memory opens nothing.
type sessions struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]*session
}

func newSessions() *sessions { return &sessions{all: map[[sha256.Size]byte]*session{}} }

// open makes a session and gives its id. Of too many of one person the oldest ends.
func (s *sessions) open(actor edo.ActorID, stamp string, now time.Time) (id string, ok bool) {
	id = rand.Text() + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest [sha256.Size]byte
	var begun time.Time
	mine := 0
	for key, one := range s.all {
		if one.over(now) {
			delete(s.all, key)
			continue
		}
		if one.actor == actor {
			if mine++; begun.IsZero() || one.begun.Before(begun) {
				oldest, begun = key, one.begun
			}
		}
	}
	if mine >= perPerson {
		delete(s.all, oldest)
	}
	if len(s.all) >= maxSessions {
		return "", false
	}
	s.all[sha256.Sum256([]byte(id))] = &session{actor: actor, token: rand.Text(), stamp: stamp, begun: now, seen: now}
	return id, true
}

// find gives the session of an id, nil if there is none or it is over.
func (s *sessions) find(id string, now time.Time) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(id))
	one := s.all[key]
	if one == nil {
		return nil
	}
	if one.over(now) {
		delete(s.all, key)
		return nil
	}
	one.seen = now
	return one
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(id)))
}

// say leaves a sentence for the next page.
func (s *sessions) say(one *session, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one.said = text
}

// hear takes the sentence.
func (s *sessions) hear(one *session) (text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, one.said = one.said, ""
	return text
}

// over needs the lock of sessions.
func (s *session) over(now time.Time) bool {
	return now.Sub(s.seen) >= idleLimit || now.Sub(s.begun) >= wholeLimit
}

// same compares tokens in constant time; an empty one is never right.
func same(given, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1
}
