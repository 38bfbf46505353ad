package main_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the driver of runSQL

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo/cms"
)

// TestCommandLine runs the scripts of testdata/script, each with an operator of its own. In a script: $ENDPOINT, $PASSWORD
// (the secret itself is in the environment as a site would do it), $LETTER, and key and certificate of two heads as files.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"logid": logID, "sql": runSQL, "sign": signFile},
		Setup: func(env *testscript.Env) error {
			operator, err := mockoperator.New(mockoperator.Config{Dir: filepath.Join(env.WorkDir, "operator"), Organisations: organisations()})
			if err != nil {
				return err
			}
			env.Defer(func() { operator.Close() })
			address, stop, err := operator.Listen(t.Context(), "127.0.0.1:0")
			if err != nil {
				return err
			}
			env.Defer(func() { _ = stop() })
			us := operator.Organisations()[0]
			env.Defer(func() { unseen(t, us.Password, "", env.WorkDir) })
			env.Setenv("ENDPOINT", address)
			env.Setenv("EDO_PASSWORD", us.Password)
			env.Setenv("EDOKIT_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("PATH", filepath.Dir(binary())+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("TZ", "UTC")
			letter, err := filepath.Abs("../../../examples/quickstart/testdata/letter.pdf")
			if err != nil {
				return err
			}
			env.Setenv("LETTER", letter)
			heads, err := operator.Identities(us.Boxes[0])
			if err != nil {
				return err
			}
			for i, name := range []string{"head1", "head2"} {
				key, err := heads[i].KeyPEM()
				if err != nil {
					return err
				}
				for file, raw := range map[string][]byte{name + ".key": key, name + ".crt": heads[i].CertificatePEM()} {
					if err := os.WriteFile(filepath.Join(env.WorkDir, file), raw, 0o600); err != nil {
						return err
					}
				}
			}
			if err := os.WriteFile(filepath.Join(env.WorkDir, "old.crt"), expired(t), 0o600); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "password.txt"), []byte(us.Password+"\n"), 0o600)
		},
	})
}

// logID sets $LOGID, $LOGNO and $LOGPREFIX to id, number and a beginning of the id of the newest exchange of a call.
func logID(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("edo-dms", "--json", "log", "--operation", args[0], "--limit", "1"))
	var rows []struct {
		Seq int64
		ID  string
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &rows))
	if len(rows) != 1 {
		ts.Fatalf("%d rows of %s", len(rows), args[0])
	}
	ts.Setenv("LOGID", rows[0].ID)
	ts.Setenv("LOGNO", strconv.FormatInt(rows[0].Seq, 10))
	ts.Setenv("LOGPREFIX", rows[0].ID[:len(rows[0].ID)-4])
}

// runSQL writes past the program into the database of the home folder, as somebody with the file could.
func runSQL(ts *testscript.TestScript, _ bool, statements []string) {
	db, err := sql.Open("sqlite", filepath.Join(ts.Getenv("EDOKIT_HOME"), "edokit.db"))
	ts.Check(err)
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		_, err := db.ExecContext(context.Background(), s)
		ts.Check(err)
	}
}

// signFile makes the detached signature of a head over a file: sign FILE HEAD OUT.
func signFile(ts *testscript.TestScript, _ bool, args []string) {
	key, err := cms.LoadPEM([]byte(ts.ReadFile(args[1]+".key")), []byte(ts.ReadFile(args[1]+".crt")))
	ts.Check(err)
	signature, err := cms.Sign(context.Background(), key, strings.NewReader(ts.ReadFile(args[0])), time.Now())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), signature, 0o600))
}

// expired is a certificate that was good last year.
func expired(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Бывшев Олег"},
		NotBefore: time.Now().AddDate(-2, 0, 0), NotAfter: time.Now().AddDate(-1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
