package dmsplugin_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// A host keeps the plugin running, hands a document over and takes what happened to it. Here the plugin is the test itself; a
// real one is edo-dms with EDOKIT_HOME.
func ExampleSupervise() {
	home, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(home) }()
	ctx := context.Background()

	plugin := dmsplugin.Supervise(dmsplugin.Config{Path: os.Args[0], Env: []string{"TEST_ARCHIVE=" + home}, Actor: "reader"})
	defer func() { _ = plugin.Close() }()
	client, err := plugin.Client(ctx)
	if err != nil {
		log.Fatal(err) //nolint:gocritic // an example
	}
	op, err := client.Send(ctx, edo.Package{
		ID: "card-17-v2-1", Subscriber: "our-firm", Actor: "ivanova", To: edo.Counterparty{INN: "7707083893"},
		Documents: []edo.Document{{ID: "letter", Name: "letter.pdf", Kind: "Письмо", Content: content([]byte("%PDF-1.4")), Signer: "head"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(op.Key.Package, op.State)
	for e, err := range plugin.Deliveries(ctx, "our-firm", "dms") { // goes on over restarts of the plugin
		if err != nil {
			log.Fatal(err)
		}
		v, err := client.Content(ctx, e.Key, "letter", edo.RoleOriginal, io.Discard) // of a sent one: edo.RoleOperatorForm
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Kind, v.Name, v.Size)
		break
	}
	// Output:
	// card-17-v2-1 accepted
	// status letter.pdf 8
}
