package sqlite

import (
	"strings"
	"testing"
)

// TestPlans keeps what runs often, or over what grows for ever, from reading or sorting whole tables.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for name, tc := range map[string]struct {
		query string
		args  int
		never string
	}{
		"anything to do":             {sqlJobAny, 1, "SCAN jobs"},
		"claim":                      {sqlJobTake, 3, "TEMP B-TREE"},
		"next due":                   {sqlNextFree, 1, "TEMP B-TREE"},
		"next lease":                 {sqlNextLease, 1, "TEMP B-TREE"},
		"lease":                      {sqlJobRenew, 4, "SCAN"},
		"operation":                  {sqlOperation, 2, "SCAN"},
		"operations":                 {sqlOperationSelect + "1" + sqlNewestFirst, 1, "TEMP B-TREE"},
		"operations of a subscriber": {sqlOperationSelect + "subscriber = ?" + sqlNewestFirst, 2, "TEMP B-TREE"},
		"events":                     {sqlEvents, 3, "TEMP B-TREE"},
		"log":                        {sqlExchangeList + "1" + sqlLatestFirst, 1, "TEMP B-TREE"},
		"log of a subscriber":        {sqlExchangeList + "e.subscriber = ?" + sqlLatestFirst, 2, "TEMP B-TREE"},
		"log of a package":           {sqlExchangeList + "e.subscriber = ? AND e.package = ?" + sqlLatestFirst, 3, "SCAN"},
		"row of the log":             {sqlExchange, 1, "SCAN"},
		"refusals":                   {sqlRefusals, 2, "TEMP B-TREE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := make([]any, tc.args)
			for i := range args {
				args[i] = 1
			}
			steps, err := list(t.Context(), s.reader, func(from scanner) (string, error) {
				var id, parent, unused int
				var text string
				err := from.Scan(&id, &parent, &unused, &text)
				return text, err
			}, "EXPLAIN QUERY PLAN "+tc.query, args...)
			if err != nil {
				t.Fatal(err)
			}
			if plan := strings.Join(steps, "\n"); strings.Contains(plan, tc.never) || plan == "" {
				t.Error(plan)
			}
		})
	}
}
