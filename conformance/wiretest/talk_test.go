package wiretest

import "testing"

func TestToldWithWhateverAFaultHas(t *testing.T) {
	t.Parallel()
	const service = `<detail><ServiceErrorFaultContract><Code>Unauthorized</Code><Field>authToken</Field></ServiceErrorFaultContract></detail>`
	for name, tc := range map[string]struct{ fault, want string }{
		"of the service":     {`<faultcode>s:Server</faultcode><faultstring>no token</faultstring>` + service, "Unauthorized, authToken: no token"},
		"without a field":    {`<faultstring>no</faultstring><detail><ServiceErrorFaultContract><Code>NoDataFound</Code></ServiceErrorFaultContract></detail>`, "NoDataFound: no"},
		"of another stack":   {`<faultcode>s:Client</faultcode><faultstring>bad request</faultstring>`, "no code of the service, s:Client: bad request"},
		"without everything": {``, "no code of the service: no text"},
	} {
		root, err := parse([]byte(`<Envelope><Body><Fault>` + tc.fault + `</Fault></Body></Envelope>`))
		if err != nil {
			t.Fatal(err)
		}
		if got := (answer{root: root}).told(); got != tc.want {
			t.Errorf("%s: %q, expected %q", name, got, tc.want)
		}
	}
}
