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
		"attempts":                   {sqlAttempts, 2, "SCAN"},
		"forget attempts":            {sqlAttemptForget, 2, "SCAN"},
		"message":                    {sqlMessage, 2, "SCAN"},
		"unlisted":                   {sqlUnlisted, 2, "SCAN inbound_messages"},
		"inbound document":           {sqlInbound, 2, "SCAN"},
		"documents of a message":     {sqlInboundMessage, 2, "TEMP B-TREE"},
		"answers to a document":      {sqlInboundAnswers, 2, "TEMP B-TREE"},
		"our document":               {sqlInboundSentAs, 2, "SCAN"},
		"replies":                    {sqlInboundReplies, 2, "TEMP B-TREE"},
		"inbound":                    {sqlInboundSelect + "1" + sqlInboundNewest, 1, "TEMP B-TREE"},
		"inbound of a subscriber":    {sqlInboundSelect + "subscriber = ?" + sqlInboundNewest, 2, "TEMP B-TREE"},
		"terms of a subscriber":      {sqlInboundSelect + "subscriber = ? AND term_state IN (?) AND " + sqlInboundTermed + sqlInboundNewest, 3, "TEMP B-TREE"},
		"task":                       {sqlTask, 3, "SCAN"},
		"tasks":                      {sqlTasks, 2, "TEMP B-TREE"},
		"tasks that wait":            {sqlTasksWaiting, 2, "TEMP B-TREE"},
		"counterparty":               {sqlReach, 3, "SCAN"},
		"counterparties":             {sqlReachList, 2, "TEMP B-TREE"},
		"waiting for a counterparty": {sqlAwaited, 3, "TEMP B-TREE"},
		"usage":                      {sqlUsage, 2, "SCAN operations"},
		"workload":                   {sqlWorkload, 1, "SCAN jobs"},
		"packages under way":         {sqlWorkPackages, 2, "SCAN o"},
		"rules":                      {sqlResponsibles, 1, "TEMP B-TREE"},
		"absences":                   {sqlAbsences, 2, "TEMP B-TREE"},
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
