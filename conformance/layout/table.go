package layout

// row says what one package, or all packages below a folder, may import beside the standard library.
type row struct {
	// Package is a folder of this repository. "x/*" means every folder below x.
	Package string
	// Own lists our packages, Third the modules of others (each with all its packages).
	Own, Third []string
	// Std lists those standard packages of guarded that this row may import after all.
	Std []string
	// Any lifts all limits: for the places where everything comes together.
	Any bool
	// TestsToo binds the test files as well. Elsewhere tests may import what they like.
	TestsToo bool
	// Why is the reason, for the reader of a failure.
	Why string
}

// guarded are standard packages that only rows naming them may import: a database belongs to a store.
func guarded() []string { return []string{"database/sql", "database/sql/driver", "plugin"} }

// rows is the table. Order: the words, what stands on them, the processes, the proofs.
func rows() []row {
	const (
		asm      = "github.com/segmentio/asm"
		barcode  = "github.com/boombuler/barcode"
		cmp      = "github.com/google/go-cmp"
		dsig     = "github.com/russellhaering/goxmldsig"
		etree    = "github.com/beevik/etree"
		goleak   = "go.uber.org/goleak"
		goPlugin = "github.com/hashicorp/go-plugin"
		goose    = "github.com/pressly/goose/v3"
		grpc     = "google.golang.org/grpc"
		hclog    = "github.com/hashicorp/go-hclog"
		image    = "golang.org/x/image"
		otel     = "go.opentelemetry.io/otel"
		pdfcpu   = "github.com/pdfcpu/pdfcpu"
		pgx      = "github.com/jackc/pgx/v5"
		pkcs12   = "software.sslmate.com/src/go-pkcs12"
		pkcs7    = "github.com/smallstep/pkcs7"
		puddle   = "github.com/jackc/puddle/v2"
		protobuf = "google.golang.org/protobuf"
		river    = "github.com/riverqueue/river"
		sqlite   = "modernc.org/sqlite"
		tink     = "github.com/tink-crypto/tink-go/v2"
		uuid     = "github.com/google/uuid"
		xsync    = "golang.org/x/sync"
		xsys     = "golang.org/x/sys"
		xtime    = "golang.org/x/time"

		gobreaker = "github.com/sony/gobreaker/v2"
		xtext     = "golang.org/x/text"
		yaml      = "gopkg.in/yaml.v3"
	)
	return []row{
		{Package: "edo", Why: "the words: whoever imports them gets nothing else"},
		{Package: "edo/cms", Own: []string{"edo"}, Third: []string{pkcs12}, Why: "signatures need no operator"},
		{Package: "edo/edotest", Own: []string{"edo", "edo/cms"}, Why: "an operator in memory, and keys for tests"},
		{
			Package: "edo/evidence", Own: []string{"edo", "edo/cms"}, Third: []string{xtext},
			Why: "an archive proves without store, operator and network",
		},
		{
			Package: "edo/gateway", Own: []string{"edo"}, Third: []string{xsync, xtime, gobreaker},
			Why: "the engine states what it needs as ports made of edo words; stores and stampers come in from outside",
		},
		{Package: "edo/internal/soap", Own: []string{"edo"}, Third: []string{etree, asm}, Why: "SOAP 1.1 knows no operator"},
		{
			Package: "edo/operators/synerdocs", Own: []string{"edo", "edo/internal/soap"}, Third: []string{etree},
			Why: "drivers know nothing of each other, of stores or of the gateway",
		},

		{Package: "directory/failpoint", Why: "names of steps; empty in every build but that of crash tests"},
		{Package: "directory", Own: []string{"edo"}, Why: "words and the Book, without a store"},
		{
			Package: "directory/sqlite", Own: []string{"edo", "directory", "directory/compact", "directory/failpoint"}, Third: []string{sqlite, goose, xsys},
			Std: []string{"database/sql", "database/sql/driver"}, Why: "a store; the gateway does not know it",
		},
		{
			Package: "directory/proof", Own: []string{"edo", "edo/cms", "directory"}, Third: []string{etree, dsig},
			Why: "a document about the log that proves without the log",
		},
		{
			Package: "directory/console", Own: []string{"edo", "directory"}, Third: []string{etree},
			Why: "pages over rows and the engine, both stated as ports; knows no store and no operator",
		},
		{Package: "directory/cassette", Own: []string{"edo", "directory"}, Why: "writes the format that conformance/mockoperator reads: both meet in data"},
		{Package: "directory/tables", Own: []string{"edo", "directory"}, Why: "what is which column, for programs of others; reads no store"},
		{Package: "directory/compact", Own: []string{"edo"}, Why: "packs what the log keeps; knows no store"},
		{
			Package: "directory/postgres", Own: []string{"edo", "directory", "directory/compact", "directory/failpoint"}, Third: []string{pgx, puddle, goose, river},
			Std: []string{"database/sql/driver"}, Why: "a store; the gateway does not know it",
		},
		{
			Package: "directory/secret", Own: []string{"edo", "edo/cms", "directory", "directory/failpoint"}, Third: []string{tink},
			Why: "seals before a store sees; never imports one",
		},
		{
			Package: "directory/local", Own: []string{"edo", "edo/cms", "edo/gateway", "directory", "directory/archive", "directory/handover", "directory/kinds", "directory/postgres", "directory/secret", "directory/sqlite"},
			Why: "one folder that holds everything of one installation; wires, decides nothing",
		},
		{
			Package: "directory/telemetry", Own: []string{"edo", "edo/gateway", "directory"},
			Third: []string{otel + "/attribute", otel + "/codes", otel + "/metric", otel + "/propagation", otel + "/trace"},
			Why:   "wraps the ports of the engine; only the interface of OpenTelemetry, so that a library chooses nobody's collector",
		},
		{
			Package: "directory/handover", Own: []string{"edo", "directory", "directory/archive"},
			Why: "exports, deletes, restores and checks over the ports of a store and an archive; knows no operator",
		},
		{Package: "directory/kinds", Own: []string{"edo", "directory"}, Third: []string{yaml}, Why: "kinds of documents are a file, read into words"},
		{
			Package: "directory/archive/s3", Own: []string{"edo", "directory/archive"}, Third: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"},
			Why: "a module of its own: who keeps a folder links nothing of it",
		},
		{Package: "directory/archive", Own: []string{"edo", "directory/failpoint"}, Third: []string{xsys}, Why: "bytes by digest, nothing about documents"},

		{Package: "stamping", Third: []string{pdfcpu, image}, Why: "draws on pages; knows nothing about exchange"},
		{Package: "stamping/hardpdf", Own: []string{"stamping"}, Third: []string{pdfcpu, image}, Why: "a test instrument: of stamping it knows how a document may end"},
		{
			Package: "stamping/printable", Own: []string{"stamping"}, Third: []string{pdfcpu, image, xtext},
			Why: "makes a PDF of a file that is none; knows the bytes and what it is told of them",
		},
		{Package: "stamping/worker", Own: []string{"stamping", "stamping/printable"}, Third: []string{pdfcpu, image, xtext}, Why: "processes that run stamping and printable; of a document it knows the size"},
		{
			Package: "stamping/signstamp", Own: []string{"stamping"}, Third: []string{barcode, pdfcpu, image, xtext},
			Why: "its Facts are its own type; the composition root converts",
		},

		{
			Package: "dmsplugin", Own: []string{"edo", "directory", "directory/failpoint", "dmsplugin/internal/clerk", "dmsplugin/internal/wire", "dmsplugin/internal/dmspb"},
			Third: []string{goPlugin, hclog, grpc, protobuf, xsys}, Why: "the process boundary; decides nothing",
		},
		{
			Package: "dmsplugin/internal/wire", Own: []string{"edo", "directory", "dmsplugin/internal/clerk", "dmsplugin/internal/dmspb"},
			Third: []string{grpc, protobuf}, Why: "the only files that convert between proto and words",
		},
		{Package: "dmsplugin/proto", Why: "the contract as text"},
		{Package: "dmsplugin/internal/clerk", Own: []string{"edo"}, Why: "sentences by code"},
		{
			Package: "dmsplugin/hosttest", Own: []string{"dmsplugin/internal/dmspb", "conformance", "conformance/canary"}, Third: []string{grpc, protobuf},
			Why: "a host of its own over the bare wire: with dmsplugin or wire a mistake of both sides could hide; it stands here because dmspb is internal",
		},
		{Package: "dmsplugin/internal/dmspb", Third: []string{grpc, protobuf}, Why: "written by protoc"},
		{Package: "dmsplugin/cmd/*", Any: true, Why: "composition root"},

		{Package: "conformance", Why: "the core of the suites: plain text in, verdicts out; whoever imports it gets nothing else"},
		{Package: "conformance/gotest", Own: []string{"conformance"}, Why: "cases as tests of Go; no suite imports it, so that no suite needs package testing"},
		{Package: "conformance/report", Own: []string{"conformance", "conformance/canary"}, Why: "writes what was found; runs nothing"},
		{Package: "conformance/contract", Why: "data: the contract in our own clauses"},
		{
			Package: "conformance/mockoperator", Own: []string{"conformance", "conformance/contract", "stamping", "stamping/signstamp"},
			Third: []string{pkcs7, yaml, uuid, cmp, goleak}, TestsToo: true,
			Why: "client and mock meet only in data, so that a shared mistake cannot hide",
		},
		{
			Package: "conformance/wiretest", Own: []string{"conformance", "conformance/contract"}, Third: []string{cmp, pkcs7, uuid},
			Why: "the service by raw envelopes; no codec of the driver or of the stand-in, so that a mistake of theirs cannot hide",
		},
		{
			Package: "conformance/operatortest", Own: []string{"conformance", "conformance/canary", "edo"}, Third: []string{cmp, uuid},
			Why: "drivers by their contract; no operator and no wire, so that any driver can be given",
		},
		{Package: "conformance/operatortest/drivermutants", Own: []string{"conformance", "edo"}, Why: "drivers broken on purpose: they know no case"},
		{Package: "conformance/wiretest/wiremutants", Own: []string{"conformance", "conformance/contract"}, Why: "endpoints broken on purpose: they know no case"},
		{
			Package: "conformance/archivetest", Own: []string{"conformance", "edo", "directory/archive"}, Third: []string{cmp},
			Why: "one suite for every archive; of the folder it knows the reasons",
		},
		{
			Package: "conformance/adaptertest", Own: []string{"conformance", "edo", "directory", "directory/archive", "dmsplugin"}, Why: "a plugin in shape only, for hosts under test",
		},
		{Package: "conformance/acceptance", Any: true, Why: "composition root: the whole way, each case named after a promise"},
		{
			Package: "conformance/acceptance/mutants",
			Own: []string{
				"conformance", "conformance/acceptance", "conformance/mockoperator", "conformance/operatortest/drivermutants", "conformance/storetest",
				"conformance/storetest/storemutants", "directory/kinds", "directory/local", "edo", "edo/gateway",
			},
			Why: "parts of the library that are wrong in one thing, each with the cases that find it",
		},
		{Package: "conformance/bench", Why: "only tests: whole processes side by side, each wired as a program would"},
		{Package: "conformance/chromium", Why: "a test instrument: drives chromium, knows nothing of the pages"},
		{Package: "conformance/canary", Why: "a test instrument: finds secrets in bytes, knows nothing of what made them"},
		{Package: "conformance/crash", Own: []string{"conformance/mockoperator", "conformance/canary"}, Why: "drives real processes from outside"},
		{
			Package: "conformance/storetest", Own: []string{"conformance", "edo", "edo/gateway", "directory", "directory/archive", "directory/handover", "directory/secret"}, Third: []string{cmp},
			Why: "knows what a store is, but no store",
		},
		{
			Package: "conformance/storetest/storemutants", Own: []string{"conformance", "conformance/storetest", "edo", "directory"},
			Why: "stores that lie about one thing",
		},
		{Package: "conformance/storetest/pgtest", Own: []string{"conformance", "edo"}, Third: []string{pgx}, Why: "a server for tests, without a schema"},
		{Package: "conformance/subjects", Any: true, Why: "composition root of the suites"},
		{Package: "conformance/foreign", Why: "only tests: SOAP stacks of others against the mock and the driver"},
		{Package: "conformance/layout", Why: "reads files"},
		{
			Package: "conformance/replay", Own: []string{"edo", "edo/cms", "edo/gateway", "edo/operators/synerdocs", "directory", "directory/local", "conformance/mockoperator"},
			Why: "the whole way, as a program would wire it, against a recorded operator",
		},
		{Package: "conformance/nth", Why: "only tests: everything that can fail fails once"},
		{Package: "conformance/powercut", Why: "only tests: what was acknowledged lasts"},
		{Package: "conformance/sim", Why: "only tests: seeded histories of several gateways on one store"},
		{Package: "conformance/cmd/*", Any: true, Why: "programs"},

		{Package: "examples/*", Any: true, Why: "each shows a way to wire things"},
	}
}
