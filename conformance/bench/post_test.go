//go:build linux

package bench_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// post measures what must be beaten or paid for: envelopes that were encoded before, posted by net/http without any
// log. They are those our own driver makes, with new documents, signed and with a live token.
func post(ctx context.Context, t task) (result, error) {
	warm := warmUp(t)
	envelopes, err := ready(ctx, t, warm+t.Count)
	if err != nil {
		return result{}, err
	}
	debug.FreeOSMemory() // what making them has left behind is no part of the posting
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: t.Flight, DisableCompression: true}}
	defer client.CloseIdleConnections()
	send := func(all [][]byte) error {
		return inFlight(len(all), t.Flight, func(i int) error { return postOne(ctx, client, t.Stand.endpoint(t), all[i]) })
	}
	if err := send(envelopes[:warm]); err != nil {
		return result{}, err
	}
	m, err := start(ctx, t.Stand)
	if err != nil {
		return result{}, err
	}
	if err := send(envelopes[warm:]); err != nil {
		return result{}, err
	}
	r, err := m.end(ctx, t.Count)
	if err != nil || t.Document == "" {
		return r, err
	}
	r.Hash, r.Disk, err = hashAndWrite(t)
	return r, err
}

func postOne(ctx context.Context, client *http.Client, endpoint string, envelope []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(envelope))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", `"`+contract.ActionPrefix+`SendMessage"`)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %.1000s", resp.StatusCode, answer)
	}
	return err
}

// hashAndWrite is the rest of the sum that a large document is held against, with its bytes in memory.
func hashAndWrite(t task) (hash, disk float64, err error) {
	content, err := os.ReadFile(t.Document)
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	sha256.Sum256(content)
	hash = time.Since(begin).Seconds()
	begin = time.Now()
	f, err := os.Create(filepath.Join(t.Dir, "written"))
	if err != nil {
		return 0, 0, err
	}
	// In pieces: a single call with all of it takes two to three times as long, and would flatter the comparison.
	for piece := range slices.Chunk(content, 32<<10) {
		if _, err := f.Write(piece); err != nil {
			return 0, 0, err
		}
	}
	err = errors.Join(f.Sync(), f.Close())
	return hash, time.Since(begin).Seconds(), err
}

// ready lets our driver talk to a proxy that hands everything on but the messages: those it keeps.
func ready(ctx context.Context, t task, n int) ([][]byte, error) {
	target, err := url.Parse(t.Stand.endpoint(t))
	if err != nil {
		return nil, err
	}
	target.Path = ""
	onward := httputil.NewSingleHostReverseProxy(target)
	var kept []byte
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("SOAPAction"), "/SendMessage") {
			r.Header["X-Forwarded-For"] = nil
			onward.ServeHTTP(w, r)
			return
		}
		kept = make([]byte, r.ContentLength)
		_, _ = io.ReadFull(r.Body, kept)
	}))
	defer proxy.Close()
	session, err := sessionAt(ctx, t, proxy.URL+mockoperator.Path)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	messages, err := messagesOf(t, n)
	if err != nil {
		return nil, err
	}
	all := make([][]byte, 0, n)
	for _, m := range messages {
		if _, err := session.Send(ctx, m); !errors.Is(err, edo.InDoubt) { // the proxy answers with nothing
			return nil, fmt.Errorf("the proxy kept no message: %w", err)
		}
		all = append(all, kept)
	}
	return all, nil
}

// sessionAt is our driver without any log.
func sessionAt(ctx context.Context, t task, endpoint string) (edo.Session, error) {
	o := t.Stand.Ours
	return synerdocs.New(synerdocs.Config{}).Open(ctx, edo.Account{
		Subscriber: us, Operator: synerdocs.Name, Endpoint: endpoint, Box: edo.BoxID(o.Boxes[0]), INN: o.INN,
		Login: edo.Login{Name: o.Login, Password: edo.NewSecret(o.Password)},
	})
}

// messagesOf signs and addresses packages, as the gateway does before it calls a driver.
func messagesOf(t task, n int) ([]edo.Message, error) {
	packages, err := packagesOf(t, n)
	if err != nil {
		return nil, err
	}
	key, err := cms.LoadPEM(t.Stand.Key, t.Stand.Certificate)
	if err != nil {
		return nil, err
	}
	all := make([]edo.Message, n)
	for i, p := range packages {
		all[i] = edo.Message{Package: p.ID, To: []edo.Address{{Box: edo.BoxID(t.Stand.Theirs.Boxes[0])}}}
		for _, d := range p.Documents {
			signature, err := cms.SignDigest(key, d.Content.Digest, time.Now())
			if err != nil {
				return nil, err
			}
			all[i].Documents = append(all[i].Documents, edo.OutgoingDocument{ID: d.ID, Name: d.Name, Kind: d.Kind, Content: d.Content, Signature: signature})
		}
	}
	return all, nil
}

// bare measures our driver alone: it encodes and sends messages that are signed, and neither logs nor stores.
func bare(ctx context.Context, t task) (result, error) {
	session, err := sessionAt(ctx, t, t.Stand.endpoint(t))
	if err != nil {
		return result{}, err
	}
	defer session.Close()
	warm := warmUp(t)
	messages, err := messagesOf(t, warm+t.Count)
	if err != nil {
		return result{}, err
	}
	send := func(all []edo.Message) error {
		return inFlight(len(all), t.Flight, func(i int) error {
			_, err := session.Send(ctx, all[i])
			return err
		})
	}
	if err := send(messages[:warm]); err != nil {
		return result{}, err
	}
	m, err := start(ctx, t.Stand)
	if err != nil {
		return result{}, err
	}
	if err := send(messages[warm:]); err != nil {
		return result{}, err
	}
	return m.end(ctx, t.Count)
}
