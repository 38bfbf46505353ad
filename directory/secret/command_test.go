package secret_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// Environment of a test binary that runs itself again as a program that signs.
const (
	envMode = "EDOKIT_TEST_SIGN"
	envPair = "EDOKIT_TEST_PAIR" // PEM of key and certificate
)

func TestMain(m *testing.M) {
	if mode := os.Getenv(envMode); mode != "" {
		if err := program(mode); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		return
	}
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-test.") {
		os.Exit(4) // started as a program without its environment: running the tests again would never end
	}
	os.Exit(m.Run())
}

// program signs its input, or does what programs should not do.
func program(mode string) error {
	if len(os.Environ()) != 2 { // what was given, and nothing of the parent's
		return fmt.Errorf("environment: %q", os.Environ())
	}
	var content io.Reader = os.Stdin
	switch mode {
	case "fail":
		return errors.New("no token in the reader")
	case "hang":
		time.Sleep(time.Hour)
	case "flood":
		_, err := os.Stdout.Write(make([]byte, 2<<20))
		return err
	case "talk":
		_, err := os.Stdout.WriteString("signed, all is well")
		return err
	case "deaf": // reads nothing and knows what it signs
		content = strings.NewReader(long())
	case "changed":
		content = io.MultiReader(os.Stdin, strings.NewReader("."))
	}
	pair, err := os.ReadFile(os.Getenv(envPair))
	if err != nil {
		return err
	}
	key, err := cms.LoadPEM(pair, pair)
	if err != nil {
		return err
	}
	signature, err := cms.Sign(context.Background(), key, content, noon)
	if err != nil {
		return err
	}
	if mode == "base64" {
		coded := base64.StdEncoding.EncodeToString(signature)
		signature = []byte(coded[:64] + "\r\n" + coded[64:] + "\n")
	}
	_, err = os.Stdout.Write(signature)
	return err
}

const text = "текст документа"

// long is a document of more bytes than a pipe holds.
func long() string { return strings.Repeat(text, 10_000) }

// putCommand stores a person whose key is at a program with the given behaviour, and which has the given key.
func (b *bundle) putCommand(t *testing.T, mode string, key, has *ecdsa.PrivateKey) edo.Signer {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(has)
	must(t, err)
	certificate := person(t, "Иванов И. И.", key)
	other := certificate
	if has != key {
		other = person(t, "Чужой", has)
	}
	pair := filepath.Join(t.TempDir(), "pair.pem")
	both := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other})...)
	must(t, os.WriteFile(pair, both, 0o600))
	b.putSigner(t, directory.Signer{
		ID: "head", Certificate: certificate, Place: directory.PlaceCommand, Command: []string{self, "a b", "$(exit 1)"},
		Environment: []string{envMode + "=" + mode, envPair + "=" + pair}, Enabled: true,
	})
	s, err := b.vault.Signer(t.Context(), "ours", "head", "Письмо", noon)
	must(t, err)
	return s
}

func TestCommandSigns(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"der", "base64", "deaf"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			key := ecKey(t)
			s := setup(t).putCommand(t, mode, key, key)
			if s.Info().ID != "head" || s.Info().Owner != "Иванов И. И." {
				t.Errorf("info %+v", s.Info())
			}
			signature, err := s.Sign(t.Context(), strings.NewReader(long()), noon)
			must(t, err)
			verdict, err := cms.Verifier{}.Check(t.Context(), strings.NewReader(long()), signature, noon)
			if err != nil || verdict.State != edo.VerdictValid || verdict.Signer.Owner != "Иванов И. И." {
				t.Errorf("verdict %+v, %v", verdict, err)
			}
		})
	}
}

func TestCommandIsNotBelieved(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]edo.Reason{
		"fail": edo.SignerAbsent, "flood": edo.SignatureMalformed, "talk": edo.SignatureMalformed, "changed": edo.DocumentChanged, "foreign": edo.SignatureForeign,
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			key := ecKey(t)
			has := key
			if mode == "foreign" {
				has = ecKey(t)
			}
			got, err := setup(t).putCommand(t, mode, key, has).Sign(t.Context(), strings.NewReader(text), noon)
			if got != nil || !errors.Is(err, want) || !errors.Is(err, edo.Unavailable) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if mode == "flood" && !strings.Contains(fmt.Sprint(err), "more than 1048576 bytes") {
				t.Errorf("%v", err)
			}
			if err != nil && strings.Contains(err.Error(), "token in the reader") {
				t.Error("what the program says to its standard error is repeated")
			}
		})
	}
}

func TestCommandIsEnded(t *testing.T) {
	t.Parallel()
	key := ecKey(t)
	s := setup(t).putCommand(t, "hang", key, key)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := s.Sign(ctx, io.MultiReader(strings.NewReader(text), last(cancel)), noon); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// last ends content and says so: by then the program runs.
type last func()

func (l last) Read([]byte) (int, error) {
	l()
	return 0, io.EOF
}

func TestCommandContentThatBreaks(t *testing.T) {
	t.Parallel()
	key := ecKey(t)
	s := setup(t).putCommand(t, "der", key, key)
	lost := &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost}
	if _, err := s.Sign(t.Context(), io.MultiReader(strings.NewReader(text), broken{lost}), noon); !errors.Is(err, edo.LeaseLost) {
		t.Errorf("%v", err)
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func TestHostSigner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	key := ecKey(t)
	b.putSigner(t, directory.Signer{ID: "away", Certificate: person(t, "Петров П. П.", key), Place: directory.PlaceHost, Kinds: []string{"Договор"}, Enabled: true})
	if err := b.vault.SetSignerKey(t.Context(), "ours", "away", key); !errors.Is(err, secret.KeyUnusable) {
		t.Errorf("a key for a signer whose key is elsewhere: %v", err)
	}
	if _, err := b.vault.Signer(t.Context(), "ours", "away", "Письмо", noon); !errors.Is(err, edo.SignerNotAuthorised) {
		t.Errorf("not this kind: %v", err)
	}
	s, err := b.vault.Signer(t.Context(), "ours", "away", "Договор", noon)
	must(t, err)
	if s.Info().ID != "away" || s.Info().Owner != "Петров П. П." || s.Info().Thumbprint == "" {
		t.Errorf("info %+v", s.Info())
	}
	content := bytes.NewBufferString(text)
	if got, err := s.Sign(t.Context(), content, noon); got != nil || !errors.Is(err, edo.SignatureAwaited) || !errors.Is(err, edo.NotReady) || content.Len() != len(text) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestCommandSigner: of a row alone the same is wanted as of one in a store.
func TestCommandSigner(t *testing.T) {
	t.Parallel()
	certificate := person(t, "Иванов И. И.", ecKey(t))
	c, err := cms.ParseCertificate(certificate)
	must(t, err)
	whole := directory.Signer{ID: "head", Subscriber: "ours", Info: c.Info("head"), Certificate: certificate, Place: directory.PlaceCommand, Command: []string{"/bin/true"}}
	for name, tc := range map[string]struct {
		change func(*directory.Signer)
		taken  bool
	}{
		"whole":           {func(*directory.Signer) {}, true},
		"another place":   {func(r *directory.Signer) { r.Place, r.Command = directory.PlaceHost, nil }, false},
		"no full path":    {func(r *directory.Signer) { r.Command = []string{"true"} }, false},
		"no certificate":  {func(r *directory.Signer) { r.Certificate = nil }, false},
		"bad certificate": {func(r *directory.Signer) { r.Certificate = []byte("x") }, false},
	} {
		row := whole
		tc.change(&row)
		s, err := secret.CommandSigner(row)
		if (err == nil) != tc.taken || tc.taken && s.Info().Owner != "Иванов И. И." {
			t.Errorf("%s: %v", name, err)
		}
	}
}
