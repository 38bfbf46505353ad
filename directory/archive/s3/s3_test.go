package s3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/archivetest"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/archive/s3"
	"github.com/edokit/edokit/edo"
)

const (
	bucket = "documents"
	prefix = "edo/"
	part   = 5 << 20
)

// clock is the storage's own, which a test may set.
type clock struct{ shift atomic.Int64 }

func (c *clock) Now() time.Time                  { return time.Now().Add(time.Duration(c.shift.Load())) }
func (c *clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// storage is an S3 service in memory with one bucket.
type storage struct {
	*s3mem.Backend
	clock   *clock
	address string
	handler http.Handler
	spool   string

	mu       sync.Mutex
	requests []string                         // method, path and query names
	meddle   func(w http.ResponseWriter) bool // answers instead of the storage if it says so
}

func newStorage(t conformance.T) *storage {
	t.Helper()
	s := &storage{clock: &clock{}, spool: t.TempDir()}
	s.Backend = s3mem.New(s3mem.WithTimeSource(s.clock))
	s.handler = gofakes3.New(s.Backend, gofakes3.WithTimeSource(s.clock), gofakes3.WithTimeSkewLimit(0)).Server()
	if err := errors.Join(s.CreateBucket(bucket), s.versions(true)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.address = server.URL
	return s
}

func (s *storage) versions(on bool) error {
	v := gofakes3.VersioningConfiguration{}
	v.SetEnabled(on)
	return s.SetVersioningConfiguration(bucket, v)
}

func (s *storage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.Method+" "+r.URL.String())
	meddle := s.meddle
	s.mu.Unlock()
	if meddle == nil || !meddle(w) {
		s.handler.ServeHTTP(w, r)
	}
}

func (s *storage) config() s3.Config {
	return s3.Config{
		Endpoint: s.address, Bucket: bucket, Prefix: prefix, AccessKey: "id", SecretKey: edo.NewSecret("storage-key"), Part: part,
		Spool: s.spool, Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
}

func open(t conformance.T, cfg s3.Config) *s3.Archive {
	t.Helper()
	a, err := s3.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func key(d edo.Digest) string { return prefix + d.String()[:2] + "/" + d.String() }

func (s *storage) put(t conformance.T, name string, content []byte) {
	t.Helper()
	meta := map[string]string{"Last-Modified": s.clock.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")}
	if _, err := s.PutObject(bucket, name, meta, bytes.NewReader(content), int64(len(content)), nil); err != nil {
		t.Fatal(err)
	}
}

func (s *storage) get(t conformance.T, name string) []byte {
	t.Helper()
	o, err := s.GetObject(bucket, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Contents.Close() }()
	raw, err := io.ReadAll(o.Contents)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// purge removes every version of an object.
func (s *storage) purge(t conformance.T, name string) {
	t.Helper()
	for {
		o, err := s.HeadObject(bucket, name)
		if err != nil {
			return
		}
		if _, err := s.DeleteObjectVersion(bucket, name, o.VersionID); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *storage) names(t conformance.T) (all []string) {
	t.Helper()
	list, err := s.ListBucket(bucket, nil, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list.Contents {
		all = append(all, o.Key)
	}
	left, err := filepath.Glob(filepath.Join(s.spool, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return append(all, left...)
}

// fresh is an empty bucket for the suite that all archives share.
func fresh(t conformance.T, most int64) archivetest.Instance {
	t.Helper()
	s := newStorage(t)
	cfg := s.config()
	cfg.MaxSize = most
	return archivetest.Instance{
		Open: func(t conformance.T) edo.Depot { return open(t, cfg) },
		Damage: func(t conformance.T, d edo.Digest, change func([]byte) []byte) {
			t.Helper()
			s.put(t, key(d), change(s.get(t, key(d))))
		},
		Age: func(t conformance.T, d edo.Digest, at time.Time) {
			t.Helper()
			content := s.get(t, key(d))
			s.purge(t, key(d))
			s.clock.shift.Store(int64(time.Until(at)))
			s.put(t, key(d), content)
			s.clock.shift.Store(0)
		},
		Names: s.names,
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	gotest.Run(t, archivetest.Config{New: fresh, Sizes: []int{part - 1, part, part + 1, 2*part + 1}}.Suite(), conformance.Options{})
}

// TestUnversionedBucket: without versions a removal could hit bytes that somebody stores at that moment, so there is none.
func TestUnversionedBucket(t *testing.T) {
	t.Parallel()
	s := newStorage(t)
	if err := s.versions(false); err != nil {
		t.Fatal(err)
	}
	a := open(t, s.config())
	d := archivetest.Store(t, a, []byte("x"))
	if err := a.Remove(t.Context(), d, time.Now().Add(time.Hour)); !errors.Is(err, s3.VersionsOff) {
		t.Errorf("got %v", err)
	}
	if c, err := a.Open(t.Context(), d); err != nil || archivetest.ReadExactly(t.Context(), c) != nil {
		t.Errorf("its bytes: %v", err)
	}
}

// TestAbandonedUpload: what a dead process left is aborted a day later, and not before.
func TestAbandonedUpload(t *testing.T) {
	t.Parallel()
	s := newStorage(t)
	d := edo.Digest{1}
	post, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.address+"/"+bucket+"/"+key(d)+"?uploads", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(post)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", answer, err)
	}
	_ = answer.Body.Close()
	aborted := func() (n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, r := range s.requests {
			if strings.HasPrefix(r, "DELETE ") {
				n++
			}
		}
		return n
	}
	for _, tc := range []struct {
		later time.Duration
		want  int
	}{{23 * time.Hour, 0}, {25 * time.Hour, 1}, {26 * time.Hour, 1}} {
		cfg := s.config()
		cfg.Now = func() time.Time { return time.Now().Add(tc.later) }
		open(t, cfg)
		if got := aborted(); got != tc.want {
			t.Errorf("%s later: %d aborted, want %d", tc.later, got, tc.want)
		}
	}
}

// TestFailedPart: an upload that fails half-way is given up at once and leaves nothing.
func TestFailedPart(t *testing.T) {
	t.Parallel()
	s := newStorage(t)
	a := open(t, s.config())
	b, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write(make([]byte, part+1)); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	seen := len(s.requests)
	s.meddle = func(w http.ResponseWriter) bool {
		s.mu.Lock()
		last := s.requests[len(s.requests)-1]
		s.mu.Unlock()
		if refused := strings.HasPrefix(last, "PUT ") && strings.Contains(last, "partNumber=2"); refused {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return false
	}
	s.mu.Unlock()
	if _, _, err := b.Commit(t.Context()); !errors.Is(err, s3.KeyRefused) {
		t.Errorf("Commit: %v", err)
	}
	if got := s.names(t); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := s.requests[len(s.requests)-1]; seen == 0 || !strings.HasPrefix(last, "DELETE ") || !strings.Contains(last, "uploadId=") {
		t.Errorf("the upload was not aborted, the last request was %s", last)
	}
}

// TestErrors: what the storage says becomes an error that says what to do, and never shows the key.
func TestErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		want   error
	}{
		"forbidden":    {http.StatusForbidden, s3.KeyRefused},
		"broken":       {http.StatusServiceUnavailable, edo.Unavailable},
		"full":         {http.StatusInsufficientStorage, archive.Full},
		"sent away":    {http.StatusTemporaryRedirect, edo.Internal},
		"not a bucket": {http.StatusNotFound, s3.BucketMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStorage(t)
			s.meddle = func(w http.ResponseWriter) bool {
				w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
				w.WriteHeader(tc.status)
				return true
			}
			_, err := s3.Open(t.Context(), s.config())
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(fmt.Sprintf("%+v %#v", err, s.config()), "storage-key") {
				t.Error("the key can be read")
			}
		})
	}
}

// TestBrokenConnection: bytes that did not come are not bytes that changed.
func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	s := newStorage(t)
	a := open(t, s.config())
	d := archivetest.Store(t, a, make([]byte, 1<<20))
	c, err := a.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.meddle = func(w http.ResponseWriter) bool {
		w.Header().Set("Content-Length", fmt.Sprint(1<<20))
		_, _ = w.Write(make([]byte, 1000))
		panic(http.ErrAbortHandler)
	}
	s.mu.Unlock()
	if err := archivetest.ReadExactly(t.Context(), c); !errors.Is(err, edo.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	good := s3.Config{Endpoint: "https://storage.example", Bucket: "b", AccessKey: "id", SecretKey: edo.NewSecret("k")}
	for name, tc := range map[string]struct {
		change func(*s3.Config)
		field  string
	}{
		"no endpoint":   {func(c *s3.Config) { c.Endpoint = "" }, "endpoint"},
		"plain http":    {func(c *s3.Config) { c.Endpoint = "http://storage.example" }, "endpoint"},
		"with a user":   {func(c *s3.Config) { c.Endpoint = "https://u:p@storage.example" }, "endpoint"},
		"no bucket":     {func(c *s3.Config) { c.Bucket = "" }, "bucket"},
		"a path":        {func(c *s3.Config) { c.Bucket = "a/b" }, "bucket"},
		"rooted prefix": {func(c *s3.Config) { c.Prefix = "/edo" }, "prefix"},
		"no key":        {func(c *s3.Config) { c.SecretKey = edo.Secret{} }, "secret_key"},
		"small parts":   {func(c *s3.Config) { c.Part = 1 }, "part"},
	} {
		cfg := good
		tc.change(&cfg)
		_, err := s3.Open(context.Background(), cfg)
		var e *edo.Error
		if !errors.As(err, &e) || e.Field != tc.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMemoryStaysFlat: the storage is a process of its own, so that what it holds is not counted.
func TestMemoryStaysFlat(t *testing.T) { //nolint:paralleltest // what others allocate would be counted
	address := elsewhere(t)
	cfg := s3.Config{Endpoint: address, Bucket: bucket, AccessKey: "id", SecretKey: edo.NewSecret("k"), Part: part, Spool: t.TempDir()}
	suite := archivetest.Config{New: func(conformance.T, int64) archivetest.Instance {
		return archivetest.Instance{Open: func(t conformance.T) edo.Depot { return open(t, cfg) }}
	}}
	archivetest.MemoryStaysFlat(t, suite, 128<<20, 16<<20)
}

func TestMain(m *testing.M) {
	if os.Getenv("EDOKIT_TEST_STORAGE") != "" {
		serveStorage()
		return
	}
	os.Exit(m.Run())
}
