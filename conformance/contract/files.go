package contract

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed envelopes/*.xml
var files embed.FS

// Values that stand in the envelopes; [Fill] replaces them by live ones.
const (
	SampleToken     = "0f5e0b0c-7c3e-4d0a-9b53-2f1f7f3c9a10"
	SampleBox       = "box-a@sample"
	SamplePeer      = "box-b@sample"
	SampleDocument  = "6a2f4a0e-1d3a-4f7b-8b0e-5d1f0e6c7a01"
	SampleServiceID = "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b11"
	SampleSignature = "U0lHTkFUVVJF" // where the base64 of the CMS belongs
	SampleContent   = "Q09OVEVOVA==" // where the base64 of the document belongs
)

// Envelope returns a hand-written envelope: "<Operation>.request", "<Operation>.response", "fault.typed",
// "fault.exception-detail", "fault.no-detail" or "fault.unparsable". An unknown name is an error that lists the known ones.
func Envelope(name string) ([]byte, error) {
	b, err := files.ReadFile("envelopes/" + name + ".xml")
	if err != nil {
		return nil, fmt.Errorf("contract: no envelope %q; known: %s", name, strings.Join(EnvelopeNames(), ", "))
	}
	return b, nil
}

// EnvelopeNames lists the names that [Envelope] knows, sorted.
func EnvelopeNames() []string {
	entries, err := fs.ReadDir(files, "envelopes")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".xml"))
	}
	return names
}

// Fill replaces sample values of an envelope: old, new, old, new, as strings.NewReplacer does. The new values must not need
// escaping.
func Fill(envelope []byte, oldnew ...string) []byte {
	return []byte(strings.NewReplacer(oldnew...).Replace(string(envelope)))
}
