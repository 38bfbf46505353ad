package secret

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Reasons of this package.
const (
	KeyFileMissing     edo.Reason = "key-file-missing"
	KeyFileThere       edo.Reason = "key-file-there"
	KeyFileOpen        edo.Reason = "key-file-open" // others than the owner may read it
	KeyFileMalformed   edo.Reason = "key-file-malformed"
	SealBroken         edo.Reason = "seal-broken"         // other key, other name or changed bytes
	CredentialsMissing edo.Reason = "credentials-missing" // nobody has set them
	KeyUnusable        edo.Reason = "key-unusable"        // no software key, or not that of the certificate
)

// maxKeyFile bounds the master key file in bytes; one key takes about 400.
const maxKeyFile = 64 << 10

// Keyring is the open master key. It is safe for use by several goroutines.
type Keyring struct{ aead tink.AEAD }

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

// AddKey adds a key to the file and seals with it from now on. Processes that run already must be restarted to open
// what is sealed after this.
func AddKey(path string) error {
	h, err := readKey(path)
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(h)
	if err := addPrimary(m); err != nil {
		return fault("secret.AddKey", "", err)
	}
	return fault("secret.AddKey", "", writeKey(m, path, os.Rename))
}

// OpenKey reads the master key.
func OpenKey(path string) (*Keyring, error) {
	h, err := readKey(path)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, fault("secret.OpenKey", KeyFileMalformed, err)
	}
	return &Keyring{aead: a}, nil
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
		e.Kind, e.Field, e.Message, e.Remedy = edo.Invalid, "key_file", "holds no key", "restore it from its copy"
	}
	return e
}

// bound is the associated data of a seal. Ids cannot hold the separator, see edo.CheckID.
func bound(n directory.SecretName) []byte {
	return []byte(strings.Join([]string{string(n.Subscriber), n.Kind, n.ID, n.Field}, "|"))
}

func (k *Keyring) seal(n directory.SecretName, plain []byte) ([]byte, error) {
	sealed, err := k.aead.Encrypt(plain, bound(n))
	return sealed, fault("secret.Seal", "", err)
}

func (k *Keyring) open(n directory.SecretName, sealed []byte) ([]byte, error) {
	plain, err := k.aead.Decrypt(sealed, bound(n))
	if err != nil {
		return nil, &edo.Error{
			Kind: edo.Unavailable, Reason: SealBroken, Op: "secret.Open", Message: n.Kind + " " + n.Field + " of " + string(n.Subscriber) + " does not open",
			Remedy: "use the key file it was sealed with, or set the secret again",
		}
	}
	return plain, nil
}
