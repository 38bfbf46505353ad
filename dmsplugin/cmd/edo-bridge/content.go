package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// content streams the bytes of a document or of a version. An answer that ends before its announced length is cut off: drop
// it, and ask again.
func (b *bridge) content(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	role, known := dmspb.Role_value[q.Get("role")]
	if !known {
		return &edo.Error{
			Kind: edo.Invalid, Op: "bridge.content", Field: "role", Message: "is unknown",
			Remedy: "use ROLE_ORIGINAL, ROLE_OPERATOR_FORM, ROLE_LOCAL_MARK, ROLE_SIGNATURE or ROLE_EVIDENCE",
		}
	}
	client, err := b.running(r.Context())
	if err != nil {
		return err
	}
	stream, err := dmspb.NewExchangeClient(client.Conn()).Content(r.Context(), &dmspb.ContentRequest{
		Key: &dmspb.Key{Subscriber: q.Get("subscriber"), Package: q.Get("package")}, Document: q.Get("document"), Inbound: q.Get("inbound"),
		Role: dmspb.Role(role), Actor: q.Get("actor"),
	})
	if err != nil {
		return err
	}
	first, err := stream.Recv()
	if err != nil {
		return wire.FromError("bridge.content", err)
	}
	announce(w, first.GetHeader().GetVersion())
	if err := pass(w, stream.Recv); err != nil {
		b.logger.WarnContext(r.Context(), "content was cut off", "error", err)
		panic(http.ErrAbortHandler) // what went out cannot be taken for the whole
	}
	return nil
}

func announce(w http.ResponseWriter, v *dmspb.Version) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.FormatInt(v.GetSize(), 10))
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+escape(v.GetName()))
	h.Set("X-Content-SHA256", hex.EncodeToString(v.GetSha256()))
	w.WriteHeader(http.StatusOK)
}

// pass hands chunks on and compares them with the trailer. The last byte is held back until that is done, so that bytes
// which are not those announced never make a whole.
func pass(w io.Writer, next func() (*dmspb.ContentResponse, error)) error {
	h, held := sha256.New(), []byte(nil)
	for {
		part, err := next()
		if err != nil {
			return err
		}
		if end := part.GetEnd(); end != nil {
			if !bytes.Equal(h.Sum(nil), end.GetSha256()) {
				return errors.New("the bytes are not those of the trailer")
			}
			_, err := w.Write(held)
			return err
		}
		data := part.GetChunk().GetData()
		if len(data) == 0 {
			return errors.New("a part is neither chunk nor trailer")
		}
		h.Write(data)
		if _, err := w.Write(append(held, data[:len(data)-1]...)); err != nil {
			return err
		}
		held = []byte{data[len(data)-1]}
	}
}

// escape is the ext-value of RFC 8187.
func escape(name string) string {
	var out []byte
	for _, c := range []byte(name) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '_' {
			out = append(out, c)
			continue
		}
		out = fmt.Appendf(out, "%%%02X", c)
	}
	return string(out)
}

// rawXML gives the stored request or answer of one exchange.
func (b *bridge) rawXML(w http.ResponseWriter, r *http.Request) error {
	side, known := map[string]dmsplugin.Side{"request": dmsplugin.RequestSide, "answer": dmsplugin.AnswerSide}[r.PathValue("side")]
	if !known {
		return &edo.Error{Kind: edo.Invalid, Op: "bridge.log", Field: "side", Message: "is neither request nor answer", Remedy: "end the path with one of them"}
	}
	client, err := b.running(r.Context())
	if err != nil {
		return err
	}
	var text bytes.Buffer // bounded by what the log keeps of one exchange
	_, err = client.As(edo.ActorID(r.URL.Query().Get("actor"))).RawXML(r.Context(), edo.ExchangeID(r.PathValue("id")), side, &text)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = w.Write(text.Bytes()) // whoever asked may be gone
	return nil
}
