package s3

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

// head is what the storage says of an object, without its bytes.
func (a *Archive) head(ctx context.Context, op string, d edo.Digest) (*sdk.HeadObjectOutput, error) {
	out, err := a.client.HeadObject(ctx, &sdk.HeadObjectInput{Bucket: &a.cfg.Bucket, Key: a.key(d)})
	if err != nil && absent(err) {
		err = archive.Missing(d)
	}
	return out, classify(op, err)
}

// Open finds the bytes of d. They are read and checked when the content is.
func (a *Archive) Open(ctx context.Context, d edo.Digest) (edo.Content, error) {
	out, err := a.head(ctx, "s3.Open", d)
	if err != nil {
		return edo.Content{}, err
	}
	c := edo.Content{Size: aws.ToInt64(out.ContentLength), Digest: d, In: a}
	c.Open = func(ctx context.Context) (io.ReadCloser, error) { return a.read(ctx, c.Digest, c.Size) }
	return c, nil
}

func (a *Archive) read(ctx context.Context, d edo.Digest, size int64) (io.ReadCloser, error) {
	out, err := a.client.GetObject(ctx, &sdk.GetObjectInput{Bucket: &a.cfg.Bucket, Key: a.key(d)})
	if err != nil {
		if absent(err) {
			err = archive.Missing(d)
		}
		return nil, classify("s3.Read", err)
	}
	if n := aws.ToInt64(out.ContentLength); n != size {
		_ = out.Body.Close()
		return nil, archive.Damaged(d, fmt.Sprintf("is %d bytes long, was %d", n, size))
	}
	return archive.Verified(body{out.Body}, d, size), nil
}

// body tells a connection that broke from bytes that changed.
type body struct{ io.ReadCloser }

func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = &edo.Error{Kind: edo.Unavailable, Op: "s3.Read", Message: "the connection broke", Err: err}
	}
	return n, err
}

// Stat tells of an entry without reading it.
func (a *Archive) Stat(ctx context.Context, d edo.Digest) (edo.Entry, error) {
	out, err := a.head(ctx, "s3.Stat", d)
	if err != nil {
		return edo.Entry{}, err
	}
	return edo.Entry{Digest: d, Size: aws.ToInt64(out.ContentLength), Stored: aws.ToTime(out.LastModified)}, nil
}

// Walk lists the entries in the order of their digests, which is that of the storage.
func (a *Archive) Walk(ctx context.Context, after edo.Digest, each func(edo.Entry) error) error {
	in := &sdk.ListObjectsV2Input{Bucket: &a.cfg.Bucket, Prefix: &a.cfg.Prefix}
	if !after.IsZero() {
		in.StartAfter = a.key(after)
	}
	pages := sdk.NewListObjectsV2Paginator(a.client, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return classify("s3.Walk", err)
		}
		for _, o := range page.Contents {
			d, ours := a.digest(aws.ToString(o.Key))
			if !ours || *a.key(d) <= aws.ToString(in.StartAfter) {
				continue
			}
			if err := each(edo.Entry{Digest: d, Size: aws.ToInt64(o.Size), Stored: aws.ToTime(o.LastModified)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Keep makes an entry young: the storage copies the object over itself, no byte of it travels.
func (a *Archive) Keep(ctx context.Context, d edo.Digest) error {
	_, err := a.client.CopyObject(ctx, &sdk.CopyObjectInput{
		Bucket: &a.cfg.Bucket, Key: a.key(d), CopySource: aws.String(url.PathEscape(a.cfg.Bucket + "/" + *a.key(d))),
		MetadataDirective: types.MetadataDirectiveReplace,
	})
	if err != nil && absent(err) {
		err = archive.Missing(d)
	}
	return classify("s3.Keep", err)
}

// Remove takes away every version of an entry, one after the other, as long as none was stored at or after the given
// moment. Each removal names the version that was looked at, so one that is stored meanwhile is never hit.
func (a *Archive) Remove(ctx context.Context, d edo.Digest, before time.Time) error {
	v, err := a.client.GetBucketVersioning(ctx, &sdk.GetBucketVersioningInput{Bucket: &a.cfg.Bucket})
	if err != nil {
		return classify("s3.Remove", err)
	}
	if v.Status != types.BucketVersioningStatusEnabled {
		return &edo.Error{
			Kind: edo.NotSupported, Reason: VersionsOff, Op: "s3.Remove", Field: "bucket",
			Message: "keeps no versions: a removal could take bytes that are being stored", Remedy: "switch versioning of the bucket on",
		}
	}
	for range maxVersions {
		out, err := a.head(ctx, "s3.Remove", d)
		switch {
		case edo.KindOf(err) == edo.NotFound && err != nil:
			return nil
		case err != nil:
			return err
		case !aws.ToTime(out.LastModified).Before(before):
			return archive.Fresh(d, aws.ToTime(out.LastModified))
		}
		_, err = a.client.DeleteObject(ctx, &sdk.DeleteObjectInput{Bucket: &a.cfg.Bucket, Key: a.key(d), VersionId: out.VersionId})
		if err != nil {
			return classify("s3.Remove", err)
		}
	}
	return &edo.Error{Kind: edo.NotReady, Op: "s3.Remove", Field: "digest", Message: d.Short() + " has more versions than one call removes", Remedy: "call again"}
}

// maxVersions bounds one removal: every time that the same bytes were stored made one.
const maxVersions = 1000
