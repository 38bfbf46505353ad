package s3

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/edokit/edokit/edo"
)

const (
	// stale is how old an unfinished upload must be before it counts as left by a dead process.
	stale = 24 * time.Hour
	// leastPart is the smallest part that S3 takes, in bytes.
	leastPart   = 5 << 20
	defaultPart = 64 << 20
)

// Config of [Open]. Endpoint, Bucket, AccessKey and SecretKey are required.
type Config struct {
	Endpoint  string     // https URL of the storage; plain http to a loopback address only
	Region    string     // empty: us-east-1, which storages without regions take
	Bucket    string     // must be there; removals need versioning switched on
	Prefix    string     // of all names, such as "edo/"; empty: none
	AccessKey string     // id of the key
	SecretKey edo.Secret // the key
	Session   edo.Secret // of temporary keys; zero: none
	Spool     string     // folder for entries that are being written; empty: the system's for temporary files
	MaxSize   int64      // of one entry in bytes; 0: [edo.MaxDocumentSize]
	Part      int64      // size of one upload in bytes, at least 5 MiB; 0: 64 MiB
	Client    *http.Client
	Now       func() time.Time // nil: time.Now
}

// Archive is an open bucket. It is safe for use by several goroutines and shares the bucket with other processes.
type Archive struct {
	cfg    Config
	client *sdk.Client
}

var _ edo.Depot = (*Archive)(nil)

// Open looks whether the bucket can be used and aborts uploads that dead processes left.
func Open(ctx context.Context, cfg Config) (*Archive, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg.defaults()
	a := &Archive{cfg: cfg, client: connect(cfg)}
	if _, err := a.client.HeadBucket(ctx, &sdk.HeadBucketInput{Bucket: &cfg.Bucket}); err != nil {
		return nil, classify("s3.Open", err)
	}
	if err := a.sweep(ctx); err != nil {
		return nil, classify("s3.Open", err)
	}
	return a, nil
}

func (c *Config) defaults() {
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Spool == "" {
		c.Spool = os.TempDir()
	}
	if c.MaxSize <= 0 {
		c.MaxSize = edo.MaxDocumentSize
	}
	if c.Part == 0 {
		c.Part = defaultPart
	}
	if c.Client == nil {
		c.Client = &http.Client{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// check reports everything that is wrong at once.
func (c *Config) check() error {
	var f edo.Faults
	bad := func(field, message, remedy string) {
		f = append(f, &edo.Error{Kind: edo.Invalid, Op: "s3.Open", Field: field, Message: message, Remedy: remedy})
	}
	u, err := url.Parse(c.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		bad("endpoint", "is no URL of a host", "write it as https://storage.example, without user and query")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		bad("endpoint", "is neither https nor a loopback address", "use https: documents and keys pass it")
	}
	if c.Bucket == "" || strings.Contains(c.Bucket, "/") {
		bad("bucket", "is empty or no name of a bucket", "name a bucket that is there")
	}
	if strings.HasPrefix(c.Prefix, "/") || strings.Contains(c.Prefix, "//") {
		bad("prefix", "begins with a slash or holds two in a row", "write it as edo/")
	}
	if c.AccessKey == "" || c.SecretKey.IsZero() {
		bad("secret_key", "or access_key is empty", "give both halves of the key")
	}
	if c.Part != 0 && c.Part < leastPart {
		bad("part", "is less than 5 MiB", "leave it out for 64 MiB")
	}
	return f.Err()
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// connect makes the client. Keys are revealed for the moment of signing; a redirect is never followed, because it would
// lead documents to another host.
func connect(cfg Config) *sdk.Client {
	keys := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: cfg.AccessKey, SecretAccessKey: cfg.SecretKey.Reveal(), SessionToken: cfg.Session.Reveal()}, nil
	})
	straight := *cfg.Client
	straight.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return sdk.New(sdk.Options{
		BaseEndpoint: &cfg.Endpoint, Region: cfg.Region, Credentials: keys, HTTPClient: &straight, UsePathStyle: true,
		// Digests are ours to give and to check: see upload and archive.Verified.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
}

// key is the name of the object of d.
func (a *Archive) key(d edo.Digest) *string {
	name := d.String()
	return aws.String(a.cfg.Prefix + name[:2] + "/" + name)
}

// digest reads a name back.
func (a *Archive) digest(key string) (edo.Digest, bool) {
	_, name, _ := strings.Cut(strings.TrimPrefix(key, a.cfg.Prefix), "/")
	d, err := edo.ParseDigest(name)
	return d, err == nil && *a.key(d) == key
}
