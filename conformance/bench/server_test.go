//go:build linux

package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// stand is what others know of the server process.
type stand struct {
	URL         string // the stand-in operator
	Discard     string // its twin that throws messages away
	Usage       string // CPU seconds of the server process
	Ours        mockoperator.Organisation
	Theirs      mockoperator.Organisation
	Key         []byte // PEM of the sender's head
	Certificate []byte // PEM
}

func (s stand) endpoint(t task) string {
	if t.Discard {
		return s.Discard
	}
	return s.URL
}

func (s stand) used(ctx context.Context) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Usage, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(string(text), 64)
}

// serve runs both servers until standard input ends.
func serve(ctx context.Context, t task) error {
	op, err := mockoperator.New(mockoperator.Config{Dir: t.Dir, WireMemory: -1})
	if err != nil {
		return err
	}
	defer op.Close()
	url, stop, err := op.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	twin, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // lives as long as the process
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /usage", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, used()) })
	mux.Handle(mockoperator.Path, discarding{op})
	go func() { _ = http.Serve(twin, mux) }()
	base := "http://" + twin.Addr().String()
	s := stand{URL: url, Discard: base + mockoperator.Path, Usage: base + "/usage"}
	s.Ours, s.Theirs = op.Organisations()[0], op.Organisations()[1]
	head, err := op.Identity(s.Ours.Boxes[0])
	if err != nil {
		return err
	}
	if s.Key, err = head.KeyPEM(); err != nil {
		return err
	}
	s.Certificate = head.CertificatePEM()
	if err := json.NewEncoder(os.Stdout).Encode(s); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return stop()
}

// discarding takes messages without looking at their documents: the floor of what a server can cost. It answers with
// the ids that stand among the signatures at the end; everything else goes to the stand-in.
type discarding struct{ next http.Handler }

func (d discarding) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("SOAPAction"), "/SendMessage") {
		d.next.ServeHTTP(w, r)
		return
	}
	end, err := tail(r.Body)
	if err != nil {
		return
	}
	var ids strings.Builder
	for i, rest := range bytes.Split(end, []byte("DocumentId>"))[1:] {
		if id, _, _ := bytes.Cut(rest, []byte("<")); i%2 == 0 { // every other one is an end tag
			fmt.Fprintf(&ids, "<m:LocalServerId><m:LocalId>%s</m:LocalId><m:ServiceId>service-%s</m:ServiceId></m:LocalServerId>", id, id)
		}
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = fmt.Fprintf(w, `<s:Envelope xmlns:s="%s"><s:Body><SendMessageResponse xmlns="%s"><SendMessageResult xmlns:m="%s"><m:DocumentIds>%s</m:DocumentIds>`+
		`<m:MessageId>55b0f5c1-2c7e-4e43-8df1-7a6f1d2e9c12</m:MessageId></SendMessageResult></SendMessageResponse></s:Body></s:Envelope>`,
		contract.NSEnvelope, contract.NSService, contract.NSModel, ids.String())
}

// tail reads everything and gives the last piece: at least one buffer of it where there is so much.
func tail(r io.Reader) ([]byte, error) {
	last, next := []byte(nil), make([]byte, 128<<10)
	for {
		n, err := io.ReadFull(r, next)
		switch err {
		case nil:
			if last == nil {
				last = make([]byte, len(next))
			}
			last, next = next, last[:cap(last)]
		case io.EOF, io.ErrUnexpectedEOF:
			return append(last[:len(last):len(last)], next[:n]...), nil
		default:
			return nil, err
		}
	}
}
