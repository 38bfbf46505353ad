package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// minToken is the shortest token that is taken: one made by this program has 26 characters of 5 bits.
const minToken = 24

// tokenCmd makes a token.
type tokenCmd struct {
	File string `arg:"" type:"path" help:"File to be made; it must not be there."`
}

func (t tokenCmd) Run(out io.Writer) error {
	f, err := os.OpenFile(t.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, rand.Text())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "The token is in %s. Requests carry it in a header: Authorization: Bearer TOKEN\n", t.File)
	return nil
}

// tokenSum is the digest of the token: the token itself is kept nowhere.
type tokenSum [sha256.Size]byte

func readToken(path string) (tokenSum, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return tokenSum{}, fmt.Errorf("--token-file: %w: make one with: edo-bridge token FILE", err)
	}
	token := bytes.TrimSpace(raw)
	if len(token) < minToken || bytes.ContainsAny(token, " \t\r\n") {
		return tokenSum{}, fmt.Errorf("--token-file: must hold one token of at least %d characters: make one with: edo-bridge token FILE", minToken)
	}
	return sha256.Sum256(token), nil
}

// carries reports whether a request has the token. The comparison takes the same time whatever was sent.
func (t tokenSum) carries(r *http.Request) bool {
	sent, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(sent))
	return ok && subtle.ConstantTimeCompare(sum[:], t[:]) == 1
}
