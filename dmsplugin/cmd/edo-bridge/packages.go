package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// putFile takes the bytes of one document.
func (b *bridge) putFile(w http.ResponseWriter, r *http.Request) error {
	if err := hurry(w, r.ContentLength); err != nil {
		return err
	}
	name, digest, err := b.spool.put(r.Body, r.ContentLength)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]any{"file": name, "sha256": digest.String(), "size": r.ContentLength})
}

// order is the body of a package: its header, and for each document its header and the name of its file.
type order struct {
	Package   json.RawMessage `json:"package"`
	Documents []struct {
		Document json.RawMessage `json:"document"`
		File     string          `json:"file"`
	} `json:"documents"`
}

// postPackage sends files of the spool. They are removed when the package is durable in the plugin; until then the same
// request may be made again.
func (b *bridge) postPackage(w http.ResponseWriter, r *http.Request) error {
	client, err := b.running(r.Context())
	if err != nil {
		return err
	}
	pkg, files, err := b.pack(w, r)
	if errors.Is(err, errNoFile) { // it went with its package: the answer to that was lost
		if op, known := stored(r.Context(), client, pkg, files); known {
			answer(w, http.StatusOK, &dmspb.SendResponse{Operation: wire.ToOperation(op)})
			return nil
		}
	}
	if err != nil {
		return err
	}
	op, err := client.Send(r.Context(), pkg)
	if err != nil {
		return err
	}
	b.spool.drop(files)
	answer(w, http.StatusOK, &dmspb.SendResponse{Operation: wire.ToOperation(op)})
	return nil
}

// stored finds the operation of a package whose files are gone, if its documents are those: the names of files end with digests.
func stored(ctx context.Context, client *dmsplugin.Client, pkg edo.Package, files []string) (edo.Operation, bool) {
	op, err := client.Status(ctx, edo.Key{Subscriber: pkg.Subscriber, Package: pkg.ID})
	if err != nil || len(files) != len(op.Documents) || op.Actor != pkg.Actor {
		return op, false
	}
	for i, name := range files {
		if _, sum, _ := strings.Cut(name, "-"); op.Documents[i].Digest.String() != sum || op.Documents[i].ID != pkg.Documents[i].ID {
			return op, false
		}
	}
	return op, true
}

// pack reads a package, and names its files. With errNoFile the package is read, without the content that is missing.
func (b *bridge) pack(w http.ResponseWriter, r *http.Request) (pkg edo.Package, files []string, err error) {
	if err := hurry(w, maxBody); err != nil {
		return pkg, nil, err
	}
	var o order
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	in.DisallowUnknownFields()
	if err := in.Decode(&o); err != nil {
		return pkg, nil, badJSON(err)
	}
	if len(o.Documents) > edo.MaxDocuments {
		return pkg, nil, &edo.Error{Kind: edo.Invalid, Op: "bridge.packages", Field: "documents", Message: "are too many", Remedy: fmt.Sprintf("send at most %d", edo.MaxDocuments)}
	}
	header := &dmspb.PackageHeader{}
	if err := protojson.Unmarshal(o.Package, header); err != nil {
		return pkg, nil, badJSON(fmt.Errorf("package: %w", err))
	}
	header.DocumentCount = int32(len(o.Documents)) //nolint:gosec // bounded above
	if pkg, _, err = wire.FromPackageHeader(header); err != nil {
		return pkg, nil, err
	}
	var absent error
	for i, d := range o.Documents {
		field := fmt.Sprintf("documents[%d]", i)
		head := &dmspb.DocumentHeader{}
		if err := protojson.Unmarshal(d.Document, head); err != nil {
			return pkg, nil, badJSON(fmt.Errorf("%s.document: %w", field, err))
		}
		document, err := wire.FromDocumentHeader(field, head)
		if err != nil {
			return pkg, nil, err
		}
		said := document.Content
		document.Content, err = b.spool.content(field+".file", d.File)
		if errors.Is(err, errNoFile) {
			absent = err
			pkg.Documents, files = append(pkg.Documents, document), append(files, d.File)
			continue
		}
		if err != nil {
			return pkg, nil, err
		}
		if !said.Digest.IsZero() && said.Digest != document.Content.Digest || said.Size != 0 && said.Size != document.Content.Size {
			return pkg, nil, &edo.Error{
				Kind: edo.Invalid, Reason: edo.DocumentChanged, Op: "bridge.packages", Field: field + ".file", Message: "is not the content that its document announces",
				Remedy: "put the file again, or leave size and sha256 of the document out",
			}
		}
		pkg.Documents, files = append(pkg.Documents, document), append(files, d.File)
	}
	return pkg, files, absent
}

// maxWait bounds the patience of a question for events.
const maxWait = 60 * time.Second

// events gives what happened after a place; with wait it answers as soon as there is something.
func (b *bridge) events(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	after, err := number(q.Get("after"), "after")
	if err != nil {
		return err
	}
	limit, err := number(q.Get("limit"), "limit")
	if err != nil {
		return err
	}
	seconds, err := number(q.Get("wait"), "wait")
	if err != nil {
		return err
	}
	client, err := b.running(r.Context())
	if err != nil {
		return err
	}
	request := &dmspb.DeliverRequest{Subscriber: q.Get("subscriber"), After: after, Limit: int32(min(limit, 501))} //nolint:gosec // bounded
	until := time.Now().Add(min(time.Duration(seconds)*time.Second, maxWait))
	for {
		reply := &dmspb.DeliverResponse{}
		if err := client.Conn().Invoke(r.Context(), dmspb.Exchange_Deliver_FullMethodName, request, reply); err != nil {
			return wire.FromError("bridge.events", err)
		}
		if len(reply.GetEvents()) > 0 || time.Now().After(until) {
			answer(w, http.StatusOK, reply)
			return nil
		}
		select {
		case <-r.Context().Done():
			return r.Context().Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}

func number(text, field string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, &edo.Error{Kind: edo.Invalid, Op: "bridge", Field: field, Message: "is not a number from 0", Remedy: "give digits"}
	}
	return n, nil
}
