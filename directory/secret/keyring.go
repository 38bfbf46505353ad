package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/edokit/edokit/edo"
)

// Reasons of this package.
const (
	KeyFileMissing     edo.Reason = "key-file-missing"
	KeyFileThere       edo.Reason = "key-file-there"
	KeyFileOpen        edo.Reason = "key-file-open" // others than the owner may read it
	KeyFileMalformed   edo.Reason = "key-file-malformed"
	KeyTwice           edo.Reason = "key-twice"           // a file and the environment both hold a master key
	KeyVersionMissing  edo.Reason = "key-version-missing" // the store needs a version of the master key that is not here
	RotationUnfinished edo.Reason = "rotation-unfinished"
	SealBroken         edo.Reason = "seal-broken"         // other key, other name or changed bytes
	CredentialsMissing edo.Reason = "credentials-missing" // nobody has set them
	KeyUnusable        edo.Reason = "key-unusable"        // no software key, or not that of the certificate
)

// maxKeyFile bounds the master key in bytes; one version takes about 400.
const maxKeyFile = 64 << 10

// Keyring is the open master key with all its versions. When a store needs a version that another process has added, the
// file is read again. It is safe for use by several goroutines.
type Keyring struct {
	path string // empty: the key is from the environment

	mu   sync.Mutex
	keys keys
}

// keys are the versions of a master key by their ids, and the newest.
type keys struct {
	newest uint32
	by     map[uint32]tink.AEAD
	handle *keyset.Handle
}

// CreateKey makes a new master key in a file that only its owner may read. A file that is there is never replaced:
// [edo.Conflict]. Of several processes that do this at once one wins, and none sees half a file.
func CreateKey(path string) error {
	m := keyset.NewManager()
	if err := addPrimary(m); err != nil {
		return fault("secret.CreateKey", "", err)
	}
	err := writeKey(m, path, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return &edo.Error{
			Kind: edo.Conflict, Reason: KeyFileThere, Op: "secret.CreateKey", Field: "key_file", Message: path + " is there already",
			Remedy: "use it, or name another file",
		}
	}
	return fault("secret.CreateKey", "", err)
}

// AddKey adds a version to the master key in a file. It wraps data keys when a rotation takes it into use, see
// [Vault.Rotate]; processes that run meet it then and read the file again.
func AddKey(path string) error {
	h, err := readKey(path)
	if err != nil {
		return err
	}
	m, err := grown(h)
	if err != nil {
		return err
	}
	return fault("secret.AddKey", "", writeKey(m, path, os.Rename))
}

// ExtendKey writes a master key from the environment with one more version to a new file, for the administrator to put
// into the place that the environment is made from.
func ExtendKey(key edo.Secret, path string) error {
	h, err := parseKey([]byte(key.Reveal()))
	if err != nil {
		return err
	}
	m, err := grown(h)
	if err != nil {
		return err
	}
	return fault("secret.ExtendKey", "", writeKey(m, path, os.Link))
}

func grown(h *keyset.Handle) (*keyset.Manager, error) {
	m := keyset.NewManagerFromHandle(h)
	return m, fault("secret.AddKey", "", addPrimary(m))
}

// OpenKey reads the master key from its file.
func OpenKey(path string) (*Keyring, error) {
	h, err := readKey(path)
	if err != nil {
		return nil, err
	}
	return open(path, h)
}

// ParseKey takes a master key from the environment: the text of a key file, or the same in base64. Whoever reads it
// there takes it away from there, so that no child inherits it.
func ParseKey(key edo.Secret) (*Keyring, error) {
	h, err := parseKey([]byte(key.Reveal()))
	if err != nil {
		return nil, err
	}
	return open("", h)
}

func open(path string, h *keyset.Handle) (*Keyring, error) {
	all, err := split(h)
	if err != nil {
		return nil, fault("secret.OpenKey", KeyFileMalformed, nil)
	}
	return &Keyring{path: path, keys: all}, nil
}

// split makes every version usable by itself: what seals is chosen by the store, not by the file.
func split(h *keyset.Handle) (keys, error) {
	all := keys{by: map[uint32]tink.AEAD{}, handle: h}
	newest, err := h.Primary()
	if err != nil {
		return all, err
	}
	all.newest = newest.KeyID()
	for i := range h.Len() {
		e, err := h.Entry(i)
		if err != nil {
			return all, err
		}
		m := keyset.NewManagerFromHandle(h)
		if err := m.SetPrimary(e.KeyID()); err != nil {
			return all, err
		}
		one, err := m.Handle()
		if err != nil {
			return all, err
		}
		if all.by[e.KeyID()], err = aead.New(one); err != nil {
			return all, err
		}
	}
	return all, nil
}

// Newest is the id of the newest version.
func (k *Keyring) Newest() uint32 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys.newest
}

// Fixed reports whether the key is from the environment, so that no version can be added here.
func (k *Keyring) Fixed() bool { return k.path == "" }

// reload reads the file again.
func (k *Keyring) reload() error {
	if k.path == "" {
		return nil
	}
	h, err := readKey(k.path)
	if err != nil {
		return err
	}
	all, err := split(h)
	if err != nil {
		return fault("secret.OpenKey", KeyFileMalformed, nil)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = all
	return nil
}

// version is one version of the master key; one that is not known may have been added to the file since.
func (k *Keyring) version(id uint32) (tink.AEAD, error) {
	for again := range 2 {
		k.mu.Lock()
		a, ok := k.keys.by[id]
		k.mu.Unlock()
		if ok {
			return a, nil
		}
		if again == 0 {
			if err := k.reload(); err != nil {
				return nil, err
			}
		}
	}
	remedy := "restore the copy of the key file that was made after the last rotation; if there is none, begin anew with secret start-over and set every secret again"
	if k.path == "" {
		remedy = "start the process with the present value of the variable; if it is lost, begin anew with secret start-over and set every secret again"
	}
	return nil, &edo.Error{
		Kind: edo.Unavailable, Reason: KeyVersionMissing, Op: "secret.Open", Field: "master_key",
		Message: fmt.Sprintf("has no version %08x, by which the store is sealed", id), Remedy: remedy,
	}
}

func addPrimary(m *keyset.Manager) error {
	id, err := m.Add(aead.AES256GCMSIVKeyTemplate())
	if err != nil {
		return err
	}
	return m.SetPrimary(id)
}

// writeKey writes the file aside and then gives it its name.
func writeKey(m *keyset.Manager, path string, name func(from, to string) error) error {
	h, err := m.Handle()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&text)); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // already gone after a rename
	_, err = f.Write(text.Bytes())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := name(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func readKey(path string) (*keyset.Handle, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &edo.Error{
			Kind: edo.NotFound, Reason: KeyFileMissing, Op: "secret.OpenKey", Field: "key_file", Message: path + " is not there",
			Remedy: "restore it from its copy; for a new installation make one",
		}
	case err != nil:
		return nil, fault("secret.OpenKey", "", err)
	case info.Size() > maxKeyFile || !info.Mode().IsRegular():
		return nil, fault("secret.OpenKey", KeyFileMalformed, nil)
	case others(info.Mode()):
		return nil, &edo.Error{
			Kind: edo.Denied, Reason: KeyFileOpen, Op: "secret.OpenKey", Field: "key_file", Message: path + " can be read by others",
			Remedy: "take the rights of group and others away (chmod 600) and think of the key as known to them",
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault("secret.OpenKey", "", err)
	}
	return parseKey(text)
}

// parseKey reads the text of a key file, or the same in base64.
func parseKey(text []byte) (*keyset.Handle, error) {
	text = bytes.TrimSpace(text)
	if plain, err := base64.StdEncoding.DecodeString(string(text)); err == nil {
		text = plain
	}
	if len(text) > maxKeyFile {
		return nil, fault("secret.OpenKey", KeyFileMalformed, nil)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		// The cause is left out: a parser's error may quote what it could not parse.
		return nil, fault("secret.OpenKey", KeyFileMalformed, nil)
	}
	return h, nil
}

func fault(op string, reason edo.Reason, err error) error {
	if err == nil && reason == "" {
		return nil
	}
	e := &edo.Error{Kind: edo.Internal, Reason: reason, Op: op, Err: err}
	if reason == KeyFileMalformed {
		e.Kind, e.Field, e.Message, e.Remedy = edo.Invalid, "master_key", "holds no key", "restore it from its copy"
	}
	return e
}
