package synerdocs

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

var _ edo.Archivist = (*session)(nil)

const (
	archiveOp      = "DownloadDocumentFlowArchive"
	archiveBareOp  = "DownloadDocumentFlowArchiveWithoutInformationReceipt"
	enhancedOp     = "GetEnhancedSignById"
	enhancedPause  = time.Minute    // before asking again where the service names no time, or one that has passed
	enhancedLonger = 24 * time.Hour // the longest wait that is believed
)

// FlowArchive streams the ZIP of a document's whole conversation to w as it came. Form.Source names the call.
// [edo.NotReady]: the service has none yet or failed to make it. The bytes are not looked at.
func (s *session) FlowArchive(ctx context.Context, r edo.Ref, receipts bool, w io.Writer) (edo.Form, error) {
	if err := s.checkRef(r); err != nil {
		return edo.Form{}, err
	}
	op := archiveBareOp
	if receipts {
		op = archiveOp
	}
	var p printed
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		p = printed{}
		return s.byDocument(op, token, r, func(n *soap.Node) error { return readNamedContent(n, w, &p) })
	})
	switch {
	case err != nil:
		return edo.Form{}, archiveVerdict(access(err))
	case p.size == 0:
		return edo.Form{}, notYet(op, reply.Exchange, "the operator gave no archive yet", 0)
	}
	return edo.Form{Name: p.name, Size: p.size, Source: op, Exchange: reply.Exchange}, nil
}

// archiveVerdict says what a fault means for evidence: the operator itself gave the id of the document, so that it does
// not find it means not yet.
func archiveVerdict(err error) error {
	var e *edo.Error
	if !errors.As(err, &e) {
		return err
	}
	c := *e
	switch e.Code {
	case "DownloadDocumentFlowArchiveFailed", "OperationIsNotAvailable", "DocumentNotFound", "NoDataFound", "InvalidDocumentReference",
		"DocumentContentAccessDenied", "EnhancedSignNotFound":
		c.Kind, c.Reason, c.Remedy = edo.NotReady, edo.EvidenceNotReady, tryLater.remedy()
	case "FeatureDisabled":
		c.Kind, c.Remedy = edo.NotSupported, "have the operator switch it on"
	default:
		return err
	}
	return &c
}

func notYet(op string, x edo.ExchangeID, message string, after time.Duration) error {
	return &edo.Error{
		Kind: edo.NotReady, Reason: edo.EvidenceNotReady, Op: Name + "." + op, Exchange: x, Message: message, Remedy: tryLater.remedy(), RetryAfter: after,
	}
}

// enhanced is one answer of GetEnhancedSignById.
type enhanced struct {
	status, reason string
	ready          time.Time
	raw            bounded
}

// Enhanced reads a signature that the service has improved (GetEnhancedSignById). While it is being made the error is
// [edo.NotReady] with the time that the service names as RetryAfter; a time without a zone is UTC there, whatever
// Config.Zone says. A revocation service that could not be reached is not ready either; any other failure is [edo.Refused].
func (s *session) Enhanced(ctx context.Context, signature string) (edo.Enhanced, error) {
	if _, err := s.ownBox(); err != nil {
		return edo.Enhanced{}, err
	}
	if signature == "" {
		return edo.Enhanced{}, invalid("signature", "is empty", "give the operator's id of the signature")
	}
	var e enhanced
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		e = enhanced{}
		b := body(enhancedOp, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), string(s.box))
		b.Text(svc("signId"), signature)
		return request(enhancedOp, b, func(n *soap.Node) error { return readEnhanced(n, &e) })
	})
	if err != nil {
		return edo.Enhanced{}, archiveVerdict(access(err))
	}
	failed := strings.Contains(e.status, "Failed")
	switch {
	case strings.Contains(e.status, "Success") && !failed && e.raw.Len() > 0:
		return edo.Enhanced{CMS: e.raw.Bytes(), Exchange: reply.Exchange}, nil
	case failed && e.reason != "RevocationInfoUnavailable":
		return edo.Enhanced{}, &edo.Error{
			Kind: edo.Refused, Reason: edo.OperatorRefused, Op: Name + "." + enhancedOp, Code: word(e.reason), Exchange: reply.Exchange,
			Message: "the operator cannot improve the signature", Remedy: "look at the signer's certificate",
		}
	}
	return edo.Enhanced{}, notYet(enhancedOp, reply.Exchange, "the operator is still improving the signature", s.pauseUntil(e.ready, reply))
}

// pauseUntil is how long to wait for a moment on the operator's clock.
func (s *session) pauseUntil(ready time.Time, r soap.Reply) time.Duration {
	now := r.Date
	if now.IsZero() {
		now = s.config.Now()
	}
	wait := ready.Sub(now)
	if ready.IsZero() || wait <= 0 {
		return enhancedPause
	}
	return min(wait, enhancedLonger)
}

func readEnhanced(n *soap.Node, e *enhanced) error {
	return n.Fields(map[soap.Name]reader{
		om("CreateStatus"): text(&e.status),
		om("CreateTime"):   moment(&e.ready, time.UTC),
		om("FailedInfo"): func(f *soap.Node) error {
			return f.Fields(map[soap.Name]reader{om("Reason"): text(&e.reason)})
		},
		om("Raw"): func(c *soap.Node) error {
			_, _, err := c.Content(&e.raw)
			return err
		},
	})
}
