package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	code := func(c string) error { return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: c, Severity: "ERROR"}) }
	for name, tc := range map[string]struct {
		err    error
		kind   edo.Kind
		reason edo.Reason
	}{
		"connection lost":      {code("08006"), edo.Unavailable, ""},
		"admin shutdown":       {code("57P01"), edo.Unavailable, ""},
		"starting up":          {code("57P03"), edo.Unavailable, ""},
		"thrown out as idle":   {code("25P03"), edo.Unavailable, ""},
		"too many":             {code("53300"), edo.Unavailable, ""},
		"serialization":        {code("40001"), edo.Unavailable, ""},
		"deadlock":             {code("40P01"), edo.Unavailable, ""},
		"io error":             {code("58030"), edo.Unavailable, ""},
		"disk full":            {code("53100"), edo.Unavailable, directory.StoreFull},
		"lock timeout":         {code("55P03"), edo.Unavailable, directory.StoreBusy},
		"statement timeout":    {code("57014"), edo.Unavailable, directory.StoreBusy},
		"read only":            {code("25006"), edo.Internal, directory.StoreReadOnly},
		"no rights":            {code("42501"), edo.Internal, directory.StoreReadOnly},
		"corrupt data":         {code("XX001"), edo.Internal, directory.StoreCorrupt},
		"corrupt index":        {code("XX002"), edo.Internal, directory.StoreCorrupt},
		"taken":                {code("23505"), edo.Conflict, ""},
		"needs another row":    {code("23503"), edo.Conflict, ""},
		"wrong password":       {code("28P01"), edo.Internal, ""},
		"our own fault":        {code("42601"), edo.Internal, ""},
		"no code at all":       {code(""), edo.Internal, ""},
		"no row":               {errNone, edo.NotFound, ""},
		"gave up":              {context.Canceled, edo.Unavailable, ""},
		"end of the stream":    {fmt.Errorf("x: %w", io.ErrUnexpectedEOF), edo.Unavailable, ""},
		"network":              {&net.OpError{Op: "read", Err: errors.New("reset")}, edo.Unavailable, ""},
		"anything else":        {errors.New("x"), edo.Internal, ""},
		"an error of ours":     {leaseLost(), edo.Conflict, edo.LeaseLost},
		"refused commit":       {refusedCommit{"ROLLBACK"}, edo.Internal, ""},
		"control of the tasks": {controlError{code("55P03")}, edo.Unavailable, directory.StoreBusy},
	} {
		var e *edo.Error
		if err := classify("op", tc.err); !errors.As(err, &e) || e.Kind != tc.kind || e.Reason != tc.reason || e.Op != "op" {
			t.Errorf("%s: %v", name, err)
		}
	}
	shared := leaseLost() // by the callers of one batch, who name it at the same time
	var e *edo.Error
	if one := classify("one", shared); !errors.As(one, &e) || e.Op != "one" || !errors.As(shared, &e) || e.Op != "" {
		t.Errorf("%v became %v", shared, one)
	}
	lines := classify("op", fmt.Errorf("failed to connect to `x`:\n\t%w\n\thost: refused", io.EOF))
	if text := lines.Error(); strings.ContainsAny(text, "\n\t") || !strings.Contains(text, "`x`: EOF host: refused") || !errors.Is(lines, io.EOF) {
		t.Errorf("%q", text)
	}
	if classify("op", nil) != nil {
		t.Error("no error became one")
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"an answer":     {controlError{&pgconn.PgError{SeverityUnlocalized: "ERROR"}}, true},
		"rolled back":   {controlError{refusedCommit{"ROLLBACK"}}, true},
		"a last word":   {controlError{&pgconn.PgError{SeverityUnlocalized: "FATAL"}}, false},
		"no answer":     {controlError{io.ErrUnexpectedEOF}, false},
		"time was over": {context.DeadlineExceeded, false},
	} {
		if got := refused(tc.err); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestScrub(t *testing.T) {
	t.Parallel()
	if err := scrub(errors.New("cannot log in with hunter2 there"), "hunter2"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
	if err := scrub(io.EOF, "hunter2"); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

// FuzzEncode: whatever text comes, what goes to the database is valid for it.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "a\x00b", "\xff\xfe", `\u0000`, "Ромашка"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list := []string{s}
		all, err := encode([]any{s, edo.PackageID(s), asJSON(&list)})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range all {
			text, _ := v.(string)
			if clean(text) != text {
				t.Errorf("%q became %q", s, text)
			}
		}
		var back document[[]string] = asJSON(&[]string{})
		if err := back.Scan(all[2]); err != nil || len(*back.v) != 1 || utf8.ValidString(s) && (*back.v)[0] != clean(s) {
			t.Errorf("%q came back as %q, %v", s, *back.v, err)
		}
	})
}
