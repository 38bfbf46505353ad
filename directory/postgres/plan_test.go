package postgres

import (
	"context"
	"os"
	"strings"
	"testing"
)

// Plans checks the plans of what runs often, or over what grows for ever, on a store that is filled: none may read or
// sort a whole table. It is here because the queries are, and called by the tests that have a server.
func Plans(t *testing.T, s *Store) {
	for name, tc := range map[string]struct {
		query string
		never string
	}{
		"anything to do":             {sqlJobAny, "Seq Scan on jobs"},
		"claim":                      {sqlJobTake, "Sort"},
		"claim of one":               {sqlJobTakeOne, "Seq Scan on jobs"},
		"sweep":                      {sqlCall, "Seq Scan on jobs"},
		"alarms that wait":           {sqlWaiting, "Seq Scan"},
		"next due":                   {sqlNextFree, "Sort"},
		"next lease":                 {sqlNextLease, "Sort"},
		"lease":                      {sqlJobRenew, "Seq Scan"},
		"operation":                  {sqlOperation, "Seq Scan"},
		"operations":                 {(&where{}).sql(sqlOperationSelect, sqlNewestFirst), "Sort"},
		"operations of a subscriber": {numbered(sqlOperationSelect + "subscriber = ?" + sqlNewestFirst), "Sort"},
		"documents":                  {sqlDocuments, "Seq Scan"},
		"versions":                   {sqlVersions, "Seq Scan"},
		"events":                     {sqlEvents, "Sort"},
		"log":                        {(&where{}).sql(sqlExchangeList, sqlLatestFirst), "Sort"},
		"log of a subscriber":        {numbered(sqlExchangeList + "e.subscriber = ?" + sqlLatestFirst), "Sort"},
		"log of a package":           {numbered(sqlExchangeList + "e.subscriber = ? AND e.package = ?" + sqlLatestFirst), "Seq Scan"},
		"row of the log":             {sqlExchange, "Seq Scan"},
		"refusals":                   {(&where{}).sql(sqlRefusals, sqlRefusalsLast), "Sort"},
		"refusals of a subscriber":   {numbered(sqlRefusals + "subscriber = ?" + sqlRefusalsLast), "Seq Scan"},
		"attempts":                   {sqlAttempts, "Seq Scan"},
		"forget attempts":            {sqlAttemptForget, "Seq Scan"},
		"message":                    {sqlMessage, "Seq Scan"},
		"unlisted":                   {sqlUnlisted, "Seq Scan"},
		"inbound document":           {sqlInbound, "Seq Scan"},
		"documents of a message":     {sqlInboundMessage, "Seq Scan"},
		"answers to a document":      {sqlInboundAnswers, "Seq Scan"},
		"our document":               {sqlInboundSentAs, "Seq Scan"},
		"replies":                    {sqlInboundReplies, "Seq Scan"},
		"inbound":                    {(&where{}).sql(sqlInboundSelect, sqlInboundNewest), "Sort"},
		"inbound of a subscriber":    {numbered(sqlInboundSelect + "subscriber = ?" + sqlInboundNewest), "Sort"},
		"task":                       {sqlTask, "Seq Scan"},
		"tasks":                      {sqlTasks, "Seq Scan"},
		"tasks that wait":            {sqlTasksWaiting, "Seq Scan on tasks"},
		"counterparty":               {sqlReach, "Seq Scan"},
		"counterparties":             {sqlReachList, "Seq Scan"},
		"counterparties by name":     {numbered(sqlReachFind + "subscriber = ? AND " + sqlReachPast + " AND strpos(sought, ?) > 0 AND state IN (?)" + sqlReachSort), "Sort"},
		"waiting for a counterparty": {sqlAwaited, "Seq Scan"},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := explain(t.Context(), s, tc.query)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(plan, tc.never) || plan == "" {
				t.Error(plan)
			}
			if os.Getenv("EDOKIT_PLANS") != "" {
				t.Log(plan)
			}
		})
	}
}

// explain gives the plan that serves any arguments. Of a database of a test the planner is told to prefer an index where
// there is one that fits at all: with few rows it would not.
func explain(ctx context.Context, s *Store, query string) (string, error) {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	for _, setting := range []string{"SET LOCAL plan_cache_mode = force_generic_plan", "SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off"} {
		if _, err := tx.Exec(ctx, setting); err != nil {
			return "", err
		}
	}
	if _, err := tx.Exec(ctx, "PREPARE planned AS "+query); err != nil {
		return "", err
	}
	args := ""
	for n := 9; n > 0; n-- { // as many as the highest number
		if strings.Contains(query, "$"+string(rune('0'+n))) {
			args = strings.TrimSuffix(strings.Repeat("NULL, ", n), ", ")
			break
		}
	}
	execute := "EXPLAIN EXECUTE planned"
	if args != "" {
		execute += " (" + args + ")"
	}
	lines, err := list(ctx, reader{on: tx}, func(from scanner) (line string, err error) { err = from.Scan(&line); return line, err }, execute)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, "DEALLOCATE planned")
	return strings.Join(lines, "\n"), err
}
