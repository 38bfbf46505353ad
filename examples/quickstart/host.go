package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// Who sends in this demo. A real host takes these from its own cards.
const (
	subscriber = edo.SubscriberID("velgom-seti")
	clerk      = edo.ActorID("kuznetsova")
	clerkName  = "Кузнецова Мария Игоревна"
)

// host is the document management system of the demo: it knows nothing of the operator, only of the plugin.
type host struct {
	plugin *dmsplugin.Client
	home   string
}

func launch(ctx context.Context, bin, home string) (*host, error) {
	client, err := dmsplugin.Launch(ctx, dmsplugin.Config{
		Path: filepath.Join(bin, "edo-dms"), Env: []string{"EDOKIT_HOME=" + home}, Actor: clerk,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return nil, err
	}
	return &host{plugin: client, home: home}, nil
}

// register creates the subscriber with sealed credentials, one allowed user and two heads who sign.
func (h *host) register(ctx context.Context, o *operator) error {
	org := o.Organisations[0]
	say("Creating the subscriber %s (ИНН %s)", org.Name, org.INN)
	err := h.plugin.PutSubscriber(ctx, directory.Subscriber{
		ID: subscriber, Title: org.Name, Operator: "synerdocs", Endpoint: o.URL, Box: org.Box, INN: org.INN, KPP: org.KPP,
		Login: org.Login, LoginKind: directory.LoginPassword, Enabled: true,
	})
	if err != nil {
		return err
	}
	if err := h.plugin.SetPassword(ctx, subscriber, org.Login, edo.NewSecret(org.Password)); err != nil {
		return err
	}
	say("Allowing the user %s to send", clerkName)
	err = h.plugin.AllowUser(ctx, directory.User{Actor: clerk, Subscriber: subscriber, Name: clerkName, Actions: []edo.Action{edo.ActionSend, edo.ActionRead, edo.ActionReadLog, edo.ActionReadContent}})
	if err != nil {
		return err
	}
	for i, s := range org.Signers {
		if err := h.addSigner(ctx, signerID(i), s.Certificate, s.Key); err != nil {
			return err
		}
		say("Adding the signer %s", s.Name)
	}
	return nil
}

func signerID(i int) edo.SignerID { return edo.SignerID(fmt.Sprintf("head-%d", i+1)) }

func (h *host) addSigner(ctx context.Context, id edo.SignerID, certificate, key string) error {
	cert, err := os.ReadFile(certificate)
	if err != nil {
		return err
	}
	secret, err := os.ReadFile(key)
	if err != nil {
		return err
	}
	_, err = h.plugin.PutSigner(ctx, directory.Signer{ID: id, Subscriber: subscriber, Enabled: true},
		&dmsplugin.KeyPair{Certificate: cert, Key: edo.NewSecret(string(secret))})
	return err
}

// pack puts the three documents together. Who signs is chosen per document.
func (h *host) pack(folder string, to organisation) (edo.Package, error) {
	p := edo.Package{
		ID: "2026-0418", Subscriber: subscriber, Actor: clerk,
		To: edo.Counterparty{INN: to.INN, KPP: to.KPP, Name: to.Name},
	}
	for _, d := range []struct {
		id, file, kind, number string
		signer                 edo.SignerID
	}{
		{"letter", "letter.pdf", "Письмо", "14-07/318", signerID(0)},
		{"contract", "contract.pdf", "Договор", "ТП-2026/0418", signerID(0)},
		{"conditions", "technical-conditions.pdf", "Технические условия", "ТУ-2026/0418", signerID(1)},
	} {
		content, err := edo.FileContent(filepath.Join(folder, d.file))
		if err != nil {
			return p, err
		}
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(d.id), Name: d.file, Kind: d.kind, Number: d.number, ExternalID: "card-" + d.id,
			Content: content, Signer: d.signer, NeedSign: d.id == "contract",
		})
	}
	return p, nil
}

// send hands the package over and shows what becomes of it until every second version is there.
func (h *host) send(ctx context.Context, p edo.Package) (edo.Operation, error) {
	op, err := h.plugin.Send(ctx, p)
	if err != nil {
		return op, err
	}
	say("  %s: durable on our side, the call has returned", op.State)
	shown := map[string]bool{string(op.State): true}
	for next, err := range h.plugin.Watch(ctx, op.Key, op.Revision) {
		if err != nil {
			return op, err
		}
		op = next
		if !shown[string(op.State)] {
			say("  %s", op.State)
			shown[string(op.State)] = true
		}
		for _, d := range op.Documents {
			if line := fmt.Sprintf("  %s: printed form %s", d.Name, d.Stamp); d.Stamp.Final() && !shown[line] {
				say("%s", line)
				shown[line] = true
			}
		}
	}
	return op, nil
}
