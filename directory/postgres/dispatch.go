package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/edo"
)

const (
	// alarmConnections are those of River: one that listens, the others fetch, complete and tidy.
	alarmConnections = 4
	// workFor bounds one piece of work as River sees it. It is long: the gateway has its own bounds, and leases.
	workFor = time.Hour
	// stuckFor is after what time River forgets an alarm whose process died. Our rows do not wait for that.
	stuckFor = 2 * workFor
	// rungFor is how long River keeps alarms that have rung. They tell nothing that our rows do not.
	rungFor = 10 * time.Minute
	// fetchEvery bounds how often alarms are fetched while there are some, lookEvery how long one waits that nobody was
	// told of.
	fetchEvery = 2 * time.Millisecond
	lookEvery  = 250 * time.Millisecond

	sweepEvery = 2 * time.Second
	// overdueFor is how late a row is before it is called: its own alarm is on the way until then.
	overdueFor = time.Second
	// calledFor is how long a row that was called is left alone, unless a lease has ended meanwhile.
	calledFor = 15 * time.Second
	// clockStep is how far in our future a row was called if our clock was set back since.
	clockStep = time.Minute
	// maxWaiting bounds the alarms that ring and are not heard yet: with so many nobody needs to be called again.
	maxWaiting = 500

	sqlWaiting = `SELECT count(*) FROM (SELECT FROM river_job WHERE state = 'available' AND queue = $1 LIMIT $2) AS waiting`
	sqlCall    = `WITH overdue AS MATERIALIZED (
			SELECT id FROM jobs WHERE ` + sqlJobFree + ` AND (called_at IS NULL OR called_at < due OR called_at < until OR called_at <= $2 OR called_at > $5)
			ORDER BY due, id LIMIT $3 FOR UPDATE SKIP LOCKED)
		UPDATE jobs SET called_at = $4 FROM overdue WHERE jobs.id = overdue.id RETURNING jobs.id`

	// A job that is not free is none of the caller's business.
	sqlJobTakeOne = `WITH next AS MATERIALIZED (
			SELECT id FROM jobs WHERE id = $4 AND ` + sqlJobFree + ` FOR UPDATE SKIP LOCKED),
		` + sqlJobTaken
)

// Dispatch hands out the numbers of jobs when their time has come, to as many workers at once, until ctx ends; it
// returns after those that are at work. A number may come twice, or too early, or for a job that somebody else has:
// [Store.ClaimJob] decides. It fails if the alarm clock cannot be started; once it runs, it goes on through faults of
// the database.
func (s *Store) Dispatch(ctx context.Context, workers int, work func(ctx context.Context, id int64)) error {
	return classify("postgres.Dispatch", s.dispatch(ctx, workers, work))
}

func (s *Store) dispatch(ctx context.Context, workers int, work func(ctx context.Context, id int64)) error {
	pool, err := connect(ctx, s.cfg, alarmConnections, ringing)
	if err != nil {
		return err
	}
	defer pool.Close()
	all := river.NewWorkers()
	river.AddWorker(all, &worker{ctx: ctx, work: work})
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues: map[string]river.QueueConfig{alarmQueue: {MaxWorkers: max(1, workers)}}, Workers: all, Logger: s.logger,
		FetchCooldown: fetchEvery, FetchPollInterval: lookEvery, JobTimeout: workFor, RescueStuckJobsAfter: stuckFor, MaxAttempts: 1,
		CompletedJobRetentionPeriod: rungFor, CancelledJobRetentionPeriod: rungFor, DiscardedJobRetentionPeriod: rungFor,
	})
	if err != nil {
		return err
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil { // ended by Stop, which waits
		return err
	}
	var sweeper sync.WaitGroup
	sweeper.Go(func() { s.sweepAll(ctx) })
	<-ctx.Done()
	sweeper.Wait()
	return client.Stop(context.WithoutCancel(ctx))
}

// worker passes numbers on. It always succeeds: River's attempts decide nothing.
type worker struct {
	river.WorkerDefaults[alarmArgs]
	ctx  context.Context // of Dispatch
	work func(ctx context.Context, id int64)
}

// Work runs under the context of Dispatch and the bound of River, whichever ends first.
func (w *worker) Work(ctx context.Context, job *river.Job[alarmArgs]) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(w.ctx, cancel)()
	if ctx.Err() == nil {
		w.work(ctx, job.Args.ID)
	}
	return nil
}

// sweepAll sweeps at the start and every few seconds.
func (s *Store) sweepAll(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if _, err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "sweep of overdue work", "error", classify("postgres.sweep", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sweep sets the alarm anew for rows that are overdue, that nobody holds and that were not called lately: those of
// processes that died, those whose alarm came too early by another clock, and those of a queue that was lost.
func (s *Store) sweep(ctx context.Context) (called int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var waiting int
		if err := (reader{on: tx}).row(ctx, sqlWaiting, alarmQueue, maxWaiting).Scan(&waiting); err != nil || waiting >= maxWaiting {
			return err
		}
		now := s.now()
		ids, err := list(ctx, reader{on: tx}, func(from scanner) (a alarm, err error) {
			err = from.Scan(&a.id)
			return a, err
		}, sqlCall, moment(now.Add(-overdueFor)), moment(now.Add(-calledFor)), maxWaiting-waiting, moment(now), moment(now.Add(clockStep)))
		if called = len(ids); err != nil || called == 0 {
			return err
		}
		_, err = s.alarms.InsertManyFastTx(ctx, tx, params(ids, now))
		return err
	})
	return called, err
}

// ClaimJob leases one job if it is due and nobody holds it, and opens its attempt row; else false.
func (s *Store) ClaimJob(ctx context.Context, id int64, owner string, now, until time.Time) (edo.Job, bool, error) {
	if err := checkClaim("postgres.ClaimJob", owner, now, until); err != nil {
		return edo.Job{}, false, err
	}
	return s.take(ctx, "postgres.ClaimJob", sqlJobTakeOne, moment(now), owner, moment(until), id)
}

// take runs a claim.
func (s *Store) take(ctx context.Context, op, query string, args ...any) (edo.Job, bool, error) {
	failpoint.Hit(ctx, "store.committing.Claim") // nothing is written yet: one statement is its own transaction
	job, err := scanJob(only{ctx, reader{on: s.pool}, query, args})
	if errors.Is(err, errNone) { // another worker was faster
		return edo.Job{}, false, nil
	}
	if err != nil {
		return edo.Job{}, false, classify(op, err)
	}
	failpoint.Hit(ctx, "store.committed.Claim")
	return job, true, nil
}
