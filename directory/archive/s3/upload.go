package s3

import (
	"context"
	"encoding/base64"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/edokit/edokit/edo"
)

// checksum is a digest as the storage compares it with the bytes that it has received.
func checksum(d edo.Digest) *string { return aws.String(base64.StdEncoding.EncodeToString(d[:])) }

// upload sends size bytes. An object that is there already is replaced: by the same bytes, unless the storage has damaged
// them, and then this mends it.
func (a *Archive) upload(ctx context.Context, from io.ReaderAt, d edo.Digest, size int64) error {
	if size > a.cfg.Part {
		return a.uploadParts(ctx, from, d, size)
	}
	_, err := a.client.PutObject(ctx, &sdk.PutObjectInput{
		Bucket: &a.cfg.Bucket, Key: a.key(d), Body: io.NewSectionReader(from, 0, size), ContentLength: &size, ChecksumSHA256: checksum(d),
	})
	return err
}

func (a *Archive) uploadParts(ctx context.Context, from io.ReaderAt, d edo.Digest, size int64) (err error) {
	begun, err := a.client.CreateMultipartUpload(ctx, &sdk.CreateMultipartUploadInput{
		Bucket: &a.cfg.Bucket, Key: a.key(d), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
	})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil { // whatever this cannot drop is swept later
			err = errors.Join(err, a.abort(context.WithoutCancel(ctx), a.key(d), begun.UploadId))
		}
	}()
	var parts []types.CompletedPart
	for at := int64(0); at < size; at += a.cfg.Part {
		part, err := a.uploadPart(ctx, io.NewSectionReader(from, at, min(a.cfg.Part, size-at)), d, begun.UploadId, int32(len(parts)+1)) //nolint:gosec // a gigabyte has 205 parts of 5 MiB
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	_, err = a.client.CompleteMultipartUpload(ctx, &sdk.CompleteMultipartUploadInput{
		Bucket: &a.cfg.Bucket, Key: a.key(d), UploadId: begun.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return err
}

func (a *Archive) uploadPart(ctx context.Context, body *io.SectionReader, d edo.Digest, id *string, number int32) (types.CompletedPart, error) {
	sum, size, err := edo.DigestOf(body)
	if err == nil {
		_, err = body.Seek(0, io.SeekStart)
	}
	if err != nil {
		return types.CompletedPart{}, spoolError("s3.Commit", err)
	}
	out, err := a.client.UploadPart(ctx, &sdk.UploadPartInput{
		Bucket: &a.cfg.Bucket, Key: a.key(d), UploadId: id, PartNumber: &number, Body: body, ContentLength: &size, ChecksumSHA256: checksum(sum),
	})
	if err != nil {
		return types.CompletedPart{}, err
	}
	return types.CompletedPart{ETag: out.ETag, PartNumber: &number, ChecksumSHA256: checksum(sum)}, nil
}

func (a *Archive) abort(ctx context.Context, key, id *string) error {
	_, err := a.client.AbortMultipartUpload(ctx, &sdk.AbortMultipartUploadInput{Bucket: &a.cfg.Bucket, Key: key, UploadId: id})
	return err
}

// sweep aborts uploads in parts that nobody has ended for a day.
func (a *Archive) sweep(ctx context.Context) error {
	before := a.cfg.Now().Add(-stale)
	pages := sdk.NewListMultipartUploadsPaginator(a.client, &sdk.ListMultipartUploadsInput{Bucket: &a.cfg.Bucket, Prefix: &a.cfg.Prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		switch {
		case said(err, "NoSuchUpload"): // how some storages say that there is none
			return nil
		case err != nil:
			return err
		}
		for _, u := range page.Uploads {
			if _, ours := a.digest(aws.ToString(u.Key)); !ours || u.Initiated == nil || !u.Initiated.Before(before) {
				continue
			}
			if err := a.abort(ctx, u.Key, u.UploadId); err != nil && statusOf(err) != 404 { // another process may be faster
				return err
			}
		}
	}
	return nil
}
