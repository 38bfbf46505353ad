package console

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// PasswordFile is where the hashes stand, inside a home folder.
const PasswordFile = "console-users.json"

// Bounds of a password, in characters and in bytes.
const (
	MinPassword = 12
	MaxPassword = 1024
)

const (
	rounds   = 600_000 // of PBKDF2 with HMAC-SHA-256
	saltSize = 16
	maxFile  = 4 << 20
)

// PasswordMalformed is the reason of a password that is not taken.
const PasswordMalformed edo.Reason = "password-malformed"

// Passwords keeps who may log in to the console, as salted slow hashes in one file that only its owner reads. What a
// person may do after that is no matter of this file. The file is read at every question: a change holds at once, in
// every process of the machine. It is not shared between machines.
type Passwords struct {
	Path string
	Now  func() time.Time // nil: time.Now

	cost int // rounds of new hashes; 0: rounds. Tests take fewer
}

// entry is one person.
type entry struct {
	KDF    string    `json:"kdf"`
	Rounds int       `json:"rounds"`
	Salt   []byte    `json:"salt"`
	Hash   []byte    `json:"hash"`
	SetAt  time.Time `json:"set_at"`
}

const kdf = "pbkdf2-hmac-sha256"

type passwordFile struct {
	Users map[edo.ActorID]entry `json:"users"`
}

// CheckPassword reports what is wrong with a new password.
func CheckPassword(p edo.Secret) error {
	bad := func(message, remedy string) error {
		return &edo.Error{Kind: edo.Invalid, Reason: PasswordMalformed, Field: "password", Message: message, Remedy: remedy}
	}
	text := p.Reveal()
	switch {
	case !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\n"):
		return bad("is not one line of UTF-8", "give one line of text")
	case utf8.RuneCountInString(text) < MinPassword:
		return bad("is too short", fmt.Sprintf("use at least %d characters; a few words are best", MinPassword))
	case len(text) > MaxPassword:
		return bad("is too long", fmt.Sprintf("use at most %d bytes", MaxPassword))
	}
	return nil
}

// Set stores the hash of a password. Sessions of the person that are open end with their next request.
func (p *Passwords) Set(actor edo.ActorID, password edo.Secret) error {
	if err := errors.Join(edo.CheckID("actor", string(actor)), CheckPassword(password)); err != nil {
		return err
	}
	e := entry{KDF: kdf, Rounds: rounds, Salt: make([]byte, saltSize), SetAt: p.now().UTC().Truncate(time.Second)}
	if p.cost > 0 {
		e.Rounds = p.cost
	}
	if _, err := rand.Read(e.Salt); err != nil {
		return err
	}
	var err error
	if e.Hash, err = e.derive(password); err != nil {
		return err
	}
	return p.change(func(f *passwordFile) error {
		f.Users[actor] = e
		return nil
	})
}

// Remove takes the login away, [edo.NotFound] if there is none.
func (p *Passwords) Remove(actor edo.ActorID) error {
	return p.change(func(f *passwordFile) error {
		if _, known := f.Users[actor]; !known {
			return &edo.Error{Kind: edo.NotFound, Field: "actor", Message: string(actor) + " has no login", Remedy: `see "edo-dms console user list"`}
		}
		delete(f.Users, actor)
		return nil
	})
}

// Login is one person who may log in.
type Login struct {
	Actor edo.ActorID
	SetAt time.Time
}

// List gives everybody who may log in, by name.
func (p *Passwords) List() ([]Login, error) {
	f, err := p.read()
	if err != nil {
		return nil, err
	}
	all := []Login{}
	for _, actor := range slices.Sorted(maps.Keys(f.Users)) {
		all = append(all, Login{actor, f.Users[actor].SetAt})
	}
	return all, nil
}

// Verify answers whether the password is the person's, with the stamp that ends sessions when it changes. Somebody who is
// not known takes as long.
func (p *Passwords) Verify(_ context.Context, actor edo.ActorID, password edo.Secret) (stamp string, ok bool, err error) {
	f, err := p.read()
	if err != nil {
		return "", false, err
	}
	e, known := f.Users[actor]
	if !known {
		e = entry{KDF: kdf, Rounds: rounds, Salt: make([]byte, saltSize), Hash: make([]byte, sha256.Size)}
		if p.cost > 0 {
			e.Rounds = p.cost
		}
	}
	if len(password.Reveal()) > MaxPassword {
		return "", false, nil
	}
	hash, err := e.derive(password)
	if err != nil {
		return "", false, err
	}
	same := subtle.ConstantTimeCompare(hash, e.Hash) == 1
	return e.stamp(), same && known, nil
}

// Stamp tells the present stamp of a person's password, empty if there is none.
func (p *Passwords) Stamp(_ context.Context, actor edo.ActorID) (string, error) {
	f, err := p.read()
	if err != nil {
		return "", err
	}
	e, known := f.Users[actor]
	if !known {
		return "", nil
	}
	return e.stamp(), nil
}

// stamp is a digest of the entry: it tells entries apart and nothing about the password.
func (e entry) stamp() string {
	sum := sha256.Sum256(slices.Concat([]byte("stamp"), e.Salt, e.Hash))
	return fmt.Sprintf("%x", sum[:12])
}

func (e entry) derive(password edo.Secret) ([]byte, error) {
	if e.KDF != kdf || e.Rounds < 1 || e.Rounds > 100*rounds || len(e.Salt) < saltSize {
		return nil, &edo.Error{Kind: edo.Internal, Field: PasswordFile, Message: "holds a hash that this version does not know", Remedy: "set the password anew"}
	}
	return pbkdf2.Key(sha256.New, password.Reveal(), e.Salt, e.Rounds, sha256.Size)
}

func (p *Passwords) now() time.Time {
	if p.Now == nil {
		return time.Now() //nolint:forbidigo // the default clock
	}
	return p.Now()
}

// read gives what stands in the file, nothing if there is none. A file that others may read is refused.
func (p *Passwords) read() (f passwordFile, err error) {
	f.Users = map[edo.ActorID]entry{}
	info, err := os.Stat(p.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	if open(info) {
		return f, &edo.Error{Kind: edo.Denied, Field: PasswordFile, Message: "can be read by others", Remedy: "chmod 600 " + p.Path}
	}
	if info.Size() > maxFile {
		return f, &edo.Error{Kind: edo.Internal, Field: PasswordFile, Message: "is too large"}
	}
	raw, err := os.ReadFile(p.Path)
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		return f, &edo.Error{Kind: edo.Internal, Field: PasswordFile, Message: "cannot be read", Err: err}
	}
	if f.Users == nil {
		f.Users = map[edo.ActorID]entry{}
	}
	return f, nil
}

// change writes the file anew beside the old one and puts it in its place. The new file is also the lock: who finds it
// there waits for somebody else, or for nobody.
func (p *Passwords) change(do func(f *passwordFile) error) (err error) {
	fresh := p.Path + ".new"
	out, err := os.OpenFile(fresh, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &edo.Error{
			Kind: edo.Conflict, Field: PasswordFile, Message: "is being changed by another command",
			Remedy: "try again; if no other command runs, remove " + fresh,
		}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(fresh))
		}
	}()
	f, err := p.read()
	if err == nil {
		err = do(&f)
	}
	var raw []byte
	if err == nil {
		raw, err = json.MarshalIndent(f, "", "  ")
	}
	if err == nil {
		_, err = out.Write(append(raw, '\n'))
	}
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	if err := os.Rename(fresh, p.Path); err != nil {
		return err
	}
	syncFolder(filepath.Dir(p.Path))
	return nil
}

// syncFolder makes the new name last where the system can do that.
func syncFolder(path string) {
	d, err := os.Open(path)
	if err != nil {
		return
	}
	_ = d.Sync() // a system that cannot sync folders says so here; the file itself is synced
	_ = d.Close()
}
