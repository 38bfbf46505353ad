package s3

import (
	"context"
	"errors"
	"net/http"
	"slices"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

// Reasons of this package.
const (
	BucketMissing edo.Reason = "bucket-missing"       // there is no such bucket
	KeyRefused    edo.Reason = "storage-key-refused"  // the storage does not take the key, or the key may not do this
	VersionsOff   edo.Reason = "storage-versions-off" // the bucket keeps no versions, so nothing can be removed safely
)

// classify turns what the storage or the network said into our error. [edo.Unavailable] means that nothing was stored and
// the same call may be repeated.
func classify(op string, err error) error {
	var known *edo.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	e := &edo.Error{Kind: edo.Internal, Op: op, Err: err}
	var api smithy.APIError
	if errors.As(err, &api) {
		e.Code = api.ErrorCode()
	}
	switch status := statusOf(err); {
	case e.Code == "NoSuchBucket":
		e.Kind, e.Reason, e.Remedy = edo.NotFound, BucketMissing, "make the bucket, or name another one"
	case status == http.StatusForbidden || status == http.StatusUnauthorized:
		e.Kind, e.Reason, e.Remedy = edo.Denied, KeyRefused, "look at the key and at what it may do with the bucket"
	case status == http.StatusInsufficientStorage || e.Code == "QuotaExceeded":
		e.Kind, e.Reason, e.Remedy = edo.Unavailable, archive.Full, "free space in the storage, or raise its quota"
	case status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == 0:
		e.Kind = edo.Unavailable // no answer at all has status 0
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind = edo.Unavailable
	case status == http.StatusNotFound && op == "s3.Open":
		e.Kind, e.Reason, e.Remedy = edo.NotFound, BucketMissing, "make the bucket, or name another one"
	}
	return e
}

func statusOf(err error) int {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// absent reports that there is no such object.
func absent(err error) bool { return said(err, "NoSuchKey", "NotFound") }

// said reports that the storage answered with one of these codes.
func said(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}
