package secret_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// shapes are the forms in which a secret could come to light.
func shapes(value []byte) map[string][]byte {
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, value)
	wide := make([]byte, 0, 2*len(value))
	for _, u := range utf16.Encode([]rune(string(value))) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	m := map[string][]byte{
		"raw": value, "hex": []byte(hex.EncodeToString(value)), "HEX": bytes.ToUpper([]byte(hex.EncodeToString(value))),
		"xml": escaped.Bytes(), "url query": []byte(url.QueryEscape(string(value))), "url path": []byte(url.PathEscape(string(value))), "utf-16": wide,
	}
	for shift := range 3 { // the secret may begin at any place of a longer text; the edges depend on the neighbours
		text := base64.StdEncoding.EncodeToString(append(make([]byte, shift), value...))
		m["base64 at "+string(rune('0'+shift))] = []byte(text[4 : len(text)-4])
	}
	return m
}

// find lists the files below a folder that hold the value in any shape.
func find(t *testing.T, folder string, value []byte) []string {
	t.Helper()
	var hits []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(folder, p))
		for shape, needle := range shapes(value) {
			if bytes.Contains(text, needle) {
				hits = append(hits, p+" ("+shape+")")
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	folder, ctx := t.TempDir(), t.Context()
	a, err := archive.Open(archive.Config{Path: filepath.Join(folder, "archive")})
	must(t, err)
	defer func() { _ = a.Close() }()
	s, err := sqlite.OpenAndMigrate(ctx, sqlite.Config{Path: filepath.Join(folder, "edo.db"), Archive: a})
	must(t, err)
	key := filepath.Join(t.TempDir(), "master.key") // apart from the database
	must(t, secret.CreateKey(key))
	b := &bundle{store: s, key: key}
	b.vault = b.open(t, key)

	const marker = "Видимое<&>слово"
	row := subscriber("ours")
	row.Title = marker
	must(t, s.PutSubscriber(ctx, row))
	must(t, b.vault.SetPassword(ctx, "ours", edo.NewSecret(canary)))
	words := map[string][]byte{"certificate's password": []byte("СловоСертификата<&>7"), "identity token": []byte("eyJ-identity-42&<>"), "access token": []byte("access+/канарейка")}
	must(t, b.vault.SetCertificatePassword(ctx, "ours", person(t, "Вход", ecKey(t)), edo.NewSecret(string(words["certificate's password"]))))
	must(t, b.vault.SetIdentityToken(ctx, "ours", edo.NewSecret(string(words["identity token"]))))
	must(t, b.vault.SetAccessToken(ctx, "ours", edo.NewSecret(string(words["access token"]))))
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	must(t, b.vault.SetLoginCertificate(ctx, "ours", person(t, "Вход", rsaKey), rsaKey))
	ec := ecKey(t)
	b.putSigner(t, directory.Signer{ID: "head", Certificate: person(t, "Иванов", ec), Enabled: true})
	must(t, b.vault.SetSignerKey(ctx, "ours", "head", ec))
	_, err = b.vault.Account(ctx, "ours")
	must(t, err)

	pkcs8, err := x509.MarshalPKCS8PrivateKey(ec)
	must(t, err)
	private, err := ec.Bytes()
	must(t, err)
	secrets := map[string][]byte{
		"password": []byte(canary), "signer's key": pkcs8, "signer's number": private, "login key": rsaKey.D.Bytes(), "prime": rsaKey.Primes[0].Bytes(),
	}
	maps.Copy(secrets, words)
	look := func(when string) {
		t.Helper()
		if len(find(t, folder, []byte(marker))) == 0 {
			t.Fatalf("%s: the search does not even find what is there", when)
		}
		for what, value := range secrets {
			if hits := find(t, folder, value); len(hits) > 0 {
				t.Errorf("%s: %s in %q", when, what, hits)
			}
		}
	}
	look("database and log open")
	must(t, s.Close())
	look("log put back into the file")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
