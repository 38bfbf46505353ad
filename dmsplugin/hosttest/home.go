package hosttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"path/filepath"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// Who acts in the cases. The three subscribers are one organisation with three rows.
const (
	working = "working" // its operator is there
	cut     = "cut-off" // its operator does not answer: packages stay here
	silent  = "silent"  // nothing is ever sent for it

	clerk    = "ivanova" // may do everything for the first two
	other    = "petrov"  // may send for silent only
	reading  = "sidorov" // may only see rows of the log
	stranger = "nobody"
)

const signer = "head"

// secretsOf names what no answer may hold. Of the key it is the middle of it, as bytes and as its file spells it.
func secretsOf(c Config) (map[string]string, error) {
	all := map[string]string{"password": c.Operator.Password}
	maps.Copy(all, c.Secrets)
	if len(c.Operator.Key) > 0 {
		block, _ := pem.Decode(c.Operator.Key)
		lines := bytes.Split(bytes.TrimSpace(c.Operator.Key), []byte("\n"))
		if block == nil || len(lines) < 4 {
			return nil, errors.New("hosttest: the key is not PEM")
		}
		all["key"] = string(lines[len(lines)/2])
	}
	return all, nil
}

// closedPort is an address where nobody listens.
func closedPort(t conformance.T) string {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer l.Close()
	return "http://" + l.Addr().String() + "/"
}

// furnish stores subscribers, users and the signer, as an administrator's host does.
func (s *Suite) furnish(t conformance.T, h *host) {
	ctx, o := t.Context(), s.Operator
	must := func(what string, err error) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	all := []dmspb.Action{
		dmspb.Action_ACTION_SEND, dmspb.Action_ACTION_READ, dmspb.Action_ACTION_ANSWER, dmspb.Action_ACTION_INVITE, dmspb.Action_ACTION_SIGN,
		dmspb.Action_ACTION_DECIDE, dmspb.Action_ACTION_READ_LOG, dmspb.Action_ACTION_READ_CONTENT,
	}
	nowhere := closedPort(t)
	for id, endpoint := range map[string]string{working: o.Endpoint, cut: nowhere, silent: nowhere} {
		_, err := h.directory.PutSubscriber(ctx, &dmspb.PutSubscriberRequest{Subscriber: &dmspb.Subscriber{
			Id: id, Title: id, Operator: o.Name, Endpoint: endpoint, Box: o.Box, Inn: o.INN, Kpp: o.KPP, LoginKind: dmspb.LoginKind_LOGIN_KIND_PASSWORD, Login: o.Login,
		}})
		must("PutSubscriber", err)
		_, err = h.directory.SetCredentials(ctx, &dmspb.SetCredentialsRequest{
			Subscriber: id, Login: &dmspb.SetCredentialsRequest_Password{Password: &dmspb.Password{Login: o.Login, Password: o.Password}},
		})
		must("SetCredentials", err)
		_, err = h.directory.PutSigner(ctx, &dmspb.PutSignerRequest{
			Signer: &dmspb.Signer{Id: signer, Subscriber: id}, Key: &dmspb.KeyPair{Certificate: o.Certificate, Key: o.Key},
		})
		must("PutSigner", err)
	}
	for _, u := range []*dmspb.User{
		{Actor: clerk, Subscriber: working, Actions: all},
		{Actor: clerk, Subscriber: cut, Actions: all},
		{Actor: other, Subscriber: silent, Actions: all},
		{Actor: reading, Subscriber: cut, Actions: []dmspb.Action{dmspb.Action_ACTION_READ}},
	} {
		_, err := h.directory.AllowUser(ctx, &dmspb.AllowUserRequest{User: u})
		must("AllowUser", err)
	}
}

// furnished is a plugin of its own on a home of its own.
func (s *Suite) furnished(t conformance.T, change ...func(environment)) *host {
	h := s.launch(t, filepath.Join(t.TempDir(), "home"), change...)
	s.furnish(t, h)
	return h
}

// bare is a plugin of its own on an empty home.
func (s *Suite) bare(t conformance.T, change ...func(environment)) *host {
	return s.launch(t, filepath.Join(t.TempDir(), "home"), change...)
}

// common is a plugin that cases share; none of them may end it.
func (s *Suite) common(t conformance.T) *host {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared == nil {
		var h *host
		s.ending.Do(func(t conformance.T) { h = s.furnished(t) })
		if h == nil {
			t.Fatalf("the plugin that cases share: %s", strings.Join(s.ending.Close(), "; "))
		}
		s.shared = h
	}
	if _, over := s.shared.ended(0); over {
		t.Fatalf("the plugin that cases share has ended: %s", &s.shared.process.stderr)
	}
	return s.shared
}

// letter is a package for the recipient.
type letter struct {
	subscriber, id, actor string
	bodies                [][]byte
}

func letterOf(subscriber, id string, bodies ...[]byte) letter {
	return letter{subscriber: subscriber, id: id, actor: clerk, bodies: bodies}
}

func (l letter) key() *dmspb.Key { return &dmspb.Key{Subscriber: l.subscriber, Package: l.id} }

func documentID(i int) string { return fmt.Sprintf("doc-%d", i+1) }

// head opens a package of n documents.
func (s *Suite) head(l letter, n int) *dmspb.SendRequest {
	return &dmspb.SendRequest{Part: &dmspb.SendRequest_Package{Package: &dmspb.PackageHeader{
		Key: l.key(), Actor: l.actor, To: &dmspb.Counterparty{Inn: s.Operator.ToINN, Kpp: s.Operator.ToKPP}, DocumentCount: int32(n), //nolint:gosec // a few
	}}}
}

func announce(i int, size int64) *dmspb.SendRequest {
	return &dmspb.SendRequest{Part: &dmspb.SendRequest_Document{Document: &dmspb.DocumentHeader{
		Id: documentID(i), Name: fmt.Sprintf("письмо %d.txt", i+1), Kind: "Письмо", ExternalId: fmt.Sprintf("card-%d", i+1), Size: size, Signer: signer,
	}}}
}

func chunk(data []byte) *dmspb.SendRequest {
	return &dmspb.SendRequest{Part: &dmspb.SendRequest_Chunk{Chunk: &dmspb.Chunk{Data: data}}}
}

func finish(i int, said []byte) *dmspb.SendRequest {
	d := sha256.Sum256(said)
	return &dmspb.SendRequest{Part: &dmspb.SendRequest_End{End: &dmspb.DocumentEnd{Id: documentID(i), Size: int64(len(said)), Sha256: d[:]}}}
}

// chunkSize is what the contract calls best.
const chunkSize = 256 << 10

// parts is the whole stream of a package.
func (s *Suite) parts(l letter) []*dmspb.SendRequest {
	all := []*dmspb.SendRequest{s.head(l, len(l.bodies))}
	for i, b := range l.bodies {
		all = append(all, announce(i, int64(len(b))))
	}
	for i, b := range l.bodies {
		for rest := b; len(rest) > 0; rest = rest[min(len(rest), chunkSize):] {
			all = append(all, chunk(rest[:min(len(rest), chunkSize)]))
		}
		all = append(all, finish(i, b))
	}
	return all
}

// upload sends parts as they are and gives the answer.
func upload(ctx context.Context, w wire, parts ...*dmspb.SendRequest) (*dmspb.Operation, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := w.exchange.Send(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if err := stream.Send(p); err != nil {
			break // the answer says why
		}
	}
	r, err := stream.CloseAndRecv()
	return r.GetOperation(), err
}

// send hands a whole package over.
func (s *Suite) send(t conformance.T, w wire, l letter) *dmspb.Operation {
	op, err := upload(t.Context(), w, s.parts(l)...)
	if err != nil {
		t.Fatalf("package %s is refused: %v", l.id, err)
	}
	return op
}

// content reads a stream of content as a careful host does: header, chunks, trailer, and nothing else.
func content(ctx context.Context, w wire, r *dmspb.ContentRequest) (*dmspb.Version, []byte, *dmspb.ContentEnd, error) {
	stream, err := w.exchange.Content(ctx, r)
	if err != nil {
		return nil, nil, nil, err
	}
	var version *dmspb.Version
	var body bytes.Buffer
	var end *dmspb.ContentEnd
	for first := true; ; first = false {
		m, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && end == nil:
			return version, body.Bytes(), nil, errors.New("the stream has no trailer")
		case errors.Is(err, io.EOF):
			return version, body.Bytes(), end, nil
		case err != nil:
			return version, body.Bytes(), end, err
		case end != nil:
			return version, body.Bytes(), end, errors.New("something comes after the trailer")
		case first != (m.GetHeader() != nil):
			return version, body.Bytes(), end, errors.New("the header is not the first part, or comes twice")
		}
		if first {
			version = m.GetHeader().GetVersion()
		}
		if c := m.GetChunk(); c != nil {
			if n := len(c.GetData()); n == 0 || n > 1<<20 {
				return version, body.Bytes(), end, fmt.Errorf("a chunk of %d bytes", n)
			}
			body.Write(c.GetData())
		}
		end = m.GetEnd()
	}
}
