package kinds_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/edo"
)

const oneKind = "kinds:\n  - {id: act, direction: outbound, title: {ru: Акт, en: Act}}\n"

func retention(t *testing.T, text string) (directory.Retention, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kinds.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return kinds.OpenRetention(path)
}

func TestRetention(t *testing.T) {
	t.Parallel()
	y := func(n int) directory.Period { return directory.Period{Years: n} }
	for name, tc := range map[string]struct {
		text string
		want directory.Retention
	}{
		"none": {"", directory.DefaultRetention()},
		"all of it": {"retention: {keep: 6y, states: {failed: 5y30d, inbound: 8y}, kinds: {act: {law: other, keep: 2y, states: {signed: 3y}}}}", directory.Retention{
			Keep: y(6), States: map[directory.KeptState]directory.Period{"failed": {Years: 5, Days: 30}, "inbound": y(8)},
			Kinds: map[string]directory.KindKeeping{"act": {Law: "other", Keep: y(2), States: map[directory.KeptState]directory.Period{"signed": y(3)}}},
		}},
	} {
		got, err := retention(t, oneKind+tc.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if r, err := kinds.DefaultRetention(); err != nil || r.For("contract", directory.KeptSigned) != y(10) || r.For("", directory.KeptSent) != y(5) {
		t.Errorf("default: %+v %v", r, err)
	}
}

func TestRetentionFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, field, part string }{
		"below":            {"retention: {keep: 4y}", "retention.keep", "the minimum is 5y"},
		"a kind below":     {"retention: {kinds: {act: {keep: 1y}}}", "retention.kinds.act.keep", "402-FZ"},
		"other below":      {"retention: {kinds: {act: {law: other, keep: 30d}}}", "retention.kinds.act.keep", "the minimum is 1y"},
		"unknown law":      {"retention: {kinds: {act: {law: mine, keep: 9y}}}", "retention.kinds.act.law", "unknown rule"},
		"unknown kind":     {"retention: {kinds: {acts: {keep: 9y}}}", "retention.kinds.acts", "is no kind of this file"},
		"unknown state":    {"retention: {states: {lost: 9y}}", "retention.states.lost", "is not known"},
		"no period":        {"retention: {keep: soon}", "retention.keep", "is no time to keep"},
		"a number":         {"retention: {keep: 5}", "retention.keep", "is no time to keep"},
		"a list":           {"retention: [5y]", "retention", "is no list of keys"},
		"given twice":      {"retention: {kinds: {act: {keep: 9y}, act: {keep: 8y}}}", "retention.kinds.act", "twice"},
		"unknown key":      {"retention: {floor: 1y}", "retention.floor", "is not known"},
		"kinds are a list": {"retention: {kinds: [act]}", "retention.kinds", "is no list of keys"},
	} {
		_, err := retention(t, oneKind+tc.text)
		var e *edo.Error
		if !errors.As(err, &e) || e.Field != tc.field || !strings.Contains(e.Message, tc.part) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
