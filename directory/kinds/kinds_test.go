package kinds_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/edo"
)

func TestDefault(t *testing.T) {
	t.Parallel()
	all, err := kinds.Default()
	if err != nil {
		t.Fatal(err)
	}
	got := map[edo.Direction][]string{}
	for _, k := range all {
		got[k.Direction] = append(got[k.Direction], k.ID)
		if k.Title.RU == "" || k.Title.EN == "" || k.Direction == edo.Inbound && (k.AnswerIn == 0 || k.WarnBefore == 0) {
			t.Errorf("%+v", k)
		}
	}
	want := map[edo.Direction][]string{
		edo.Inbound:  {"application", "inquiry", "complaint", "connection", "conditions-met"},
		edo.Outbound: {"letter", "contract", "technical-conditions", "act"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for text, id := range map[string]string{
		"заявка": "application", "Заявление": "application", "ЗАПРОС": "inquiry", "Жалоба": "complaint",
		"заявка на технологическое присоединение": "connection", "уведомление о выполнении технических условий": "conditions-met",
	} {
		if k := edo.KindOfDocument(all, edo.Inbound, text); k == nil || k.ID != id {
			t.Errorf("%s: %+v", text, k)
		}
	}
}

// whole is a file with every field.
const whole = `kinds:
  - id: meter
    direction: inbound
    title: {ru: Показания, en: Readings}
    match: [Счётчик, "42"]
    attachments: {min: 1, max: 3, extensions: [.pdf, .xml]}
    consents: [pd, tariff]
    actions: [receipt, refuse]
    answer_in: 1d12h
    warn_before: 90m
    need_sign: true
`

// TestV22_NewKindNeedsAFileOnly reads a kind that no Go file knows.
func TestV22_NewKindNeedsAFileOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kinds.yaml")
	if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := kinds.Open(path)
	want := []edo.DocumentKind{{
		ID: "meter", Direction: edo.Inbound, Title: edo.Sentence{RU: "Показания", EN: "Readings"}, Match: []string{"Счётчик", "42"},
		Attachments: edo.AttachmentRule{Min: 1, Max: 3, Extensions: []string{".pdf", ".xml"}}, Consents: []string{"pd", "tariff"},
		Actions: []edo.AnswerKind{edo.AnswerReceipt, edo.AnswerRefuse}, AnswerIn: 36 * time.Hour, WarnBefore: 90 * time.Minute, NeedSign: true,
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if _, err := kinds.Open(path + "x"); !errors.Is(err, kinds.Malformed) {
		t.Errorf("no file: %v", err)
	}
}

// TestFaults changes one thing in the whole file: the fault names the field and the line.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		from, to string
		field    string
		line     string
	}{
		"unknown field":         {"need_sign", "neeed_sign", "kinds[0].neeed_sign", "line 11"},
		"unknown field deeper":  {"max: 3", "most: 3", "kinds[0].attachments.most", "line 6"},
		"field given twice":     {"need_sign: true", "id: x", "kinds[0].id", "line 11"},
		"bad duration":          {"1d12h", "soon", "kinds[0].answer_in", "line 9"},
		"no duration":           {"1d12h", "0s", "kinds[0].answer_in", "line 9"},
		"negative duration":     {"1d12h", "-1h", "kinds[0].answer_in", "line 9"},
		"negative rest":         {"1d12h", "1d-1h", "kinds[0].answer_in", "line 9"},
		"endless duration":      {"1d12h", "4000d", "kinds[0].answer_in", "line 9"},
		"warned too early":      {"90m", "2d", "kinds[0].warn_before", "line 2"},
		"unknown action":        {"refuse]", "eat]", "kinds[0].actions[1]", "line 8"},
		"unknown direction":     {"inbound", "sideways", "kinds[0].direction", "line 2"},
		"no direction":          {"    direction: inbound\n", "", "kinds[0].direction", "line 2"},
		"term of our own":       {"inbound", "outbound", "kinds[0].answer_in", "line 2"},
		"title in one language": {", en: Readings", "", "kinds[0].title.en", "line 4"},
		"title that is a list":  {"{ru: Показания, en: Readings}", "[x]", "kinds[0].title", "line 4"},
		"empty text":            {`"42"`, `""`, "kinds[0].match[1]", "line 5"},
		"null":                  {`"42"`, `~`, "kinds[0].match[1]", "line 5"},
		"alias":                 {`{min: 1, max: 3, extensions: [.pdf, .xml]}`, `*x`, "kinds", ""},
		"list that is a text":   {"[pd, tariff]", "pd", "kinds[0].consents", "line 7"},
		"consent with a space":  {"[pd, tariff]", "[a b]", "kinds[0].consents[0]", "line 7"},
		"extension":             {".xml", "XML", "kinds[0].attachments.extensions[1]", "line 6"},
		"min above max":         {"min: 1", "min: 4", "kinds[0].attachments.min", "line 6"},
		"count":                 {"min: 1", "min: -1", "kinds[0].attachments.min", "line 6"},
		"need_sign":             {"need_sign: true", "need_sign: 1", "kinds[0].need_sign", "line 11"},
		"id":                    {"id: meter", "id: счётчик", "kinds[0].id", "line 2"},
		"no kinds":              {whole, "kinds: []", "kinds", "line 1"},
		"other root":            {whole, "- a", "", "line 1"},
		"other key":             {whole, "kind: []", "kind", "line 1"},
		"empty":                 {whole, "", "kinds", ""},
		"two documents":         {whole, whole + "---\n" + whole, "kinds", ""},
		"no YAML":               {whole, "kinds: [", "kinds", ""},
		"too large":             {whole, strings.Repeat("#", kinds.MaxSize+1), "kinds", ""},
		"duplicate id":          {whole, whole + strings.TrimPrefix(strings.ReplaceAll(whole, "Показания, en: Readings", "Другое, en: Other"), "kinds:\n"), "kinds[1].id", "line 12"},
		"one text for two":      {whole, whole + strings.TrimPrefix(strings.ReplaceAll(whole, "id: meter", "id: other"), "kinds:\n"), "kinds[1]", "line 12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(whole, tc.from, tc.to, 1)
			got, err := kinds.Read(strings.NewReader(text))
			if got != nil || !errors.Is(err, edo.Invalid) || !errors.Is(err, kinds.Malformed) {
				t.Fatalf("%+v, %v", got, err)
			}
			var all edo.Faults
			if !errors.As(err, &all) {
				all = edo.Faults{err}
			}
			for _, one := range all {
				var e *edo.Error
				if errors.As(one, &e) && e.Field == tc.field && strings.Contains(e.Message, tc.line) && (e.Remedy != "" || e.Err != nil) {
					return
				}
			}
			t.Errorf("no fault of %s in %s:\n%v", tc.field, tc.line, err)
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := kinds.Read(strings.NewReader("kinds:\n  - {id: a b, size: 1}\n  - {direction: up}\n"))
	var all edo.Faults
	if !errors.As(err, &all) || len(all) != 7 {
		t.Errorf("%d faults: %v", len(all), err)
	}
}

// FuzzRead holds that whatever is accepted keeps the promises of a kind, and that nothing panics.
func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("kinds: [{id: &a x, title: *a}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := kinds.Read(bytes.NewReader(text))
		if err != nil {
			if len(all) > 0 || !errors.Is(err, kinds.Malformed) {
				t.Errorf("%d kinds with %v", len(all), err)
			}
			return
		}
		for _, k := range all {
			if edo.CheckID("id", k.ID) != nil || k.Title.RU == "" || k.Title.EN == "" || k.AnswerIn < 0 || k.WarnBefore > 0 && k.WarnBefore >= k.AnswerIn {
				t.Errorf("%+v", k)
			}
		}
	})
}
