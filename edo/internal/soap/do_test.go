package soap

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func random(n int) []byte {
	p, r := make([]byte, n), rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(p)
	return p
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	log := &memory{}
	small, large, form := random(1), random(500_001), random(200_002)
	answer := success(`<a:Id>55b0</a:Id><a:Unknown><a:x/></a:Unknown><a:Content>` + base64.StdEncoding.EncodeToString(form) + "</a:Content><a:Nothing i:nil=\"true\"/>")
	srv := serve(t, func([]byte) string { return http11(200, typeXML, answer) })
	r := request(log.put(t, small), log.put(t, large), log.put(t, nil))
	var id string
	var got bytes.Buffer
	var digest edo.Digest
	r.Answer = func(n *Node) error {
		return n.Fields(map[Name]func(*Node) error{
			in(model, "Id"):      func(c *Node) (err error) { id, err = c.Text(); return err },
			in(model, "Content"): func(c *Node) (err error) { digest, _, err = c.Content(&got); return err },
			in(model, "Nothing"): func(c *Node) error {
				if !c.Nil() {
					t.Error("not nil")
				}
				return nil
			},
		})
	}
	reply, err := client(t, srv.url, log).Do(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	want := Reply{Exchange: "exchange-1", Date: time.Date(2025, 11, 9, 8, 49, 37, 0, time.UTC), At: time.Date(2025, 11, 9, 12, 0, 0, 0, time.UTC)}
	if d := cmp.Diff(want, reply); d != "" {
		t.Error(d)
	}
	if id != "55b0" || !bytes.Equal(got.Bytes(), form) || digest != edo.Digest(sha256.Sum256(form)) {
		t.Errorf("read %q, %d bytes, %s", id, got.Len(), digest)
	}

	head, body, _ := srv.seen()
	row, a := log.requests[0], log.answer(t)
	if d := cmp.Diff(head, row.Head); d != "" {
		t.Errorf("head as sent and as logged: %s", d)
	}
	secrets := map[string]string{"authToken": "k4n4ry&amp;&lt;Zugang&gt;+ё7f3c"}
	if rebuilt := log.rebuild(t, row.Body, secrets); rebuilt != string(body) || row.Size != int64(len(body)) {
		t.Errorf("request rebuilt %d bytes, sent %d, said %d", len(rebuilt), len(body), row.Size)
	}
	if !bytes.Contains(body, []byte(base64.StdEncoding.EncodeToString(large))) || strings.Contains(string(row.Body.Text), "k4n4ry") {
		t.Error("content is not on the wire, or the secret is in the log")
	}
	if rebuilt := log.rebuild(t, a.Body, nil); rebuilt != answer {
		t.Errorf("answer rebuilt as %d bytes, was %d", len(rebuilt), len(answer))
	}
	a.Body, a.Head = edo.Masked{}, ""
	if d := cmp.Diff(edo.ExchangeAnswer{
		At: reply.At, Outcome: edo.OutcomeOK, HTTPStatus: 200, Size: int64(len(answer)), Digest: sha256.Sum256([]byte(answer)),
		RequestDigest: sha256.Sum256(body), RequestSent: int64(len(body)),
	}, a); d != "" {
		t.Error(d)
	}
}
