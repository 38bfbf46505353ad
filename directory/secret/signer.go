package secret

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// Signer gives what signs for exactly the person named, for a document of this kind at this time: the key that is
// sealed here, the program that signs, or the promise of a signature that is made at the host. Its errors are
// [edo.SignerUnknown], [edo.SignerNotAuthorised], [edo.SignerExpired] and [edo.SignerAbsent]; no other person's key is
// ever given instead.
func (v *Vault) Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID, kind string, at time.Time) (edo.Signer, error) {
	row, err := v.cfg.Rows.Signer(ctx, s, id)
	if err != nil {
		return nil, err
	}
	if reason := row.Refuses(kind, at); reason != "" {
		return nil, refused(row, kind, reason)
	}
	switch row.Place {
	case directory.PlaceHost, directory.PlaceCommand:
		return elsewhere(row)
	}
	der, _, err := v.get(ctx, keyOf(s, id))
	if errors.Is(err, edo.NotFound) {
		return nil, absent(row, "the key of "+row.Info.Owner+" is not here")
	}
	if err != nil {
		return nil, err
	}
	v.noteUse(ctx, keyOf(s, id))
	return signerOf(row, der)
}

func signerOf(row directory.Signer, der []byte) (edo.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, ok := parsed.(crypto.Signer)
	if err != nil || !ok {
		return nil, absent(row, "the key of "+row.Info.Owner+" cannot be read")
	}
	k, err := cms.NewKey(key, row.Certificate)
	if err != nil { // the row has got a new certificate since
		return nil, absent(row, "the key here is not that of the certificate of "+row.Info.Owner)
	}
	return k.Signer(row.ID), nil
}

// CommandSigner has the program of a row sign, for whoever has a row and no vault. It refuses what [directory.Signer.Check] does, and
// a place other than [directory.PlaceCommand]. Whatever the program answers is checked as far as it can be seen: one signature, by
// the certificate of the row, over this content.
func CommandSigner(row directory.Signer) (edo.Signer, error) {
	if err := row.Check(); err != nil {
		return nil, err
	}
	if row.Place != directory.PlaceCommand {
		return nil, absent(row, "the key of "+row.Info.Owner+" is not at a program")
	}
	return elsewhere(row)
}

// elsewhere is a signer of whom only the certificate is here.
func elsewhere(row directory.Signer) (edo.Signer, error) {
	c, err := cms.ParseCertificate(row.Certificate)
	if err != nil {
		return nil, absent(row, "the certificate of "+row.Info.Owner+" cannot be read")
	}
	if row.Place == directory.PlaceCommand {
		return &commandSigner{row: row, certificate: c}, nil
	}
	return hostSigner{c.Info(row.ID)}, nil
}

// hostSigner is a person whose key only the host can reach.
type hostSigner struct{ info edo.SignerInfo }

func (h hostSigner) Info() edo.SignerInfo { return h.info }

// Sign reads nothing: the bytes wait in the archive until the host signs them.
func (h hostSigner) Sign(context.Context, io.Reader, time.Time) ([]byte, error) {
	return nil, &edo.Error{
		Kind: edo.NotReady, Reason: edo.SignatureAwaited, Op: "secret.Sign", Field: "signer",
		Message: "the key of " + h.info.Owner + " is at the host", Remedy: "complete the signature task",
	}
}

func refused(row directory.Signer, kind string, reason edo.Reason) error {
	e := &edo.Error{Kind: edo.Denied, Reason: reason, Op: "secret.Signer", Field: "signer"}
	if !row.Enabled {
		e.Message, e.Remedy = string(row.ID)+" ("+row.Info.Owner+") is disabled", "enable the signer, or name another"
	} else if reason == edo.SignerExpired {
		e.Message, e.Remedy = "certificate or authority of "+row.Info.Owner+" is not valid at this time", "store the new certificate and key, or name another signer"
	} else {
		e.Message, e.Remedy = row.Info.Owner+" may not sign a document of kind "+kind, "name a person who may, or let an administrator allow it"
	}
	return e
}

func absent(row directory.Signer, what string) error {
	return &edo.Error{
		Kind: edo.Unavailable, Reason: edo.SignerAbsent, Op: "secret.Signer", Field: "signer", Message: what,
		Remedy: "set the key of " + string(row.ID),
	}
}
