package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/edokit/edokit/conformance"
)

// Shape of the JSON report. Version changes when a reader would have to.
type (
	jsonReport struct {
		Version int                 `json:"version"` // 1
		Target  string              `json:"target"`
		Program string              `json:"program"`
		Seed    uint64              `json:"seed,string"` // too large for numbers of many readers
		Began   time.Time           `json:"began"`
		Ended   time.Time           `json:"ended"`
		Counts  map[string]int      `json:"counts"` // by verdict
		Cases   []jsonCase          `json:"cases"`
		Clauses []jsonProof         `json:"clauses"`
		Kills   []conformance.Kills `json:"mutants,omitempty"`
	}
	jsonCase struct {
		Suite     string         `json:"suite"`
		ID        string         `json:"id"`
		Group     string         `json:"group"`
		Says      string         `json:"says"`
		Clauses   []string       `json:"clauses"`
		Verdict   string         `json:"verdict"`
		Said      []string       `json:"said,omitempty"` // faults, or why it was skipped
		Measured  []string       `json:"measured,omitempty"`
		Known     string         `json:"known,omitempty"` // reason on the list of known faults
		Seconds   float64        `json:"seconds"`
		Exchanges []jsonExchange `json:"exchanges,omitempty"`
	}
	jsonExchange struct {
		Name    string `json:"name"`
		Request string `json:"request"`
		Answer  string `json:"answer"`
	}
	jsonProof struct {
		ID     string   `json:"id"`
		Says   string   `json:"says,omitempty"`
		Source string   `json:"source,omitempty"`
		Cases  []string `json:"cases"` // suite/id
	}
)

// JSON writes everything, for programs. Bytes that are no UTF-8 are replaced.
func (r Report) JSON(w io.Writer) error {
	out := jsonReport{
		Version: 1, Target: r.Target, Program: r.Program, Seed: r.Seed, Began: r.Began.UTC(), Ended: r.Ended.UTC(),
		Counts: map[string]int{}, Cases: []jsonCase{}, Clauses: []jsonProof{}, Kills: r.Kills,
	}
	for _, s := range r.Suites {
		for _, one := range s.Results {
			out.Counts[string(one.Verdict)]++
			out.Cases = append(out.Cases, jsonOf(s.Name, one))
		}
	}
	for _, p := range r.Proofs() {
		refs := []string{}
		for _, c := range p.Cases {
			refs = append(refs, c.Suite+"/"+c.ID)
		}
		out.Clauses = append(out.Clauses, jsonProof{p.ID, p.Says, p.Source, refs})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func jsonOf(suite string, r conformance.Result) jsonCase {
	c := jsonCase{
		Suite: suite, ID: r.Case.ID, Group: r.Case.Group, Says: r.Case.Says, Clauses: r.Case.Clauses, Verdict: string(r.Verdict),
		Said: r.Said, Measured: r.Noted, Seconds: r.Took.Seconds(),
	}
	if r.Known != nil {
		c.Known = r.Known.Reason
	}
	for _, e := range r.Exchanges {
		c.Exchanges = append(c.Exchanges, jsonExchange{e.Name, string(e.Request), string(e.Answer)})
	}
	return c
}
