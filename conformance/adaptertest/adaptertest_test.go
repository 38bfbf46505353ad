package adaptertest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/adaptertest"
)

func verdicts(t *testing.T, home string) map[string]adaptertest.Verdict {
	t.Helper()
	all, err := adaptertest.Read(home)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]adaptertest.Verdict{}
	for _, r := range adaptertest.Judge(all) {
		if r.ID == "" || r.Rule == "" || r.Clause == "" || r.Verdict != adaptertest.Pass && r.Why == "" {
			t.Errorf("%+v says too little", r)
		}
		got[r.Rule] = r.Verdict
	}
	return got
}

const (
	repeats   = "repeats a package under the same id when its answer was lost"
	asks      = "asks for the status of a package whose outcome is unknown, or repeats it under the same id"
	never     = "never sends the same documents under another id because of a lost or unknown answer"
	refused   = "does not repeat by itself what was refused for lack of a right"
	cutOff    = "asks again for content that was cut off"
	digest    = "asks again for content whose digest is not the announced one"
	safe      = "acknowledges an event only when its version has come whole"
	given     = "acknowledges nothing that was not given to it"
	foreign   = "goes on past events of kinds that it does not know"
	again     = "launches the plugin again when it dies, and asks for events from a place that is safe"
	order     = "ends the plugin in order"
	one       = "keeps exactly one stamped version when it is offered twice"
	textShown = "shows the plugin's sentence for a clerk when a package is refused"
)

// TestGoodHost: an adapter as the guide wants it passes every rule that can be seen.
func TestGoodHost(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	host{}.work(t, home)
	want := map[string]adaptertest.Verdict{one: adaptertest.Look, textShown: adaptertest.Look}
	for _, rule := range []string{repeats, asks, never, refused, cutOff, digest, safe, given, foreign, again, order} {
		want[rule] = adaptertest.Pass
	}
	if diff := cmp.Diff(want, verdicts(t, home)); diff != "" {
		t.Error(diff)
	}
}

// TestBadHosts: each fault of an adapter fails the rule that is about it.
func TestBadHosts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		host  host
		fails []string
	}{
		"repeats under another id":       {host{anotherID: true}, []string{never, repeats, asks}},
		"gives up":                       {host{givesUp: true}, []string{repeats, asks}},
		"insists":                        {host{insists: true}, []string{refused}},
		"acknowledges first":             {host{acksFirst: true}, []string{safe}},
		"trusts what came":               {host{trusting: true}, []string{cutOff, digest, safe}},
		"stops at what it does not know": {host{stuck: true}, []string{foreign}},
		"invents a place":                {host{inventive: true}, []string{given}},
		"does not launch again":          {host{stubborn: true}, []string{again}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			tc.host.work(t, home)
			got := verdicts(t, home)
			for _, rule := range tc.fails {
				if got[rule] != adaptertest.Fail {
					t.Errorf("%q: %s", rule, got[rule])
				}
			}
		})
	}
	home := t.TempDir()
	host{unceremonial: true}.work(t, home)
	if got := verdicts(t, home); got[order] != adaptertest.NotSeen {
		t.Errorf("killed, and %q: %s", order, got[order])
	}
}

// TestSuite: the cases give the verdicts of the judge.
func TestSuite(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	host{givesUp: true}.work(t, home)
	all, err := adaptertest.Read(home)
	if err != nil {
		t.Fatal(err)
	}
	results, err := conformance.Run(t.Context(), adaptertest.Suite(all), conformance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[adaptertest.Verdict]conformance.Verdict{
		adaptertest.Pass: conformance.Pass, adaptertest.Fail: conformance.Fail, adaptertest.Look: conformance.Skip, adaptertest.NotSeen: conformance.Skip,
	}
	failed := 0
	for i, r := range adaptertest.Judge(all) {
		if results[i].Case.ID != r.ID || results[i].Verdict != want[r.Verdict] {
			t.Errorf("%s is %s: %s %s", r.ID, r.Verdict, results[i].Case.ID, results[i].Verdict)
		}
		if r.Verdict == adaptertest.Fail {
			failed++
		}
	}
	if failed == 0 {
		t.Error("nothing fails")
	}
}

// TestNothingSeen: a record without packages passes nothing.
func TestNothingSeen(t *testing.T) {
	t.Parallel()
	for _, r := range adaptertest.Judge(nil) {
		if r.Verdict != adaptertest.NotSeen {
			t.Errorf("%q: %s", r.Rule, r.Verdict)
		}
	}
	if _, err := adaptertest.Read(t.TempDir()); err == nil {
		t.Error("an empty folder was read as a record")
	}
}
