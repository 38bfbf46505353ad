package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write the golden transcript anew")

const golden = "testdata/transcript.txt"

// TestPortal plays the whole conversation, compares what it says with the golden transcript and looks at what it leaves.
func TestPortal(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "portal-out")
	var said bytes.Buffer
	if err := run(t.Context(), options{out: out, client: "testdata", utility: "../quickstart/testdata", say: &said}); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	got := plain(said.String(), out)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(string(read(t, golden)), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the transcript (-golden +now), -update writes it anew:\n%s", diff)
	}
	page := read(t, filepath.Join(out, "index.html"))
	for _, want := range []string{
		"подписано обеими сторонами", "в подписи отказано", "аннулировано по согласию", "штамп распознан", "Согласие «personal-data»",
		refusalText, revocationText, "Ответственный pryakhin: ответственный за ящик", "larina", "отсутствует до", "срок соблюдён", "−", "часы оператора впереди на 7 с",
		"Извещения о получении: 3", "Повторная просьба ничего не зарегистрировала", "верна по оператору, верна по нашей проверке", "Итог: архив полон",
	} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, wrong := range []string{"есть замечания", "НЕВЕРНА", "не распознан", "<no value>", "срок не подтверждён"} {
		if bytes.Contains(page, []byte(wrong)) {
			t.Errorf("the page says %q", wrong)
		}
	}
	checkLinks(t, out, page)
	checkFiles(t, out)
}

// plain replaces what differs from run to run.
func plain(text, out string) string {
	text = strings.ReplaceAll(text, out, "OUT")
	for _, r := range []struct{ pattern, name string }{
		{`\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?`, "TIME"},
		{`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`, "ID"},
		{`skew -?[0-9.]+m?s`, "skew SKEW"},
		{`stamped version [0-9a-f]{12}`, "stamped version DIGEST"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.name)
	}
	return text
}

func checkLinks(t *testing.T, out string, page []byte) {
	t.Helper()
	links := regexp.MustCompile(`href="([^"]*)"`).FindAllSubmatch(page, -1)
	if len(links) < 6*3+2*2+2+3 { // documents with three links, service documents with two, bare signatures, archives
		t.Errorf("only %d links", len(links))
	}
	for _, l := range links {
		if info, err := os.Stat(filepath.Join(out, string(l[1]))); err != nil || info.Size() == 0 {
			t.Errorf("link %q: %v", l[1], err)
		}
	}
}

// checkFiles looks for secrets, and has somebody else's tool check both signatures of what both have signed.
func checkFiles(t *testing.T, out string) {
	t.Helper()
	for _, secret := range []string{"Плотина", "PRIVATE KEY"} {
		err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && bytes.Contains(read(t, path), []byte(secret)) {
				t.Errorf("%s holds %q", path, secret)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: signatures are not checked by a second tool")
	}
	signatures, err := filepath.Glob(filepath.Join(out, "signatures", "*-sign.pdf.p7s"))
	if err != nil || len(signatures) != 1 {
		t.Fatalf("%q %v", signatures, err)
	}
	for _, signature := range append(signatures, filepath.Join(out, "signatures", "technical-conditions.pdf.p7s")) {
		text, err := exec.CommandContext(t.Context(), openssl, "cms", "-verify", "-inform", "DER", "-binary", "-noverify",
			"-in", signature, "-content", filepath.Join(out, "documents", "technical-conditions.pdf"), "-out", os.DevNull).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v %s", signature, err, text)
		}
	}
}

// TestPortalTidiesUp: whoever stops it in the middle finds nothing left but the folder that he named.
func TestPortalTidiesUp(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	say := writer(func(line []byte) {
		if bytes.HasPrefix(line, []byte("3.")) {
			cancel()
		}
	})
	err := run(ctx, options{out: filepath.Join(t.TempDir(), "out"), client: "testdata", utility: "../quickstart/testdata", say: say})
	if err == nil {
		t.Error("it went on after it was stopped")
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

type writer func([]byte)

func (w writer) Write(line []byte) (int, error) {
	w(line)
	return len(line), nil
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return b
}
