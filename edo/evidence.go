package edo

import (
	"context"
	"io"
	"time"
)

// Archivist is implemented by sessions whose operator gives evidence that stands without us.
type Archivist interface {
	// FlowArchive writes the archive of a document's flow (архив документооборота) to w. receipts says whether the
	// information receipts are wanted too. [NotReady]: ask again.
	FlowArchive(ctx context.Context, r Ref, receipts bool, w io.Writer) (Form, error)
	// Enhanced reads a signature improved by the operator. [NotReady] with RetryAfter while it is being made.
	Enhanced(ctx context.Context, signature string) (Enhanced, error)
}

// Enhanced is an improved signature (усовершенствованная подпись).
type Enhanced struct {
	CMS      []byte
	Exchange ExchangeID
}

// Evidence is one line: the request, its reply and what the operator fixed.
type Evidence struct {
	Request      InboundDocument
	Reply        *Operation // nil: none yet
	Term         Term
	OperatorNow  time.Time
	OperatorTime time.Time     // of the reply
	LocalTime    time.Time     // of the reply
	Skew         time.Duration // local minus operator
	Versions     []Version     // stamped versions of the reply's documents
}
