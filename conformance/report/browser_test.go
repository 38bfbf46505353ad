package report_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/edokit/edokit/conformance/chromium"
)

// TestPage: a person filters by verdict and by words, follows a clause to its case, and sees what was sent.
func TestPage(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	if err := masked(t).HTML(&page); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page.Bytes()) }))
	t.Cleanup(server.Close)
	b := chromium.Open(t)
	b.Size(t, 1180, 900)
	b.Goto(t, server.URL)
	const visible = `[...document.querySelectorAll("details.case:not(.hidden)")].map(c => c.id).join(" ")`
	sees := func(what, want string) {
		t.Helper()
		if got := b.Eval(t, visible); got != want {
			t.Errorf("%s: %s", what, got)
		}
	}
	sees("at first", "wire-well wire-wrong wire-known wire-mended wire-lacking wire-broke")
	picture(t, b, "page.png")
	b.Eval(t, `document.querySelector("input[data-verdict=pass]").click(), document.querySelector("input[data-verdict=skip]").click(), ""`)
	sees("without those that passed or were skipped", "wire-wrong wire-known wire-mended wire-broke")
	b.Eval(t, `words.value = "9.2 send-6", words.dispatchEvent(new Event("input")), ""`)
	sees("with words", "wire-known")
	b.Eval(t, `words.value = "", words.dispatchEvent(new Event("input")), document.querySelector("input[data-verdict=pass]").click(), document.querySelector("a[href='#wire-well']").click(), ""`)
	if got := b.Eval(t, `String(document.getElementById("wire-well").open)`); got != "true" {
		t.Errorf("the case that a clause leads to is not open: %s", got)
	}
	b.Eval(t, `document.querySelectorAll("#wire-wrong details.exchange").forEach(d => { d.open = true }), ""`)
	b.Sees(t, "<Name a=\"1\">Письмо</Name>", "none came", "<authToken>***</authToken>", "Not found: lives.", "none in this run")
	picture(t, b, "page-open.png")
}

// picture keeps what the page looks like where EDOKIT_PICTURES says.
func picture(t *testing.T, b *chromium.Page, name string) {
	t.Helper()
	image := b.Picture(t, true)
	if dir := os.Getenv("EDOKIT_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), image, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
