package acceptance

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// proxy stands before the operator and shows what comes from the client before it goes on.
func (s *stand) proxy(seen func(chunk []byte)) string {
	s.Helper()
	target, err := url.Parse(s.url)
	must(s.T, err)
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	must(s.T, err)
	operator := target.Host
	var all sync.WaitGroup
	s.Cleanup(func() { _ = l.Close(); all.Wait() })
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { pass(client, operator, seen) })
		}
	})
	target.Host = l.Addr().String()
	return target.String()
}

// pass copies both ways until one side ends.
func pass(client net.Conn, to string, seen func(chunk []byte)) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", to) //nolint:noctx // ends with the test
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if n > 0 {
			seen(buf[:n])
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// operation is the call that a request begins with, empty if the bytes are no beginning.
func operation(chunk []byte) string {
	if !bytes.HasPrefix(chunk, []byte("POST ")) {
		return ""
	}
	_, rest, _ := strings.Cut(string(chunk), "IExchangeService/")
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// theRowIsThereBeforeTheFirstByte: when the first byte of a request reaches the socket, another process sees its
// row, committed and without an answer.
func (around Around) theRowIsThereBeforeTheFirstByte(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	home := filepath.Join(t.TempDir(), "home")
	var mu sync.Mutex
	var other *sqlite.Store // nil: nobody looks
	watch := func(store *sqlite.Store) {
		mu.Lock()
		defer mu.Unlock()
		other = store
	}
	looked := 0
	address := s.proxy(func(chunk []byte) {
		mu.Lock()
		defer mu.Unlock()
		name := operation(chunk)
		if name == "" || other == nil {
			return
		}
		rows, err := other.Exchanges(context.Background(), directory.ExchangeFilter{Operation: name, Unfinished: true})
		if err != nil || len(rows) == 0 {
			t.Errorf("%s leaves and has no row: %v", name, err)
		}
		looked++
	})
	company := s.side(0, options{home: home, idle: true, subscriber: func(r *directory.Subscriber) { r.Endpoint, r.Policy.Receive = address, false }})
	client := s.side(1, options{})
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(home, local.DatabaseFile)})
	must(t, err)
	watch(store)
	stop := company.work(company.gw)
	company.send(company.letter("p", client))
	watch(nil) // what is on its way when the work ends may be seen after its row has ended
	stop()
	must(t, store.Close())
	if looked < 3 { // log in, look up, send
		t.Errorf("%d requests were looked at", looked)
	}
}

// withoutARowNothingIsSent: a log that cannot be written keeps the package here, and lets it go when it can.
func (around Around) withoutARowNothingIsSent(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	home := filepath.Join(t.TempDir(), "home")
	company, client := s.side(0, options{home: home, subscriber: func(r *directory.Subscriber) { r.Policy.Receive = false }}), s.side(1, options{})
	execute(t, home, `CREATE TRIGGER broken BEFORE INSERT ON exchanges WHEN NEW.operation = 'SendMessage' BEGIN SELECT RAISE(ABORT, 'no'); END`)
	_, err := company.gw.Send(t.Context(), company.letter("p", client))
	must(t, err)
	until(t, "a try that failed", func() (int, bool) {
		attempts, err := company.home.Store.Attempts(t.Context(), company.key("p"))
		must(t, err)
		if slices.Contains(operations(s.op), "SendMessage") {
			t.Fatal("sent without a row")
		}
		return len(attempts), len(attempts) > 2
	})
	execute(t, home, `DROP TRIGGER broken`)
	company.inState("p", edo.StateSent)
}

// anExchangeTakesLessThanTwoKiB: what a conversation leaves in the log, rows, indexes and chain together, is small,
// even with the signatures that stand in the messages; and what was packed is exact when it comes out.
func (around Around) anExchangeTakesLessThanTwoKiB(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	homes := []string{filepath.Join(t.TempDir(), "company"), filepath.Join(t.TempDir(), "client")}
	company, client := s.side(0, options{home: homes[0]}), s.side(1, options{home: homes[1]})
	for i := range 8 {
		name := fmt.Sprintf("letter-%d.pdf", i)
		company.send(company.letter(edo.PackageID(fmt.Sprintf("p-%d", i)), client, func(p *edo.Package) {
			p.Documents[0].Name, p.Documents[0].NeedSign = name, true
		}))
		client.answer(edo.AnswerSign, client.got(name).Key.Remote, "")
		company.inState(edo.PackageID(fmt.Sprintf("p-%d", i)), edo.StateSigned)
	}
	company.stop()
	client.stop()
	for i, x := range []*side{company, client} {
		rows, err := x.home.Store.Exchanges(t.Context(), directory.ExchangeFilter{Limit: directory.MaxLimit})
		must(t, err)
		plain, packages := int64(0), int64(0)
		for _, r := range rows {
			whole, err := x.home.Store.Exchange(t.Context(), r.ID)
			must(t, err)
			plain += int64(len(whole.RequestHead) + len(whole.Request.Text) + len(whole.AnswerHead) + len(whole.Answer.Text))
			if r.Package != "" {
				packages++
			}
			if r.Outcome == edo.OutcomeOK {
				rebuilt(t, x, whole)
			}
		}
		n := int64(len(rows))
		used, payload := stored(t, homes[i])
		t.Logf("%s: %d exchanges, %d of packages; heads and masked XML %d bytes each, pages of the log %d bytes each, filled with %d", x.id, n, packages, plain/n, used/n, payload/n)
		if n < 50 || payload/n >= 2048 { // pages fill up when there are more
			t.Errorf("%d bytes for each of %d exchanges", payload/n, n)
		}
		report, err := directory.VerifyLog(t.Context(), x.home.Store, directory.LogCheck{})
		must(t, err)
		if report.Broken != 0 || report.Links < n {
			t.Errorf("%+v", report)
		}
	}
}

// rebuilt makes the exact bytes of an answer again and compares them with the digest of what crossed the socket.
func rebuilt(t conformance.T, x *side, e directory.Exchange) {
	t.Helper()
	for _, h := range e.Answer.Holes {
		if h.Kind == edo.HoleSecret { // a token: nobody has it any more
			return
		}
	}
	var exact bytes.Buffer
	err := e.Answer.Rebuild(&exact, nil, func(d edo.Digest) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(x.read(d))), nil })
	must(t, err)
	if d, _, _ := edo.DigestOf(&exact); d != e.AnswerDigest {
		t.Errorf("%s %s: the answer that was rebuilt is another one", e.ID, e.Operation)
	}
}

// stored is what the tables of the log and their indexes take in the file, and what of it is filled.
func stored(t conformance.T, home string) (pages, payload int64) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(home, local.DatabaseFile)+"?_pragma=busy_timeout(10000)")
	must(t, err)
	defer func() { must(t, db.Close()) }()
	must(t, db.QueryRowContext(t.Context(), `SELECT sum(pgsize), sum(pgsize - unused) FROM dbstat WHERE name IN
		(SELECT name FROM sqlite_schema WHERE tbl_name IN ('exchanges', 'answers', 'links'))`).Scan(&pages, &payload))
	return pages, payload
}

// execute runs SQL past the store.
func execute(t conformance.T, home, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(home, local.DatabaseFile)+"?_pragma=busy_timeout(10000)")
	must(t, err)
	_, err = db.ExecContext(t.Context(), statement)
	must(t, err)
	must(t, db.Close())
}
