package dmsplugin

import (
	"context"
	"io"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// PutSubscriber stores one of our organisations at one operator, new or changed. Credentials stay as they were.
func (c *Client) PutSubscriber(ctx context.Context, s directory.Subscriber) error {
	_, err := c.directory.PutSubscriber(ctx, &dmspb.PutSubscriberRequest{Subscriber: wire.ToSubscriber(s), By: c.by})
	return wire.FromError("dmsplugin.PutSubscriber", err)
}

// Subscribers lists them, without credentials.
func (c *Client) Subscribers(ctx context.Context) ([]directory.Subscriber, error) {
	r, err := c.directory.ListSubscribers(ctx, &dmspb.ListSubscribersRequest{})
	return wire.FromSubscribers(r.GetSubscribers()), wire.FromError("dmsplugin.Subscribers", err)
}

// SetPassword makes the subscriber log in by name and password. The password is sealed before it is stored and never
// comes back.
func (c *Client) SetPassword(ctx context.Context, s edo.SubscriberID, login string, password edo.Secret) error {
	_, err := c.directory.SetCredentials(ctx, &dmspb.SetCredentialsRequest{
		Subscriber: string(s), By: c.by, Next: c.next,
		Login: &dmspb.SetCredentialsRequest_Password{Password: &dmspb.Password{Login: login, Password: password.Reveal()}},
	})
	return wire.FromError("dmsplugin.SetPassword", err)
}

// SetLoginCertificate makes the subscriber log in by certificate. The key is sealed before it is stored and never comes
// back.
func (c *Client) SetLoginCertificate(ctx context.Context, s edo.SubscriberID, k KeyPair) error {
	_, err := c.directory.SetCredentials(ctx, &dmspb.SetCredentialsRequest{
		Subscriber: string(s), By: c.by, Next: c.next,
		Login: &dmspb.SetCredentialsRequest_Certificate{Certificate: wire.ToKeyPair(k.Certificate, k.Key, k.Password)},
	})
	return wire.FromError("dmsplugin.SetLoginCertificate", err)
}

// SetLoginCertificatePassword makes the subscriber log in by a certificate, PEM or DER, and a password. The password is
// sealed before it is stored and never comes back.
func (c *Client) SetLoginCertificatePassword(ctx context.Context, s edo.SubscriberID, certificate []byte, password edo.Secret) error {
	_, err := c.directory.SetCredentials(ctx, &dmspb.SetCredentialsRequest{
		Subscriber: string(s), By: c.by, Next: c.next,
		Login: &dmspb.SetCredentialsRequest_CertificatePassword{CertificatePassword: wire.ToCertificatePassword(certificate, password)},
	})
	return wire.FromError("dmsplugin.SetLoginCertificatePassword", err)
}

// SetIdentityToken makes the subscriber log in by a token of an identity provider, sealed like a password.
func (c *Client) SetIdentityToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error {
	_, err := c.directory.SetCredentials(ctx, &dmspb.SetCredentialsRequest{
		Subscriber: string(s), By: c.by, Next: c.next, Login: &dmspb.SetCredentialsRequest_Identity{Identity: wire.ToForeignToken(token)},
	})
	return wire.FromError("dmsplugin.SetIdentityToken", err)
}

// SetAccessToken makes the subscriber log in by an access token of another system, sealed like a password.
func (c *Client) SetAccessToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error {
	_, err := c.directory.SetCredentials(ctx, &dmspb.SetCredentialsRequest{
		Subscriber: string(s), By: c.by, Next: c.next, Login: &dmspb.SetCredentialsRequest_Access{Access: wire.ToForeignToken(token)},
	})
	return wire.FromError("dmsplugin.SetAccessToken", err)
}

// AllowUser allows a user of the host to act for a subscriber.
func (c *Client) AllowUser(ctx context.Context, u directory.User) error {
	_, err := c.directory.AllowUser(ctx, &dmspb.AllowUserRequest{User: wire.ToUser(u), By: c.by})
	return wire.FromError("dmsplugin.AllowUser", err)
}

// RevokeUser takes that back.
func (c *Client) RevokeUser(ctx context.Context, s edo.SubscriberID, a edo.ActorID) error {
	_, err := c.directory.RevokeUser(ctx, &dmspb.RevokeUserRequest{Subscriber: string(s), Actor: string(a), By: c.by})
	return wire.FromError("dmsplugin.RevokeUser", err)
}

// Users lists who may act for a subscriber.
func (c *Client) Users(ctx context.Context, s edo.SubscriberID) ([]directory.User, error) {
	r, err := c.directory.ListUsers(ctx, &dmspb.ListUsersRequest{Subscriber: string(s)})
	return wire.FromUsers(r.GetUsers()), wire.FromError("dmsplugin.Users", err)
}

// PutSigner stores a person who signs and gives it back with what the certificate says. Without k a stored key stays,
// and s.Certificate must be given.
func (c *Client) PutSigner(ctx context.Context, s directory.Signer, k *KeyPair) (directory.Signer, error) {
	request := &dmspb.PutSignerRequest{Signer: wire.ToSigner(s), By: c.by}
	if k != nil {
		request.Key = wire.ToKeyPair(k.Certificate, k.Key, k.Password)
	}
	r, err := c.directory.PutSigner(ctx, request)
	return wire.FromSigner(r.GetSigner()), wire.FromError("dmsplugin.PutSigner", err)
}

// Signers lists the signers of a subscriber, without keys.
func (c *Client) Signers(ctx context.Context, s edo.SubscriberID) ([]directory.Signer, error) {
	r, err := c.directory.ListSigners(ctx, &dmspb.ListSignersRequest{Subscriber: string(s)})
	return wire.FromSigners(r.GetSigners()), wire.FromError("dmsplugin.Signers", err)
}

// Log lists exchanges of one subscriber with its operator, newest first, without heads and bodies. A zero limit means
// 100, 500 is the most. The reader needs [edo.ActionRead], see [Client.As].
func (c *Client) Log(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error) {
	query := wire.ToQuery(f)
	query.Actor = c.reader
	r, err := c.log.Query(ctx, query)
	return wire.FromLogRows(r.GetRows()), wire.FromError("dmsplugin.Log", err)
}

// Side chooses the request or the answer of an exchange.
type Side int

// Sides of an exchange.
const (
	RequestSide Side = iota + 1
	AnswerSide
)

// RawXML writes the stored request or answer of an exchange to w: exact except that secrets and document content are
// replaced by placeholders. The row comes with its heads. With an error, what was written must be thrown away. The reader
// needs [edo.ActionReadLog], see [Client.As]; the reading is remembered.
func (c *Client) RawXML(ctx context.Context, id edo.ExchangeID, side Side, w io.Writer) (directory.Exchange, error) {
	const op = "dmsplugin.RawXML"
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.log.RawXML(ctx, &dmspb.RawXMLRequest{Id: string(id), Side: dmspb.Side(side), Actor: c.reader})
	if err != nil {
		return directory.Exchange{}, wire.FromError(op, err)
	}
	first, err := stream.Recv()
	if err != nil {
		return directory.Exchange{}, wire.FromError(op, err)
	}
	if first.GetHeader() == nil {
		return directory.Exchange{}, wire.Broken("xml", "does not begin with its header")
	}
	_, err = pull(newJoin("xml", w, first.GetHeader().GetSize()), func() (*dmspb.Chunk, *dmspb.ContentEnd, error) {
		part, err := stream.Recv()
		return part.GetChunk(), part.GetEnd(), err
	})
	return wire.FromLogRow(first.GetHeader().GetRow()), wire.FromError(op, err)
}
