package sqlite

import (
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
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
		"seize":                      {sqlJobSeize, 5, "SCAN"},
		"jobs":                       {sqlJobList + "1" + sqlByID, 1, "TEMP B-TREE"},
		"jobs of a subscriber":       {sqlJobList + "subscriber = ?" + sqlByID, 2, "TEMP B-TREE"},
		"lease":                      {sqlJobRenew, 4, "SCAN"},
		"operation":                  {sqlOperation, 2, "SCAN"},
		"operations":                 {sqlOperationSelect + "1" + sqlNewestFirst, 1, "TEMP B-TREE"},
		"operations of a subscriber": {sqlOperationSelect + "subscriber = ?" + sqlNewestFirst, 2, "TEMP B-TREE"},
		"events":                     {sqlEvents, 3, "TEMP B-TREE"},
		"log":                        {sqlExchangeList + "1" + sqlLatestFirst, 1, "TEMP B-TREE"},
		"log of a subscriber":        {sqlExchangeList + "e.subscriber = ?" + sqlLatestFirst, 2, "TEMP B-TREE"},
		"log of a package":           {sqlExchangeList + "e.subscriber = ? AND " + sqlOfPackage + sqlLatestFirst, 3, "SCAN"},
		"last link":                  {sqlLinkLast, 1, "TEMP B-TREE"},
		"one link":                   {sqlLinkAt, 2, "SCAN"},
		"links":                      {sqlLinks, 3, "TEMP B-TREE"},
		"ends of chains":             {sqlChains, 0, "SCAN l"},
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
		"counterparties by name":     {sqlReachFind + "subscriber = ? AND " + sqlReachPast + " AND instr(sought, ?) > 0 AND state IN (?)" + sqlReachSort, 7, "TEMP B-TREE"},
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
			plan := explain(t, s, tc.query, args...)
			if strings.Contains(plan, tc.never) || plan == "" {
				t.Error(plan)
			}
		})
	}
}

// TestExchangePlans keeps every narrow question on its own index, whatever else is asked with it.
func TestExchangePlans(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	day := directory.ExchangeFilter{From: time.Unix(0, 0), To: time.Unix(86400, 0), Oldest: true}
	next := day
	next.After, next.Subscriber, next.Actor = 7, "s", "u"
	for name, tc := range map[string]struct {
		filter directory.ExchangeFilter
		index  string
		sorts  bool
	}{
		"package":                    {directory.ExchangeFilter{Subscriber: "s", Package: "p"}, "exchanges_by_package", false},
		"document of a package":      {directory.ExchangeFilter{Subscriber: "s", Package: "p", Document: "d"}, "exchanges_by_package", false},
		"document":                   {directory.ExchangeFilter{Document: "d"}, "exchanges_by_document", false},
		"document of a subscriber":   {directory.ExchangeFilter{Subscriber: "s", Document: "d", INN: "i", Actor: "u"}, "exchanges_by_document", false},
		"counterparty":               {directory.ExchangeFilter{Subscriber: "s", INN: "i", KPP: "k", Actor: "u"}, "exchanges_by_inn", false},
		"user":                       {directory.ExchangeFilter{Subscriber: "s", Actor: "u", Outcome: edo.OutcomeOK}, "exchanges_by_actor", false},
		"outcome of a subscriber":    {directory.ExchangeFilter{Subscriber: "s", Outcome: edo.OutcomeFault, Before: 9}, "answers_by_outcome", false},
		"a day":                      {day, "exchanges_by_time", false},
		"the next page of a day":     {next, "exchanges_by_time", false},
		"all from the beginning":     {directory.ExchangeFilter{Oldest: true, Subscriber: "s"}, "exchanges_by_time", false},
		"history from its beginning": {directory.ExchangeFilter{Oldest: true, Subscriber: "s", Package: "p"}, "exchanges_by_package", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query, args := exchangeQuery(tc.filter)
			plan := explain(t, s, query, args...)
			if !strings.Contains(plan, tc.index) || strings.Contains(plan, "TEMP B-TREE") != tc.sorts {
				t.Errorf("%s\n%s", query, plan)
			}
		})
	}
}

func explain(t *testing.T, s *Store, query string, args ...any) string {
	t.Helper()
	steps, err := list(t.Context(), s.reader, func(from scanner) (string, error) {
		var id, parent, unused int
		var text string
		err := from.Scan(&id, &parent, &unused, &text)
		return text, err
	}, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}
