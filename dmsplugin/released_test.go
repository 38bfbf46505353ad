package dmsplugin_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// released is what hosts in the field were built against. It is written anew with a release, never to make this test pass.
const released = "testdata/released.txtpb"

var release = flag.Bool("release", false, "write the contract of this release to "+released)

// TestOnlyAdditions: whatever a released host knows is there, under the same number and with the same meaning on the wire.
func TestOnlyAdditions(t *testing.T) {
	t.Parallel()
	now := protodesc.ToFileDescriptorProto(dmspb.File_dms_proto)
	if *release {
		text := []byte(prototext.MarshalOptions{Multiline: true}.Format(now))
		if err := os.WriteFile(released, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(released)
	if err != nil {
		t.Fatal(err)
	}
	before := &descriptorpb.FileDescriptorProto{}
	if err := prototext.Unmarshal(raw, before); err != nil {
		t.Fatal(err)
	}
	for _, lost := range missing(before, now) {
		t.Error(lost)
	}
	if before.GetPackage() != now.GetPackage() {
		t.Errorf("package %s, was %s", now.GetPackage(), before.GetPackage())
	}
}

// TestLossesAreFound: the check above finds every kind of change that breaks a host.
func TestLossesAreFound(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*descriptorpb.FileDescriptorProto){
		"a field is gone":         func(f *descriptorpb.FileDescriptorProto) { f.MessageType[1].Field = f.MessageType[1].Field[1:] },
		"a field has another tag": func(f *descriptorpb.FileDescriptorProto) { f.MessageType[1].Field[0].Number = proto.Int32(99) },
		"a field is renamed":      func(f *descriptorpb.FileDescriptorProto) { f.MessageType[1].Field[0].Name = proto.String("other") },
		"a field has another type": func(f *descriptorpb.FileDescriptorProto) {
			f.MessageType[1].Field[0].Type = descriptorpb.FieldDescriptorProto_TYPE_BYTES.Enum()
		},
		"a field is one of many": func(f *descriptorpb.FileDescriptorProto) {
			f.MessageType[1].Field[0].Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		},
		"a message is gone":    func(f *descriptorpb.FileDescriptorProto) { f.MessageType = f.MessageType[1:] },
		"a word is gone":       func(f *descriptorpb.FileDescriptorProto) { f.EnumType[0].Value = f.EnumType[0].Value[1:] },
		"a word has a new tag": func(f *descriptorpb.FileDescriptorProto) { f.EnumType[0].Value[1].Number = proto.Int32(99) },
		"a service is gone":    func(f *descriptorpb.FileDescriptorProto) { f.Service = f.Service[1:] },
		"a call is gone":       func(f *descriptorpb.FileDescriptorProto) { f.Service[1].Method = f.Service[1].Method[1:] },
		"a call streams": func(f *descriptorpb.FileDescriptorProto) {
			f.Service[1].Method[1].ServerStreaming = proto.Bool(true)
		},
		"a call takes another": func(f *descriptorpb.FileDescriptorProto) { f.Service[1].Method[1].InputType = proto.String(".other") },
		"a credential bare": func(f *descriptorpb.FileDescriptorProto) {
			for _, m := range f.MessageType {
				if m.GetName() == "Password" {
					m.Field[1].Options = nil
				}
			}
		},
	} {
		before := protodesc.ToFileDescriptorProto(dmspb.File_dms_proto)
		now := proto.Clone(before).(*descriptorpb.FileDescriptorProto)
		breaks(now)
		if len(missing(before, now)) == 0 {
			t.Errorf("%s: not found", name)
		}
		if lost := missing(before, before); len(lost) > 0 {
			t.Errorf("nothing changed: %q", lost)
		}
	}
}

// missing lists what a host of the old contract relies on and the new one does not have.
func missing(before, now *descriptorpb.FileDescriptorProto) []string {
	have := facts(now)
	var lost []string
	for _, f := range factsInOrder(before) {
		if !have[f] {
			lost = append(lost, "not any more: "+f)
		}
	}
	return lost
}

func facts(f *descriptorpb.FileDescriptorProto) map[string]bool {
	all := map[string]bool{}
	for _, fact := range factsInOrder(f) {
		all[fact] = true
	}
	return all
}

// factsInOrder says everything that matters on the wire, one thing a line.
func factsInOrder(f *descriptorpb.FileDescriptorProto) []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, m := range f.MessageType {
		say("message %s", m.GetName())
		for _, one := range append(m.Field, inner(m)...) {
			say("%s.%s = %d, %s %s %s %s", m.GetName(), one.GetName(), one.GetNumber(), one.GetLabel(), one.GetType(), one.GetTypeName(), one.GetOptions())
		}
	}
	for _, e := range f.EnumType {
		for _, v := range e.Value {
			say("%s.%s = %d", e.GetName(), v.GetName(), v.GetNumber())
		}
	}
	for _, s := range f.Service {
		say("service %s", s.GetName())
		for _, c := range s.Method {
			say("%s.%s(%t %s) %t %s", s.GetName(), c.GetName(), c.GetClientStreaming(), c.GetInputType(), c.GetServerStreaming(), c.GetOutputType())
		}
	}
	return all
}

// inner are the fields of map entries.
func inner(m *descriptorpb.DescriptorProto) []*descriptorpb.FieldDescriptorProto {
	var all []*descriptorpb.FieldDescriptorProto
	for _, n := range m.NestedType {
		all = append(all, n.Field...)
	}
	return all
}
