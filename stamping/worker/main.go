package worker

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/printable"
)

// argument is the first argument of a worker; the second is its memory in bytes.
const argument = "edokit-pdf-worker"

// Main turns a process that a [Pool] started into a worker and does not return; in any other it does nothing. It must run
// before anything that reads the command line or standard input.
func Main() {
	if len(os.Args) != 3 || os.Args[1] != argument {
		return
	}
	memory, err := strconv.ParseInt(os.Args[2], 10, 64)
	if err != nil || memory <= 0 {
		os.Exit(2)
	}
	signal.Ignore(os.Interrupt, syscall.SIGTERM) // a document is not at fault when somebody ends the program
	debug.SetMemoryLimit(memory / 4 * 3)         // what the system counts is more than what the collector does
	if err := bound(memory); err != nil {
		os.Exit(2)
	}
	os.Exit(serve(os.Stdin, os.Stdout))
}

// serve works on one document after the other until its input ends.
func serve(in io.Reader, out io.Writer) int {
	requests := make(chan *job)
	go read(bufio.NewReader(in), requests)
	w := bufio.NewWriterSize(out, 64<<10)
	for j := range requests {
		r := work(j, w)
		if writeJSON(w, frameReport, r) != nil || w.Flush() != nil || r.Error != nil {
			return 1
		}
	}
	return 0
}

// job is a request and the document behind it in the stream.
type job struct {
	request
	document *once
}

// read hands over requests. It waits for the next one while a document is worked on, so that it sees the end of the input,
// which is the end of the parent, whatever the work is stuck in.
func read(in *bufio.Reader, requests chan<- *job) {
	for {
		j := &job{}
		if err := readJSON(in, frameRequest, &j.request); err != nil {
			os.Exit(0)
		}
		j.document = &once{r: in, left: j.Size, read: make(chan struct{})}
		j.document.check()
		requests <- j
		<-j.document.read
	}
}

// once is a document in a stream: it can be read from its start, but only once.
type once struct {
	r    *bufio.Reader
	left int64
	read chan struct{} // closed when nothing is left
}

func (o *once) Len() int { return int(o.left) }

func (o *once) Seek(int64, int) (int64, error) { return 0, nil }

func (o *once) Read(p []byte) (int, error) {
	if o.left <= 0 {
		return 0, io.EOF
	}
	n, err := o.r.Read(p[:min(int64(len(p)), o.left)])
	if o.left -= int64(n); err == io.EOF && o.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	o.check()
	return n, err
}

func (o *once) check() {
	if o.left == 0 {
		close(o.read)
		o.left = -1
	}
}

func work(j *job, w io.Writer) (r report) {
	ctx := context.Background()
	var err error
	if j.Mark != nil {
		out := &dataWriter{w: w, sum: sha256.New()}
		var in io.ReadSeeker = j.document
		if j.File != nil {
			in, r.Printed, err = asPDF(ctx, j)
		}
		var result stamping.Result
		if err == nil {
			result, err = stamping.Stamp(ctx, in, out, j.Mark, &j.Options)
		}
		r.Result, r.Size, r.Digest = &result, out.n, out.sum.Sum(nil)
	} else {
		var f stamping.Findings
		f, err = stamping.Examine(ctx, j.document, j.Words, &j.Options)
		r.Findings = &f
	}
	if err != nil {
		r.Error = &failure{Kind: stamping.Crashed, Message: "the copy could not be given back"}
		if typed := (*stamping.Error)(nil); errors.As(err, &typed) {
			r.Error = &failure{Kind: typed.Kind, Page: typed.Page, Message: typed.Msg}
		}
	}
	var used runtime.MemStats
	runtime.ReadMemStats(&used)
	r.Used = used.Sys // what was given back counts too: the system's limit is on what is mapped
	return r
}

// asPDF gives the document of a job as a PDF: itself, unread, if it begins as one, else what is printed of it.
func asPDF(ctx context.Context, j *job) (pdf io.ReadSeeker, printed bool, err error) {
	const head = "%PDF-"
	if start, _ := j.document.r.Peek(int(min(j.Size, int64(len(head))))); string(start) == head {
		return j.document, false, nil
	}
	b, err := io.ReadAll(j.document)
	if err != nil {
		return nil, false, err
	}
	if printable.KindOf(b, j.File.Name) == printable.PDF {
		return bytes.NewReader(b), false, nil
	}
	var view bytes.Buffer
	_, err = printable.Render(ctx, b, &view, *j.File, &printable.Options{
		Foot: j.Mark.Foot(), MaxBytes: j.Options.MaxBytes, MaxPages: j.Options.MaxPages, MaxPixels: j.Pixels,
	})
	return bytes.NewReader(view.Bytes()), true, err
}

// dataWriter sends a copy piece by piece.
type dataWriter struct {
	w   io.Writer
	sum hash.Hash
	n   int64
}

func (d *dataWriter) Write(p []byte) (int, error) {
	sent := 0
	for len(p) > 0 {
		part := p[:min(len(p), maxFrame)]
		if err := writeFrame(d.w, frameData, part); err != nil {
			return sent, err
		}
		d.sum.Write(part)
		d.n += int64(len(part))
		sent += len(part)
		p = p[len(part):]
	}
	return sent, nil
}
