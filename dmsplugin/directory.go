package dmsplugin

import (
	"context"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// directoryServer hands every call to the book, and credentials to where they are sealed.
type directoryServer struct {
	dmspb.UnimplementedDirectoryServer
	*server
}

func (d *directoryServer) PutSubscriber(ctx context.Context, r *dmspb.PutSubscriberRequest) (*dmspb.PutSubscriberResponse, error) {
	return &dmspb.PutSubscriberResponse{}, d.Book.PutSubscriber(ctx, wire.FromSubscriber(r.GetSubscriber()))
}

func (d *directoryServer) ListSubscribers(ctx context.Context, _ *dmspb.ListSubscribersRequest) (*dmspb.ListSubscribersResponse, error) {
	list, err := d.Book.Subscribers(ctx)
	return &dmspb.ListSubscribersResponse{Subscribers: wire.ToSubscribers(list)}, err
}

func (d *directoryServer) SetCredentials(ctx context.Context, r *dmspb.SetCredentialsRequest) (*dmspb.SetCredentialsResponse, error) {
	id := edo.SubscriberID(r.GetSubscriber())
	var err error
	switch login := r.GetLogin().(type) {
	case *dmspb.SetCredentialsRequest_Password:
		err = d.Credentials.SetPassword(ctx, id, login.Password.GetLogin(), edo.NewSecret(login.Password.GetPassword()))
	case *dmspb.SetCredentialsRequest_Certificate:
		err = d.Credentials.SetLoginCertificate(ctx, id, keyPair(login.Certificate))
	case *dmspb.SetCredentialsRequest_CertificatePassword:
		l := login.CertificatePassword
		err = d.Credentials.SetLoginCertificatePassword(ctx, id, l.GetCertificate(), edo.NewSecret(l.GetPassword()))
	case *dmspb.SetCredentialsRequest_Identity:
		err = d.Credentials.SetIdentityToken(ctx, id, edo.NewSecret(login.Identity.GetToken()))
	case *dmspb.SetCredentialsRequest_Access:
		err = d.Credentials.SetAccessToken(ctx, id, edo.NewSecret(login.Access.GetToken()))
	default:
		err = wire.Broken("login", "is missing")
	}
	return &dmspb.SetCredentialsResponse{}, err
}

func keyPair(k *dmspb.KeyPair) KeyPair {
	var out KeyPair
	out.Certificate, out.Key, out.Password = wire.FromKeyPair(k)
	return out
}

func (d *directoryServer) AllowUser(ctx context.Context, r *dmspb.AllowUserRequest) (*dmspb.AllowUserResponse, error) {
	return &dmspb.AllowUserResponse{}, d.Book.PutUser(ctx, wire.FromUser(r.GetUser()))
}

func (d *directoryServer) RevokeUser(ctx context.Context, r *dmspb.RevokeUserRequest) (*dmspb.RevokeUserResponse, error) {
	return &dmspb.RevokeUserResponse{}, d.Book.RemoveUser(ctx, edo.SubscriberID(r.GetSubscriber()), edo.ActorID(r.GetActor()))
}

func (d *directoryServer) ListUsers(ctx context.Context, r *dmspb.ListUsersRequest) (*dmspb.ListUsersResponse, error) {
	list, err := d.Book.Users(ctx, edo.SubscriberID(r.GetSubscriber()))
	return &dmspb.ListUsersResponse{Users: wire.ToUsers(list)}, err
}

func (d *directoryServer) PutSigner(ctx context.Context, r *dmspb.PutSignerRequest) (*dmspb.PutSignerResponse, error) {
	var key *KeyPair
	if r.GetKey() != nil {
		k := keyPair(r.GetKey())
		key = &k
	}
	row := wire.FromSigner(r.GetSigner())
	if row.Place == directory.PlaceCommand || len(row.Command)+len(row.Environment) > 0 {
		// Whoever may name a program may run any program as us, and read the master key.
		return nil, &edo.Error{
			Kind: edo.Denied, Reason: wire.ProgramFromHost, Field: "signer.command", Message: "names a program to run, which no host may",
			Remedy: "let the administrator name it on the plugin's own machine: edo-dms signer add --place command",
		}
	}
	stored, err := d.Credentials.PutSigner(ctx, row, key)
	return &dmspb.PutSignerResponse{Signer: wire.ToSigner(stored)}, err
}

func (d *directoryServer) ListSigners(ctx context.Context, r *dmspb.ListSignersRequest) (*dmspb.ListSignersResponse, error) {
	list, err := d.Book.Signers(ctx, edo.SubscriberID(r.GetSubscriber()))
	return &dmspb.ListSignersResponse{Signers: wire.ToSigners(list)}, err
}
