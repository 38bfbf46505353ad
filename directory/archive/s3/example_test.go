package s3_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/edokit/edokit/directory/archive/s3"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// A program of yours that keeps documents in S3-compatible storage: open the bucket, hand it to the store (contents of
// the operator's answers) and to the gateway (everything else). directory/local does the same with a folder.
func Example() {
	ctx := context.Background()
	endpoint, stop := storageOfTheExample()
	defer stop()
	home, err := os.MkdirTemp("", "edokit-example-*")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(home) }()

	bytes, err := s3.Open(ctx, s3.Config{
		Endpoint: endpoint, Bucket: "documents", Prefix: "edo/",
		AccessKey: "id", SecretKey: edo.NewSecret(os.Getenv("STORAGE_KEY") + "key"),
	})
	if err != nil {
		log.Fatal(err)
	}
	store, err := sqlite.OpenAndMigrate(ctx, sqlite.Config{Path: filepath.Join(home, "edokit.db"), Archive: bytes})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	config := gateway.Config{Archive: bytes, Outbox: store, Inbox: store} // drivers, access and accounts as in directory/local
	blob, err := config.Archive.Create(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := blob.Write([]byte("Договор")); err != nil {
		log.Fatal(err)
	}
	digest, size, err := blob.Commit(ctx)
	if err != nil {
		log.Fatal(err)
	}
	entry, err := bytes.Stat(ctx, digest)
	fmt.Println(size, entry.Size, digest.Short(), err)
	// Output: 14 14 58c87d296b41 <nil>
}

// storageOfTheExample stands where your storage is.
func storageOfTheExample() (endpoint string, stop func()) {
	backend := s3mem.New()
	if err := backend.CreateBucket("documents"); err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	return server.URL, server.Close
}
