package secret

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"sync"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// Rows is what the vault reads of the directory, a part of [directory.Book].
type Rows interface {
	Subscriber(ctx context.Context, id edo.SubscriberID) (directory.Subscriber, error)
	Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID) (directory.Signer, error)
}

// Blobs keeps sealed bytes and wrapped data keys. A store implements it and can do nothing with them. Every method that
// writes returns after the write is on stable storage.
type Blobs interface {
	// PutSealed stores what the data key of an epoch has sealed; [directory.KeyMoved] if that is not the present epoch.
	PutSealed(ctx context.Context, n directory.SecretName, epoch int64, sealed []byte) error
	// Sealed is [edo.NotFound] for a name that was never put.
	Sealed(ctx context.Context, n directory.SecretName) (directory.SealedSecret, error)
	AllSealed(ctx context.Context) ([]directory.SealedSecret, error)
	// Reseal replaces the bytes if they are still old. Version and times stay.
	Reseal(ctx context.Context, n directory.SecretName, old []byte, epoch int64, sealed []byte) error
	// Succeed is PutSealed and the removal of from in one transaction; [edo.NotFound] if the bytes of from are not old.
	Succeed(ctx context.Context, from directory.SecretName, old []byte, to directory.SecretName, epoch int64, sealed []byte) error
	RemoveSealed(ctx context.Context, n directory.SecretName) error
	SealedUsed(ctx context.Context, n directory.SecretName, at time.Time) error
	// SealedTried counts a try if their number is still the given one, and says whether it was.
	SealedTried(ctx context.Context, n directory.SecretName, tries int, at time.Time) (bool, error)

	// Installation gives the one row; the first call makes it with a random id, epoch 1 and this master key.
	Installation(ctx context.Context, master uint32) (directory.Installation, error)
	// BeginRotation begins the epoch after the given one and takes a master key into use, if that is still the present
	// epoch and no rotation is under way. EndRotation forgets the data keys of earlier epochs and ends it, unless rows
	// are left that need them, and gives their number.
	BeginRotation(ctx context.Context, epoch int64, master uint32) error
	EndRotation(ctx context.Context, epoch int64) (left int, err error)
	// StartOver forgets all sealed bytes and all data keys, and takes a master key into use.
	StartOver(ctx context.Context, master uint32) error
	// DataKey is [edo.NotFound] if there is none.
	DataKey(ctx context.Context, s edo.SubscriberID, epoch int64) (directory.DataKey, error)
	DataKeys(ctx context.Context) ([]directory.DataKey, error)
	// PutDataKey keeps one that is there; [directory.KeyMoved] if epoch or master key are not the present ones. Epoch 0
	// always is.
	PutDataKey(ctx context.Context, k directory.DataKey) error
	// Rewrap replaces the wrapping if it is still old.
	Rewrap(ctx context.Context, k directory.DataKey, old []byte) error
}

// Config of [New]. Rows, Blobs and Keyring are required.
type Config struct {
	Rows    Rows
	Blobs   Blobs
	Keyring *Keyring
	Journal edo.Journal      // goes into every account
	Now     func() time.Time // nil: time.Now

	// Trace is called at named points of a rotation, for crash tests. Nil: package failpoint, which does nothing in production.
	Trace func(ctx context.Context, point string)
}

// Vault sets secrets, and opens them for the gateway. It keeps none in memory.
type Vault struct {
	cfg  Config
	next bool // setters set the next credential
	used *uses
}

// New reports everything that is missing at once.
func New(cfg Config) (*Vault, error) {
	var f edo.Faults
	need := func(ok bool, field string) {
		if !ok {
			f = append(f, &edo.Error{Kind: edo.Invalid, Op: "secret.New", Field: field, Message: "is required", Remedy: "set it in secret.Config"})
		}
	}
	need(cfg.Rows != nil, "rows")
	need(cfg.Blobs != nil, "blobs")
	need(cfg.Keyring != nil, "keyring")
	if err := f.Err(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Trace == nil {
		cfg.Trace = failpoint.Hit
	}
	return &Vault{cfg: cfg, used: &uses{last: map[directory.SecretName]time.Time{}}}, nil
}

// loginOf names the secret of a way to log in. Each way has its own: changing the way and back loses nothing.
func loginOf(s edo.SubscriberID, k directory.LoginKind) directory.SecretName {
	return directory.SecretName{Subscriber: s, Kind: directory.SecretLogin, Field: string(k)}
}

func keyOf(s edo.SubscriberID, id edo.SignerID) directory.SecretName {
	return directory.SecretName{Subscriber: s, Kind: "signer", ID: string(id), Field: "key"}
}

// SetPassword seals the password of a subscriber's login.
func (v *Vault) SetPassword(ctx context.Context, s edo.SubscriberID, password edo.Secret) error {
	return v.setText(ctx, "secret.SetPassword", "password", s, directory.LoginPassword, password)
}

// SetIdentityToken seals the token of an identity provider.
func (v *Vault) SetIdentityToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error {
	return v.setText(ctx, "secret.SetIdentityToken", "identity_token", s, directory.LoginIdentityToken, token)
}

// SetAccessToken seals the access token of another system.
func (v *Vault) SetAccessToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error {
	return v.setText(ctx, "secret.SetAccessToken", "access_token", s, directory.LoginAccessToken, token)
}

func (v *Vault) setText(ctx context.Context, op, field string, s edo.SubscriberID, k directory.LoginKind, text edo.Secret) error {
	if err := given(op, field, text); err != nil {
		return err
	}
	name, err := v.place(ctx, s, k)
	if err != nil {
		return err
	}
	return v.put(ctx, name, []byte(text.Reveal()))
}

func given(op, field string, text edo.Secret) error {
	if text.IsZero() {
		return &edo.Error{Kind: edo.Invalid, Reason: directory.LoginMalformed, Op: op, Field: field, Message: "is empty", Remedy: "give what the operator's account has"}
	}
	return nil
}

// SetCertificatePassword seals the password that goes with a certificate which only names who logs in (DER).
func (v *Vault) SetCertificatePassword(ctx context.Context, s edo.SubscriberID, certificate []byte, password edo.Secret) error {
	const op = "secret.SetCertificatePassword"
	if err := given(op, "password", password); err != nil {
		return err
	}
	c, err := cms.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	name, err := v.place(ctx, s, directory.LoginCertificatePassword)
	if err != nil {
		return err
	}
	both, err := pack(c.DER, []byte(password.Reveal()))
	if err != nil {
		return fault(op, "", err)
	}
	return v.put(ctx, name, both)
}

// SetLoginCertificate seals the key with which a subscriber proves its login, together with the certificate (DER).
func (v *Vault) SetLoginCertificate(ctx context.Context, s edo.SubscriberID, certificate []byte, key *rsa.PrivateKey) error {
	const op = "secret.SetLoginCertificate"
	c, err := cms.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	if key == nil {
		return unusable(op, "is missing")
	}
	if _, err := cms.NewKey(key, c.DER); err != nil { // the public keys must be equal
		return err
	}
	name, err := v.place(ctx, s, directory.LoginCertificate)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return unusable(op, "cannot be written as PKCS#8")
	}
	both, err := pack(c.DER, der)
	if err != nil {
		return fault(op, "", err)
	}
	return v.put(ctx, name, both)
}

// SetSignerKey seals the private key of a person who is in the directory with the certificate of this key. Only keys
// in memory can be sealed: RSA and ECDSA.
func (v *Vault) SetSignerKey(ctx context.Context, s edo.SubscriberID, id edo.SignerID, key crypto.Signer) error {
	row, err := v.cfg.Rows.Signer(ctx, s, id)
	if err != nil {
		return err
	}
	if key == nil {
		return unusable("secret.SetSignerKey", "is missing")
	}
	if row.Place != "" && row.Place != directory.PlaceKey {
		return unusable("secret.SetSignerKey", "is elsewhere: the place of this signer is "+string(row.Place))
	}
	if _, err := cms.NewKey(key, row.Certificate); err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return unusable("secret.SetSignerKey", "is not in memory")
	}
	return v.put(ctx, keyOf(s, id), der)
}

func unusable(op, what string) error {
	return &edo.Error{Kind: edo.Invalid, Reason: KeyUnusable, Op: op, Field: "key", Message: what, Remedy: "give an RSA or ECDSA private key in memory"}
}

// FromFile reports whether the master key is in a file, of which a copy has to be kept.
func (v *Vault) FromFile() bool { return !v.cfg.Keyring.Fixed() }

func (v *Vault) put(ctx context.Context, n directory.SecretName, plain []byte) error {
	return v.seal(ctx, n, plain, func(epoch int64, seal []byte) error {
		failpoint.Hit(ctx, "vault.sealed")
		if err := v.cfg.Blobs.PutSealed(ctx, n, epoch, seal); err != nil {
			return err
		}
		failpoint.Hit(ctx, "vault.stored")
		return nil
	})
}

// usedEvery is how exactly the last use is known: a write for every use would cost as much as sending.
const usedEvery = time.Hour

// uses remembers when this process noted the last use of a secret.
type uses struct {
	mu   sync.Mutex
	last map[directory.SecretName]time.Time
}

// noteUse writes the last use down, once in a while. It is for people: that it could not be written stops nobody.
func (v *Vault) noteUse(ctx context.Context, n directory.SecretName) {
	now := v.cfg.Now()
	v.used.mu.Lock()
	last, seen := v.used.last[n]
	due := !seen || now.Before(last) || now.Sub(last) >= usedEvery
	if due {
		v.used.last[n] = now
	}
	v.used.mu.Unlock()
	if due {
		_ = v.cfg.Blobs.SealedUsed(ctx, n, now)
	}
}
