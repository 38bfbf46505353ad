package worker_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/hardpdf"
	"github.com/edokit/edokit/stamping/worker"
)

// TestMain makes this program the worker of its own tests: a good one, or one that misbehaves as its memory says.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "edokit-pdf-worker" {
		if n, err := strconv.Atoi(os.Args[2]); err == nil && n > worker.LeastMemory && n <= worker.LeastMemory+int(lastEvil) {
			misbehave(evil(n - worker.LeastMemory))
		}
	}
	if len(os.Args) == 2 && os.Args[1] == "a program that dies" {
		abandon()
	}
	worker.Main()
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// evil is what a worker does instead of its work.
type evil int

const (
	_        evil = iota
	exits         // at once
	panics        // when it has a request
	hangs         // and never answers
	eats          // memory without end
	babbles       // bytes that are no frame
	lies          // about the digest
	cuts          // the end of the PDF
	floods        // data without end
	forgets       // the result
	boasts        // of a length above every limit
	showsEnv      // gives its environment and files as the kind of a failure
	tires         // of the second document
	lastEvil
)

func misbehave(e evil) {
	switch e {
	case exits:
		os.Exit(3)
	case eats:
		os.Args[2] = strconv.Itoa(worker.LeastMemory)
		r, w, err := os.Pipe() // it is given nothing to do, so that it cannot be done first
		if err != nil {
			panic(err)
		}
		os.Stdin = r
		go eat(w)
		worker.Main()
	}
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadByte(); err != nil {
		os.Exit(0)
	}
	pdf := "%PDF-1.7\n%%EOF\n"
	switch e {
	case panics:
		panic("a secret of the document")
	case hangs:
		time.Sleep(time.Hour) // with select the runtime would find a deadlock and end the process
	case babbles:
		fmt.Print("Dear parent, all is well.")
	case lies:
		frame('D', pdf)
		frame('R', fmt.Sprintf(`{"Result":{"Pages":1,"Marked":1},"Size":%d,"Digest":"AAAA"}`, len(pdf)))
	case cuts:
		frame('D', pdf[:9])
		sum := sha256.Sum256([]byte(pdf[:9]))
		frame('R', fmt.Sprintf(`{"Result":{"Pages":1,"Marked":1},"Size":9,"Digest":%q}`, base64.StdEncoding.EncodeToString(sum[:])))
	case floods:
		go func() { _, _ = io.Copy(io.Discard, in) }()
		for {
			frame('D', strings.Repeat("x", 1<<20))
		}
	case forgets:
		frame('R', `{}`)
	case boasts:
		fmt.Print("D\xff\xff\xff\xff")
	case tires:
		_ = in.UnreadByte()
		answer(in)
		_, _ = in.ReadByte()
		os.Exit(1)
	case showsEnv:
		frame('R', fmt.Sprintf(`{"Error":{"Kind":"encrypted","Message":%q}}`, strings.Join(os.Environ(), ",")))
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// answer takes one document and says that it has seven pages.
func answer(in *bufio.Reader) {
	head := make([]byte, 5)
	_, _ = io.ReadFull(in, head)
	text := make([]byte, binary.BigEndian.Uint32(head[1:]))
	_, _ = io.ReadFull(in, text)
	var request struct{ Size int64 }
	if err := json.Unmarshal(text, &request); err != nil {
		panic(err)
	}
	_, _ = io.CopyN(io.Discard, in, request.Size)
	frame('R', `{"Findings":{"Pages":7}}`)
}

func eat(open *os.File) {
	for all := []byte{1}; ; {
		all = append(all, all...)
		runtime.KeepAlive(open)
	}
}

func frame(kind byte, text string) {
	_, _ = os.Stdout.Write(append([]byte{kind, 0, byte(len(text) >> 16), byte(len(text) >> 8), byte(len(text))}, text...))
}

func pool(t *testing.T, c worker.Config) *worker.Pool {
	t.Helper()
	p, err := worker.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func sample(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("../../examples/quickstart/testdata/letter.pdf")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mark() *stamping.Mark {
	return &stamping.Mark{Width: 200, Height: 40, Texts: []stamping.Text{{X: 5, Y: 10, Size: 10, S: "7c9e6679-7425"}}}
}

// TestWorks: what a worker gives is what the library gives, from one process for many documents.
func TestWorks(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Workers: 1})
	letter := sample(t)
	var want bytes.Buffer
	wanted, err := stamping.Stamp(t.Context(), bytes.NewReader(letter), &want, mark(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		var out bytes.Buffer
		got, err := p.Stamp(t.Context(), worker.InMemory(letter), &out, mark(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("result (-want +got)\n%s", diff)
		}
		found, err := p.Examine(t.Context(), worker.InMemory(out.Bytes()), []string{"7c9e66797425", "00000000-1"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(stamping.Findings{Pages: wanted.Pages, Found: []string{"7c9e66797425"}}, found); diff != "" {
			t.Errorf("findings (-want +got)\n%s", diff)
		}
	}
}

// TestRefusals: what the library says of a document comes through, and the next document is worked on.
func TestRefusals(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Workers: 1, MaxBytes: 1 << 20})
	for _, tc := range []struct {
		in   worker.Document
		want stamping.Kind
	}{
		{worker.InMemory([]byte("PK\x03\x04 a zip")), stamping.Unreadable},
		{worker.InMemory(nil), stamping.Unreadable},
		{worker.InMemory(make([]byte, 1<<20+1)), stamping.TooLarge},
	} {
		if _, err := p.Examine(t.Context(), tc.in, nil); !errors.Is(err, tc.want) {
			t.Errorf("got %v, want %s", err, tc.want)
		}
		if f, err := p.Examine(t.Context(), worker.InMemory(sample(t)), nil); err != nil || f.Pages != 6 {
			t.Errorf("afterwards: %+v, %v", f, err)
		}
	}
}

// TestHardCases: what ends in an error in the library ends so in a worker, and every document after it is worked on.
func TestHardCases(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Memory: 512 << 20})
	for i, c := range hardpdf.Cases() {
		if c.Examine == "" && c.Stamp == "" && i%60 > 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			d := worker.InMemory(c.Make())
			if f, err := p.Examine(t.Context(), d, []string{"7c9e66797425"}); !ends(err, c.Examine) || err == nil && f.Pages != c.Pages {
				t.Errorf("examine: %+v, %v, want %q", f, err, c.Examine)
			}
			if r, err := p.Stamp(t.Context(), d, io.Discard, mark(), nil); !ends(err, c.Stamp) || err == nil && r.Marked != c.Pages {
				t.Errorf("stamp: %+v, %v, want %q", r, err, c.Stamp)
			}
		})
	}
}

func ends(err error, kind stamping.Kind) bool {
	return kind == "" && err == nil || kind != "" && errors.Is(err, kind)
}

// TestMisbehaviour: whatever becomes of a worker is one typed error that quotes nothing, soon.
func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	for e, want := range map[evil]stamping.Kind{
		exits: stamping.Crashed, panics: stamping.Crashed, hangs: stamping.TooSlow, eats: stamping.TooHeavy, babbles: stamping.Crashed,
		lies: stamping.Crashed, cuts: stamping.Crashed, floods: stamping.Crashed, forgets: stamping.Crashed, boasts: stamping.Crashed,
	} {
		t.Run(strconv.Itoa(int(e)), func(t *testing.T) {
			t.Parallel()
			limit := 20 * time.Second
			if e == hangs {
				limit = 50 * time.Millisecond
			}
			p := pool(t, worker.Config{Workers: 1, Memory: worker.LeastMemory + int64(e), Time: limit, MaxBytes: 1 << 20})
			_, err := p.Stamp(t.Context(), worker.InMemory(sample(t)), io.Discard, mark(), nil)
			if !errors.Is(err, want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// TestATiredWorker: one that has ended since its last document costs no document.
func TestATiredWorker(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Workers: 1, Memory: worker.LeastMemory + int64(tires)})
	for range 3 {
		if f, err := p.Examine(t.Context(), worker.InMemory(sample(t)), nil); err != nil || f.Pages != 7 {
			t.Errorf("%+v, %v", f, err)
		}
	}
}

// TestNothingOfTheEnvironment: a worker's environment is empty, whatever the program's is.
func TestNothingOfTheEnvironment(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Memory: worker.LeastMemory + int64(showsEnv)})
	_, err := p.Examine(t.Context(), worker.InMemory(sample(t)), nil)
	if typed := (*stamping.Error)(nil); !errors.As(err, &typed) || typed.Kind != stamping.Encrypted || strings.ContainsAny(typed.Msg, "=,") {
		t.Errorf("got %v", err)
	}
}

// TestMemory: a document that unpacks to more than a worker may have ends the worker.
func TestMemory(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Memory: worker.LeastMemory, MaxDecode: 1 << 30})
	_, err := p.Stamp(t.Context(), worker.InMemory(bomb(200<<20, 1)), io.Discard, mark(), nil)
	if !errors.Is(err, stamping.TooHeavy) {
		t.Errorf("got %v", err)
	}
}

// TestTime: a document that would take minutes costs its time.
func TestTime(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Time: 200 * time.Millisecond})
	if _, err := p.Stamp(t.Context(), worker.InMemory(bomb(32<<20, 2000)), io.Discard, mark(), nil); !errors.Is(err, stamping.TooSlow) {
		t.Errorf("got %v", err)
	}
}

// TestCallersErrors come back as they are, and the worker is not blamed.
func TestCallersErrors(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{})
	own := errors.New("the disk")
	broken := worker.InMemory(sample(t))
	open := broken.Open
	broken.Open = func(ctx context.Context) (io.ReadCloser, error) {
		r, err := open(ctx)
		return io.NopCloser(io.MultiReader(io.LimitReader(r, 100), &failing{own})), err
	}
	if _, err := p.Examine(t.Context(), broken, nil); !errors.Is(err, own) {
		t.Errorf("reader: %v", err)
	}
	if _, err := p.Stamp(t.Context(), worker.InMemory(sample(t)), &failing{own}, mark(), nil); !errors.Is(err, own) {
		t.Errorf("writer: %v", err)
	}
	short := worker.InMemory(sample(t))
	short.Size++
	if _, err := p.Examine(t.Context(), short, nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("short: %v", err)
	}
	if short.Size -= 2; true {
		if _, err := p.Examine(t.Context(), short, nil); err == nil || errors.As(err, new(*stamping.Error)) {
			t.Errorf("long: %v", err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Examine(ended, worker.InMemory(sample(t)), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("context: %v", err)
	}
	if f, err := p.Examine(t.Context(), worker.InMemory(sample(t)), nil); err != nil || f.Pages != 6 {
		t.Errorf("afterwards: %+v, %v", f, err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error)  { return 0, f.err }
func (f *failing) Write([]byte) (int, error) { return 0, f.err }

// TestNew: limits are checked before anything runs, and a program that is not there is no fault of a document.
func TestNew(t *testing.T) {
	t.Parallel()
	for _, c := range []worker.Config{{Workers: -1}, {Memory: 1}, {Time: -1}} {
		if _, err := worker.New(c); !errors.Is(err, stamping.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	p := pool(t, worker.Config{Program: "/nowhere/edo-dms"})
	if _, err := p.Examine(t.Context(), worker.InMemory(sample(t)), nil); !errors.Is(err, stamping.NoWorker) {
		t.Errorf("got %v", err)
	}
	if _, err := p.Stamp(t.Context(), worker.InMemory(sample(t)), io.Discard, nil, nil); !errors.Is(err, stamping.Invalid) {
		t.Errorf("no mark: %v", err)
	}
	closed, err := worker.New(worker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	if _, err := closed.Examine(t.Context(), worker.InMemory(sample(t)), nil); !errors.Is(err, stamping.NoWorker) {
		t.Errorf("closed: %v", err)
	}
}

// abandon is a program that uses a pool, says so, and waits for its death: one worker idle, one stuck in a document.
func abandon() {
	good, err := worker.New(worker.Config{})
	if err != nil {
		panic(err)
	}
	stuck, err := worker.New(worker.Config{Time: time.Hour})
	if err != nil {
		panic(err)
	}
	letter, err := os.ReadFile("../../examples/quickstart/testdata/letter.pdf")
	if err != nil {
		panic(err)
	}
	if _, err := good.Examine(context.Background(), worker.InMemory(letter), nil); err != nil {
		panic(err)
	}
	endless := worker.InMemory(bomb(32<<20, 2000))
	open := endless.Open
	endless.Open = func(ctx context.Context) (io.ReadCloser, error) {
		r, err := open(ctx)
		return &announced{r}, err
	}
	_, err = stuck.Stamp(context.Background(), endless, io.Discard, mark(), nil)
	panic(err)
}

// announced says ready when the document has been handed over.
type announced struct{ io.ReadCloser }

func (a *announced) Close() error {
	fmt.Println("ready")
	return a.ReadCloser.Close()
}

// BenchmarkStamp compares a started worker with the library itself.
func BenchmarkStamp(b *testing.B) {
	letter := sample(b)
	b.Run("worker", func(b *testing.B) {
		p, err := worker.New(worker.Config{Workers: 1})
		if err != nil {
			b.Fatal(err)
		}
		defer p.Close()
		for b.Loop() {
			if _, err := p.Stamp(b.Context(), worker.InMemory(letter), io.Discard, mark(), nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		for b.Loop() {
			if _, err := stamping.Stamp(b.Context(), bytes.NewReader(letter), io.Discard, mark(), nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
