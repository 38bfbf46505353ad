package dmsplugin_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// TestVersionsAgree: the version stands in the proto package and in Go.
func TestVersionsAgree(t *testing.T) {
	t.Parallel()
	if got, want := string(dmspb.File_dms_proto.Package()), fmt.Sprintf("edokit.dms.v%d", dmsplugin.ProtocolVersion); got != want {
		t.Errorf("package %s, want %s", got, want)
	}
}

// TestNoAnswerCanHoldASecret walks everything that any answer can hold. What looks like a credential must be marked, and
// what is marked must stand in requests only.
func TestNoAnswerCanHoldASecret(t *testing.T) {
	t.Parallel()
	marked := 0
	services := dmspb.File_dms_proto.Services()
	for i := range services.Len() {
		for j := range services.Get(i).Methods().Len() {
			method := services.Get(i).Methods().Get(j)
			walk(method.Input(), map[protoreflect.FullName]bool{}, func(f protoreflect.FieldDescriptor) {
				if secret(f) {
					marked++
				} else if f.Kind() != protoreflect.MessageKind && looksSecret(string(f.Name())) {
					t.Errorf("%s looks like a credential and is not marked", f.FullName())
				}
			})
			walk(method.Output(), map[protoreflect.FullName]bool{}, func(f protoreflect.FieldDescriptor) {
				if secret(f) || (f.Kind() != protoreflect.MessageKind && looksSecret(string(f.Name()))) {
					t.Errorf("%s answers with %s", method.FullName(), f.FullName())
				}
			})
		}
	}
	if marked != 7 { // two passwords, a token, and a key with its password at two places
		t.Errorf("%d secrets found in requests", marked)
	}
}

func secret(f protoreflect.FieldDescriptor) bool {
	is, ok := proto.GetExtension(f.Options(), dmspb.E_Secret).(bool)
	return ok && is
}

func looksSecret(name string) bool {
	return name == "key" || strings.Contains(name, "password") || strings.Contains(name, "token") || strings.Contains(name, "secret")
}

func walk(m protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool, visit func(protoreflect.FieldDescriptor)) {
	if seen[m.FullName()] {
		return
	}
	seen[m.FullName()] = true
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		if !m.IsMapEntry() { // its key is the name of something
			visit(f)
		}
		if f.Message() != nil {
			walk(f.Message(), seen, visit)
		}
	}
}

// TestEveryFieldIsDocumented: host authors have nothing but the file.
func TestEveryFieldIsDocumented(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("proto/dms.proto")
	if err != nil {
		t.Fatal(err)
	}
	member := regexp.MustCompile(`^\s+(rpc |(repeated )?([\w.]+ )?\w+ = \d+)`)
	lines := strings.Split(string(raw), "\n")
	for i, line := range lines {
		if member.MatchString(line) && !strings.Contains(line, "UNSPECIFIED") && !strings.HasPrefix(strings.TrimSpace(lines[i-1]), "//") {
			t.Errorf("dms.proto:%d: no comment: %s", i+1, strings.TrimSpace(line))
		}
	}
}
