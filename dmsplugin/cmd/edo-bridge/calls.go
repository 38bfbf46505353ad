package main

import (
	"io"
	"net/http"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// calls are the calls with one request and one answer, by path. Those do not pass that hold a credential, that decide where one is
// sent or who may act: whoever has the token of the bridge is no administrator. Nor does the order to end: the bridge keeps the
// plugin running.
func calls() map[string]protoreflect.MethodDescriptor {
	withheld := map[protoreflect.Name]bool{
		"PutSubscriber": true, "SetCredentials": true, "AllowUser": true, "RevokeUser": true, "PutSigner": true, "Drain": true,
	}
	all := map[string]protoreflect.MethodDescriptor{}
	services := dmspb.File_dms_proto.Services()
	for i := range services.Len() {
		s := services.Get(i)
		for j := range s.Methods().Len() {
			m := s.Methods().Get(j)
			if m.IsStreamingClient() || m.IsStreamingServer() || withheld[m.Name()] {
				continue
			}
			all["/v1/"+lower(string(s.Name()))+"/"+lower(string(m.Name()))] = m
		}
	}
	return all
}

// forward makes one call of the contract of a request in JSON.
func (b *bridge) forward(call protoreflect.MethodDescriptor) func(http.ResponseWriter, *http.Request) error {
	full := "/" + string(call.Parent().FullName()) + "/" + string(call.Name())
	return func(w http.ResponseWriter, r *http.Request) error {
		in, out, err := messages(call)
		if err != nil {
			return err
		}
		if err := read(w, r, in); err != nil {
			return err
		}
		client, err := b.running(r.Context())
		if err != nil {
			return err
		}
		if err := client.Conn().Invoke(r.Context(), full, in, out); err != nil {
			return wire.FromError("bridge."+string(call.Name()), err)
		}
		answer(w, http.StatusOK, out)
		return nil
	}
}

func messages(call protoreflect.MethodDescriptor) (in, out proto.Message, err error) {
	request, err := protoregistry.GlobalTypes.FindMessageByName(call.Input().FullName())
	if err != nil {
		return nil, nil, err
	}
	reply, err := protoregistry.GlobalTypes.FindMessageByName(call.Output().FullName())
	if err != nil {
		return nil, nil, err
	}
	return request.New().Interface(), reply.New().Interface(), nil
}

// read takes a message from the body. A name that the contract does not know is refused: it would be dropped silently.
func read(w http.ResponseWriter, r *http.Request, into proto.Message) error {
	if err := hurry(w, maxBody); err != nil {
		return err
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	if len(text) == 0 {
		return nil
	}
	if err := protojson.Unmarshal(text, into); err != nil {
		return badJSON(err)
	}
	return nil
}

func badJSON(err error) error {
	return &edo.Error{Kind: edo.Invalid, Op: "bridge", Field: "body", Message: "is not the JSON of this request: " + err.Error(), Remedy: "see /v1/openapi.json"}
}
