package signstamp

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/stamping"
)

var update = flag.Bool("update", false, "write the golden files anew")

var msk = time.FixedZone("MSK", 3*60*60)

// sample is one signer whose every fact is known.
func sample() Facts {
	return Facts{
		Operator:     "ООО «Оператор обмена»",
		DocumentID:   "7c9e6679-7425-40de-944b-e07fc1f90ae7",
		OperatorTime: time.Date(2026, 3, 2, 10, 15, 35, 0, msk),
		Seal:         "5F3A-91C2",
		Signers: []Signer{{
			Owner: "Солодова Вера Дмитриевна", Organisation: "АО «Вельгомские распределительные сети»",
			INN: "8499014577", Serial: "01D9A3F2B0C4E5678899AABBCCDDEEFF",
			ValidFrom: time.Date(2025, 9, 1, 0, 0, 0, 0, msk), ValidTo: time.Date(2026, 12, 1, 0, 0, 0, 0, msk),
			SignedAt: time.Date(2026, 3, 2, 7, 14, 0, 0, time.UTC),
		}},
	}
}

func several(n int) Facts {
	f := sample()
	for i := 1; i < n; i++ {
		s := f.Signers[0]
		s.Owner = fmt.Sprintf("Подписант Номер %d", i+1)
		f.Signers = append(f.Signers, s)
	}
	return f
}

func long() Facts {
	f := sample()
	f.Signers[0].Organisation = strings.Repeat("Федеральное государственное бюджетное учреждение ", 5) + "«Сети»"
	f.Signers[0].Serial = strings.Repeat("0123456789ABCDEF", 10)
	f.DocumentID = strings.Repeat("Ж", 1000)
	f.Title = strings.Repeat("Документ подписан ", 8)
	return f
}

func dirty() Facts {
	f := sample()
	f.Signers[0].Owner = "Ио\u0438\u0306\u202eлев\x00 \t\nИва\u00adн\x1b[31m" // й in two parts, turned direction, escape
	f.Signers[0].Organisation = "АО \xff«₽ 株»"
	f.Seal = ") Tj ET Q << >>"
	return f
}

func sparse() Facts {
	return Facts{Operator: "ООО «Оператор обмена»", Signers: []Signer{{Owner: "Ли Анна"}}}
}

// text lists what a mark says, a line per row, with its title marked.
func text(m *stamping.Mark) string {
	var b strings.Builder
	y := 0.0
	for _, t := range m.Texts {
		switch {
		case t.Y == y:
			b.WriteString(" | ")
		case b.Len() > 0:
			b.WriteString("\n")
		}
		y = t.Y
		b.WriteString(t.S)
	}
	return b.String() + "\n"
}

func TestWhatTheMarkSays(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]Facts{
		"one": sample(), "two": several(2), "twelve": several(12), "long": long(), "dirty": dirty(), "sparse": sparse(),
	} {
		for kind, build := range map[string]func(Facts, Style) (*stamping.Mark, error){"operator": OperatorMark, "local": LocalMark} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				m, err := build(f, Style{})
				if err != nil {
					t.Fatal(err)
				}
				golden(t, kind+"-"+name+".txt", text(m))
				inFrame(t, m)
			})
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// inFrame fails where a line leaves the frame or two lines touch.
func inFrame(t *testing.T, m *stamping.Mark) {
	t.Helper()
	fonts, err := stamping.NewFonts()
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range m.Texts {
		right := a.X + fonts.Width(a.S, a.Size, a.Bold)
		if a.X < 3 || right > m.Width-3 || a.Y < 4 || a.Y+a.Size > m.Height-1 {
			t.Errorf("%q at %.1f..%.1f, %.1f leaves the frame %.0f x %.0f", a.S, a.X, right, a.Y, m.Width, m.Height)
		}
		for _, b := range m.Texts[:i] {
			beside := b.X >= right || a.X >= b.X+fonts.Width(b.S, b.Size, b.Bold)
			if !beside && math.Abs(b.Y-a.Y) < 7 {
				t.Errorf("%q touches %q", a.S, b.S)
			}
		}
	}
}

func TestFitsTheBottomMargin(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]Facts{"one": sample(), "sparse": sparse()} {
		m, err := OperatorMark(f, Style{})
		if err != nil {
			t.Fatal(err)
		}
		if const25mm := 25 / 25.4 * 72; m.Height+8 > const25mm {
			t.Errorf("%s: %.1f points and the edge do not fit into %.1f", name, m.Height, const25mm)
		}
	}
}

// TestTheTwoMarksDiffer: nobody may take the local mark for the operator's, whatever facts it is given.
func TestTheTwoMarksDiffer(t *testing.T) {
	t.Parallel()
	f := sample()
	f.Title = "Документ подписан электронной подписью, печать оператора"
	op, err := OperatorMark(f, Style{})
	if err != nil {
		t.Fatal(err)
	}
	local, err := LocalMark(f, Style{})
	if err != nil {
		t.Fatal(err)
	}
	said := text(local)
	if !strings.Contains(said, "Отметка сформирована в системе организации, не оператором") {
		t.Errorf("the local mark does not say what it is:\n%s", said)
	}
	for _, never := range []string{f.Title, f.Seal, "Оператор |"} {
		if strings.Contains(said, never) {
			t.Errorf("the local mark says %q", never)
		}
	}
	if op.Texts[0].Color == local.Texts[0].Color || len(op.Boxes) == len(local.Boxes) {
		t.Error("the two marks look alike")
	}
}

func TestFactsWithoutTheirPoint(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*Facts)
		local  bool
	}{
		"no signer":               {func(f *Facts) { f.Signers = nil }, false},
		"no owner":                {func(f *Facts) { f.Signers[0].Owner = "\x00 \u202e" }, false},
		"no operator":             {func(f *Facts) { f.Operator = " " }, false},
		"no signer, local mark":   {func(f *Facts) { f.Signers = nil }, true},
		"second without an owner": {func(f *Facts) { f.Signers = append(f.Signers, Signer{}) }, false},
		"unknown role":            {func(f *Facts) { f.Signers[0].Role = "witness" }, false},
		"unknown state":           {func(f *Facts) { f.State = "lost" }, false},
		"long QR":                 {func(f *Facts) { f.QR = strings.Repeat("x", maxQR+1) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, apply := sample(), Apply
			tc.change(&f)
			if tc.local {
				apply = ApplyLocal
			}
			var out bytes.Buffer
			_, err := apply(t.Context(), bytes.NewReader(nil), &out, f, Style{}, nil)
			if !errors.Is(err, stamping.Invalid) || out.Len() > 0 {
				t.Errorf("got %v and %d bytes", err, out.Len())
			}
		})
	}
}

func TestWrongStyles(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Style{
		"language": {Lang: "de"}, "position": {Position: "middle"}, "room": {Room: "nowhere"},
		"emblem": {Emblem: []byte("GIF89a")}, "emblem cut off": {Emblem: shield(t)[:60]}, "emblem too large": {Emblem: append(shield(t), make([]byte, 512<<10)...)},
	} {
		var out bytes.Buffer
		_, err := Apply(t.Context(), bytes.NewReader(page(595, 842, 120, 780)), &out, sample(), s, nil)
		if !errors.Is(err, stamping.Invalid) || out.Len() > 0 {
			t.Errorf("%s: %v and %d bytes", name, err, out.Len())
		}
	}
}

// TestOnTheSamples applies both marks to the sample documents and reads them back with another program.
func TestOnTheSamples(t *testing.T) {
	t.Parallel()
	for file, pages := range map[string]int{"letter": 6, "contract": 7, "technical-conditions": 5} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			in, err := os.ReadFile(filepath.Join("..", "..", "examples", "quickstart", "testdata", file+".pdf"))
			if err != nil {
				t.Fatal(err)
			}
			var out, both bytes.Buffer
			if _, err := Apply(t.Context(), bytes.NewReader(in), &out, sample(), Style{}, nil); err != nil {
				t.Fatal(err)
			}
			r, err := ApplyLocal(t.Context(), bytes.NewReader(out.Bytes()), &both, sample(), Style{Position: stamping.TopCentre}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(stamping.Result{Pages: pages, Marked: pages}, stamping.Result{Pages: r.Pages, Marked: r.Marked}); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			got := pdftotext(t, both.Bytes())
			for _, want := range []string{
				"Документ подписан электронной подписью",
				"Солодова Вера Дмитриевна, АО «Вельгомские распределительные сети», ИНН 8499014577",
				"01D9A3F2B0C4E5678899AABBCCDDEEFF, действителен с 01.09.2025 по 01.12.2026",
				"принято 02.03.2026 10:15:35 (UTC+03:00)",
				"7c9e6679-7425-40de-944b-e07fc1f90ae7; печать 5F3A-91C2",
				"Отметка сформирована в системе организации, не оператором",
			} {
				if n := strings.Count(got, want); n < pages {
					t.Errorf("%q is on %d of %d pages", want, n, pages)
				}
			}
			if before := pdftotext(t, in); !strings.Contains(got, before[:200]) {
				t.Error("the text of the document is no longer there")
			}
		})
	}
}

// TestOwnMarksAreFound: what a mark says can be looked for, even where a value is wrapped.
func TestOwnMarksAreFound(t *testing.T) {
	t.Parallel()
	f := sample()
	words := []string{f.DocumentID, strings.ToUpper(strings.ReplaceAll(f.DocumentID, "-", "")), f.Seal, f.Signers[0].Serial, "7c9e6679-7425-40de-944b-e07fc1f90ae8"}
	for _, file := range []string{"letter", "contract", "technical-conditions"} {
		in, err := os.ReadFile(filepath.Join("..", "..", "examples", "quickstart", "testdata", file+".pdf"))
		if err != nil {
			t.Fatal(err)
		}
		for kind, tc := range map[string]struct {
			apply func(context.Context, io.ReadSeeker, io.Writer, Facts, Style, *stamping.Options) (stamping.Result, error)
			pages []int
			want  []string
		}{
			"operator":          {Apply, nil, words[:4]},
			"operator, page 3":  {Apply, []int{3}, words[:4]},
			"local has no seal": {ApplyLocal, nil, []string{words[0], words[1], words[3]}},
		} {
			t.Run(file+" "+kind, func(t *testing.T) {
				t.Parallel()
				var out bytes.Buffer
				if _, err := tc.apply(t.Context(), bytes.NewReader(in), &out, f, Style{}, &stamping.Options{Pages: tc.pages}); err != nil {
					t.Fatal(err)
				}
				got, err := stamping.FindText(t.Context(), bytes.NewReader(out.Bytes()), words, nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if before, err := stamping.FindText(t.Context(), bytes.NewReader(in), words, nil); before != nil || err != nil {
					t.Errorf("the unmarked document has %q, %v", before, err)
				}
			})
		}
	}
}

func pdftotext(t *testing.T, pdf []byte) string {
	t.Helper()
	path, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	file := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, "-raw", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func FuzzMark(f *testing.F) {
	f.Add("Солодова Вера", "АО «Сети»", "0123", "id")
	f.Add("\u202e\x00", "\xff\xfe", strings.Repeat("W", 999), "\U0001F512 e\u0301")
	f.Fuzz(func(t *testing.T, owner, organisation, serial, id string) {
		facts := sample()
		facts.Signers[0].Owner, facts.Signers[0].Organisation = owner, organisation
		facts.Signers[0].Serial, facts.DocumentID, facts.Title = serial, id, owner
		m, err := OperatorMark(facts, Style{})
		if err != nil {
			return
		}
		inFrame(t, m)
	})
}
