package mockoperator_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestOneOfTwoAnswersComesSecond: a signature and a refusal at the same moment, several times over.
func TestOneOfTwoAnswersComesSecond(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	text := []byte("договор")
	for range 5 {
		id := a.untyped(boxB, text, true)
		refusal := b.made("GenerateAmendmentRequestV2", id)
		got := make([]reply, 4)
		var wait sync.WaitGroup
		for i := range got {
			wait.Go(func() {
				if i%2 == 0 {
					got[i] = b.letter([]string{boxA}, nil, map[string][]byte{id: text})
					return
				}
				got[i] = b.letter([]string{boxA}, []paper{{kind: "ServiceAmendmentRequest", parent: id, content: refusal}}, nil)
			})
		}
		wait.Wait()
		taken := 0
		for _, r := range got {
			if r.status == http.StatusOK {
				taken++
			}
		}
		if taken != 1 {
			t.Errorf("%d of four answers were taken", taken)
		}
	}
}

// TestManyLookWhileOthersAnswer is for the race detector.
func TestManyLookWhileOthersAnswer(t *testing.T) {
	t.Parallel()
	a, b := two(t, mockoperator.Scenario{})
	ids, err := a.op.Plant(boxA, boxB, 8, func(int) mockoperator.PlantedDocument { return mockoperator.PlantedDocument{NeedSign: true} })
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for _, id := range ids {
		wait.Go(func() { b.receipt(boxA, id) })
		wait.Go(func() { a.full(id); a.op.Ledger(); a.news("") })
		wait.Go(func() { b.ok("GetDocumentList"); b.ok("GetRequiredNotices") })
	}
	wait.Wait()
	if got := a.op.Traffic()[boxB]; got.Service != len(ids) {
		t.Errorf("%+v", got)
	}
}
