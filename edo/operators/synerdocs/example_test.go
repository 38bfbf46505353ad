package synerdocs_test

import (
	"context"
	"fmt"

	"github.com/beevik/etree"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// Any operation of the service can be called by its name: here the version, which needs no login, and the owner of a
// box.
func ExampleCaller() {
	ctx := context.Background()
	operator, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		panic(err)
	}
	defer operator.Close()
	url, stop, err := operator.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer func() { _ = stop() }()

	session, err := synerdocs.New(synerdocs.Config{}).Open(ctx, edo.Account{
		Subscriber: "romashka", Endpoint: url, Box: "romashka@mock.edo",
		Login: edo.Login{Name: "romashka", Password: edo.NewSecret("Ромашка & <Ко> 1")},
	})
	if err != nil {
		panic(err)
	}
	defer session.Close()
	caller, ok := session.(synerdocs.Caller)
	if !ok {
		panic("another operator's session")
	}

	version, err := caller.Call(ctx, synerdocs.Request{Operation: "GetVersion", Credentials: synerdocs.NoToken, ReadOnly: true})
	if err != nil {
		panic(err)
	}
	fmt.Println(version.Result.Tag, version.Result.Text() != "")

	parameters := etree.NewElement("parameters")
	parameters.CreateAttr("xmlns", synerdocs.ServiceSpace)
	parameters.CreateElement("boxId").SetText("vasilek@mock.edo")
	owner, err := caller.Call(ctx, synerdocs.Request{Operation: "GetInnKppNameByBoxId", Parameters: parameters, ReadOnly: true})
	if err != nil {
		panic(err)
	}
	fmt.Println(owner.Result.FindElement("Inn").Text(), owner.Result.FindElement("Name").Text())
	// Output:
	// GetVersionResult true
	// 7803456788 ООО «Василёк»
}
