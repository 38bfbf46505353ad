package edo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"text/template"
	"unicode/utf16"

	"github.com/edokit/edokit/edo"
)

const canary = "hunter2 <canary> & 42"

// shapes are the forms in which the canary could come to light.
func shapes() []string {
	wide := ""
	for _, u := range utf16.Encode([]rune(canary)) {
		wide += string([]byte{byte(u), byte(u >> 8)})
	}
	quoted, _ := json.Marshal(canary)
	all := []string{canary, "hunter2", hex.EncodeToString([]byte(canary)), strings.ToUpper(hex.EncodeToString([]byte(canary))), url.QueryEscape(canary), strings.Trim(string(quoted), `"`), wide}
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, shift), canary...))
		all = append(all, text[4:len(text)-4])
	}
	return append(all, strings.Trim(fmt.Sprint([]byte("hunter2")), "[]"))
}

// open is how other programs hold secrets: in fields of every sort, exported and not.
type open struct {
	Public  edo.Secret
	hidden  edo.Secret
	pointer *edo.Secret
	list    []edo.Secret
	byName  map[string]edo.Secret
	any     any
	login   edo.Login
	account edo.Account
}

func holder() open {
	s := edo.NewSecret(canary)
	l := edo.Login{Name: "user", Password: s, Identity: s, Access: s}
	return open{s, s, &s, []edo.Secret{s}, map[string]edo.Secret{"k": s}, s, l, edo.Account{Login: l, Next: &edo.Succession{Login: l}}}
}

// TestFormattingMatrix prints a secret, and everything that holds one, in every way that programs print.
func TestFormattingMatrix(t *testing.T) {
	t.Parallel()
	h := holder()
	for name, v := range map[string]any{"secret": h.Public, "pointer": h.pointer, "holder": h, "pointer to the holder": &h, "list": h.list, "map": h.byName, "login": h.login, "account": h.account} {
		out := map[string]string{}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p"} {
			out[verb] = fmt.Sprintf(verb, v)
		}
		text, err := json.Marshal(v)
		out["json"] = fmt.Sprint(string(text), err)
		text, err = xml.Marshal(v)
		out["xml"] = fmt.Sprint(string(text), err)
		var b bytes.Buffer
		err = gob.NewEncoder(&b).Encode(v)
		out["gob"] = b.String() + fmt.Sprint(err)
		for kind, handler := range map[string]func(*bytes.Buffer) slog.Handler{
			"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			"slog json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var line bytes.Buffer
			slog.New(handler(&line)).With("with", v).WithGroup("g").Error("x", "v", v, slog.Group("in", "v", v), "err", fmt.Errorf("%v", v))
			out[kind] = line.String()
		}
		var page bytes.Buffer
		err = template.Must(template.New("").Parse("{{.}} {{printf `%#v` .}}")).Execute(&page, v)
		out["template"] = page.String() + fmt.Sprint(err)
		out["error"] = errors.Join(fmt.Errorf("login with %v", v), &edo.Error{Message: fmt.Sprint(v), Err: fmt.Errorf("%+v", v)}).Error()
		for how, printed := range out {
			for _, shape := range shapes() {
				if strings.Contains(printed, shape) {
					t.Errorf("%s as %s: %s", name, how, printed)
				}
			}
		}
	}
}

// TestPanicDoesNotPrintIt: the last words of a process that panics with secrets on its stack, and in the value.
func TestPanicDoesNotPrintIt(t *testing.T) {
	t.Parallel()
	if how := os.Getenv("EDO_TEST_PANIC"); how != "" {
		fall(how, holder())
	}
	for _, how := range []string{"value", "pointer", "error", "text", "secret"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPanicDoesNotPrintIt$")
		cmd.Env = append(os.Environ(), "EDO_TEST_PANIC="+how, "GOTRACEBACK=all")
		printed, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(printed, []byte("panic")) {
			t.Fatalf("%s: no panic: %v\n%s", how, err, printed)
		}
		for _, shape := range shapes() {
			if bytes.Contains(printed, []byte(shape)) {
				t.Errorf("%s: %s", how, printed)
			}
		}
	}
}

//go:noinline
func fall(how string, h open) {
	switch how {
	case "pointer":
		panic(&h)
	case "error":
		panic(fmt.Errorf("login with %+v", h))
	case "text":
		panic(fmt.Sprintf("%#v", h))
	case "secret":
		panic(h.Public)
	}
	panic(h)
}
