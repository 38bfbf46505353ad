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
	row := wire.FromSubscriber(r.GetSubscriber())
	err := d.administers(ctx, r.GetBy(), row.ID)
	if err == nil {
		err = d.Book.PutSubscriber(ctx, row)
	}
	return &dmspb.PutSubscriberResponse{}, err
}

func (d *directoryServer) ListSubscribers(ctx context.Context, _ *dmspb.ListSubscribersRequest) (*dmspb.ListSubscribersResponse, error) {
	list, err := d.Book.Subscribers(ctx)
	return &dmspb.ListSubscribersResponse{Subscribers: wire.ToSubscribers(list)}, err
}

func (d *directoryServer) SetCredentials(ctx context.Context, r *dmspb.SetCredentialsRequest) (*dmspb.SetCredentialsResponse, error) {
	id := edo.SubscriberID(r.GetSubscriber())
	if err := d.administers(ctx, r.GetBy(), id); err != nil {
		return nil, err
	}
	to := d.Credentials
	if r.GetNext() {
		to = to.Next()
	}
	var err error
	switch login := r.GetLogin().(type) {
	case *dmspb.SetCredentialsRequest_Password:
		err = to.SetPassword(ctx, id, login.Password.GetLogin(), edo.NewSecret(login.Password.GetPassword()))
	case *dmspb.SetCredentialsRequest_Certificate:
		err = to.SetLoginCertificate(ctx, id, keyPair(login.Certificate))
	case *dmspb.SetCredentialsRequest_CertificatePassword:
		l := login.CertificatePassword
		err = to.SetLoginCertificatePassword(ctx, id, l.GetCertificate(), edo.NewSecret(l.GetPassword()))
	case *dmspb.SetCredentialsRequest_Identity:
		err = to.SetIdentityToken(ctx, id, edo.NewSecret(login.Identity.GetToken()))
	case *dmspb.SetCredentialsRequest_Access:
		err = to.SetAccessToken(ctx, id, edo.NewSecret(login.Access.GetToken()))
	default:
		err = wire.Broken("login", "is missing")
	}
	return &dmspb.SetCredentialsResponse{}, err
}

// administers asks whether the user who is named may change what is kept of a subscriber. Where none is named the host
// itself acts, which has started this process and could change everything at the command line as well.
func (d *directoryServer) administers(ctx context.Context, by string, s edo.SubscriberID) error {
	if by == "" {
		return nil
	}
	return d.Exchange.MayAdminister(ctx, reader(by), s)
}

func keyPair(k *dmspb.KeyPair) KeyPair {
	var out KeyPair
	out.Certificate, out.Key, out.Password = wire.FromKeyPair(k)
	return out
}

func (d *directoryServer) AllowUser(ctx context.Context, r *dmspb.AllowUserRequest) (*dmspb.AllowUserResponse, error) {
	row := wire.FromUser(r.GetUser())
	err := d.administers(ctx, r.GetBy(), row.Subscriber)
	if err == nil {
		err = d.Book.PutUser(ctx, row)
	}
	return &dmspb.AllowUserResponse{}, err
}

func (d *directoryServer) RevokeUser(ctx context.Context, r *dmspb.RevokeUserRequest) (*dmspb.RevokeUserResponse, error) {
	id := edo.SubscriberID(r.GetSubscriber())
	err := d.administers(ctx, r.GetBy(), id)
	if err == nil {
		err = d.Book.RemoveUser(ctx, id, edo.ActorID(r.GetActor()))
	}
	return &dmspb.RevokeUserResponse{}, err
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
	if err := d.administers(ctx, r.GetBy(), row.Subscriber); err != nil {
		return nil, err
	}
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
