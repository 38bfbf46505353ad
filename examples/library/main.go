// Library sends one signed file: library ENDPOINT INN BOX LOGIN TO_INN FILE FILE.p7s, the password is in EDO_PASSWORD.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

func main() {
	ctx, arg := context.Background(), append(os.Args, make([]string, 8)...)
	home := must(local.Open(ctx, "edokit-data"))
	gw := must(home.Gateway(gateway.Config{Drivers: []edo.Driver{synerdocs.New(synerdocs.Config{})}}))
	go func() { log.Fatal(gw.Run(ctx)) }()
	must(0, home.Store.PutSubscriber(ctx, directory.Subscriber{ID: "us", Operator: "synerdocs", Endpoint: arg[1], INN: arg[2], Box: edo.BoxID(arg[3]), Login: arg[4], LoginKind: directory.LoginPassword, Enabled: true}))
	must(0, home.Vault.SetPassword(ctx, "us", edo.NewSecret(os.Getenv("EDO_PASSWORD"))))
	must(0, home.Store.PutUser(ctx, directory.User{Actor: "me", Subscriber: "us", Actions: []edo.Action{edo.ActionSend, edo.ActionReadContent}}))
	doc := edo.Document{ID: "1", Name: "document.pdf", Kind: "Письмо", Content: must(edo.FileContent(arg[6])), Signature: must(os.ReadFile(arg[7]))}
	op := must(gw.SendAndWait(ctx, edo.Package{ID: edo.PackageID("file-" + doc.Content.Digest.Short() + "-" + arg[5]), Subscriber: "us", Actor: "me", To: edo.Counterparty{INN: arg[5]}, Documents: []edo.Document{doc}}))
	for _, e := range must(home.Store.Exchanges(ctx, directory.ExchangeFilter{Subscriber: "us"})) {
		fmt.Println(e.StartedAt.Format(time.TimeOnly), e.Operation, e.Outcome, e.Code)
	}
	fmt.Println(op.State, op.OperatorTime, op.Documents[0].Stamp, op.Detail)

	form, _, err := gw.Content(ctx, edo.Reader{Actor: "me"}, op.Key, "1", edo.RoleOperatorForm)
	must(0, must(form, err).Save(ctx, arg[6]+".stamped.pdf"))
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
