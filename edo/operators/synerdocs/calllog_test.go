package synerdocs

import (
	"bytes"
	"context"
	"strings"
	"sync"

	"github.com/edokit/edokit/edo"
)

// callLog is a journal in memory.
type callLog struct {
	mu   sync.Mutex
	all  strings.Builder
	rows int
}

func (l *callLog) Begin(_ context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	l.write(r.Operation + " " + string(r.Package) + " " + r.Head + string(r.Body.Text))
	return l, nil
}

func (l *callLog) write(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows++
	l.all.WriteString(s + "\n")
}

func (l *callLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func (*callLog) ID() edo.ExchangeID                     { return "x-1" }
func (*callLog) Blob(context.Context) (edo.Blob, error) { return &callBlob{}, nil }
func (l *callLog) Finish(_ context.Context, a edo.ExchangeAnswer) error {
	l.write(a.Head + string(a.Body.Text) + a.Note)
	return nil
}

type callBlob struct{ bytes.Buffer }

func (b *callBlob) Commit(context.Context) (edo.Digest, int64, error) { return edo.DigestOf(b) }
func (*callBlob) Abort()                                              {}
