package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDemo runs the whole demo with freshly built programs and looks at what it leaves.
func TestDemo(t *testing.T) {
	t.Parallel()
	bin, out := build(t), filepath.Join(t.TempDir(), "demo-out")
	if err := run(t.Context(), options{out: out, bin: bin, in: "testdata"}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"штамп оператора получен", "Загоровский", "Солодова", "Верхнелучье", "SendMessage", "штамп распознан", "поиск контрагента", "ещё не готово", "печатная форма получена", "вместе с временем ответа"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page does not say %q", want)
		}
	}
	checkLinks(t, out, page)
	for _, name := range []string{"letter", "contract", "technical-conditions"} {
		original := read(t, filepath.Join("testdata", name+".pdf"))
		if !bytes.Equal(original, read(t, filepath.Join(out, "originals", name+".pdf"))) {
			t.Errorf("%s: the original is not what was sent", name)
		}
		stamped := read(t, filepath.Join(out, "stamped", name+"-stamped.pdf"))
		if !bytes.HasPrefix(stamped, []byte("%PDF-")) || bytes.Equal(stamped, original) {
			t.Errorf("%s: no stamped version", name)
		}
		checkSignature(t, out, name)
	}
	for _, secret := range []string{"Плотина", "PRIVATE KEY"} { // the password of operator.yaml; any key
		err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && bytes.Contains(read(t, path), []byte(secret)) && !strings.HasSuffix(path, ".pdf") {
				t.Errorf("%s holds %q", path, secret)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// build makes the three programs of the demo.
func build(t *testing.T) (bin string) {
	t.Helper()
	bin = t.TempDir()
	text, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin,
		".", "../../dmsplugin/cmd/edo-dms", "../../conformance/cmd/mock-operator").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return bin
}

func checkLinks(t *testing.T, out string, page []byte) {
	t.Helper()
	links := regexp.MustCompile(`href="([^"]+)"`).FindAllSubmatch(page, -1)
	if len(links) < 3*3+2 {
		t.Errorf("only %d links", len(links))
	}
	for _, l := range links {
		if info, err := os.Stat(filepath.Join(out, string(l[1]))); err != nil || info.Size() == 0 {
			t.Errorf("link %s: %v", l[1], err)
		}
	}
}

// checkSignature asks somebody else's tool.
func checkSignature(t *testing.T, out, name string) {
	t.Helper()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: signatures are not checked by a second tool")
	}
	text, err := exec.CommandContext(t.Context(), openssl, "cms", "-verify", "-inform", "DER", "-binary", "-noverify",
		"-in", filepath.Join(out, "signatures", name+".pdf.p7s"), "-content", filepath.Join(out, "originals", name+".pdf"),
		"-out", os.DevNull).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v %s", name, err, text)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return b
}
