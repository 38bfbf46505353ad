// Driver looks a counterparty up with the words and the driver alone: no database, no plugin, no stamps.
//
//	EDO_PASSWORD=... driver ENDPOINT BOX LOGIN INN
//
// Nothing is logged here; a program that sends wants package gateway, which never sends twice.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: EDO_PASSWORD=... driver ENDPOINT BOX LOGIN INN")
		os.Exit(2)
	}
	if err := lookup(os.Args[1], edo.BoxID(os.Args[2]), os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func lookup(endpoint string, box edo.BoxID, login, inn string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	session, err := synerdocs.New(synerdocs.Config{}).Open(ctx, edo.Account{
		Subscriber: "us", Endpoint: endpoint, Box: box,
		Login: edo.Login{Name: login, Password: edo.NewSecret(os.Getenv("EDO_PASSWORD"))},
	})
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }()
	found, err := session.Lookup(ctx, edo.Counterparty{INN: inn})
	if err != nil {
		return err
	}
	for _, a := range found {
		fmt.Printf("%s\t%s\t%s\tactive=%t\n", a.Box, a.KPP, a.Name, a.Active)
	}
	if len(found) == 0 {
		fmt.Println("no box at this operator")
	}
	return nil
}
