package dmsplugin

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

// Pauses between launches, unless Config.Restart says otherwise, and how long a process must have run to be a good one.
const (
	restartFirst   = time.Second
	restartLongest = time.Minute
	steady         = time.Minute
)

// Restart says how long a [Supervisor] waits before it launches again: First, then twice as long each time, Longest at
// most. A process that has run for a minute begins anew with First.
type Restart struct {
	First   time.Duration // 0: 1 s
	Longest time.Duration // 0: 1 min
}

// Supervisor keeps a plugin running: one that has ended is launched again, with growing pauses. What the plugin had
// accepted goes on with the next launch by itself; a call that failed is repeated by its caller, with the same ids.
type Supervisor struct {
	config Config
	end    context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	client  *Client
	err     error         // of the last launch
	changed chan struct{} // closed when client or err is another
}

// Supervise starts to keep a plugin running until [Supervisor.Close]. It returns at once; see [Supervisor.Client].
func Supervise(c Config) *Supervisor {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Restart.First <= 0 {
		c.Restart.First = restartFirst
	}
	if c.Restart.Longest <= 0 {
		c.Restart.Longest = max(restartLongest, c.Restart.First)
	}
	ctx, end := context.WithCancel(context.Background())
	s := &Supervisor{config: c, end: end, done: make(chan struct{}), changed: make(chan struct{})}
	go s.run(ctx)
	return s
}

// Client is the plugin that runs now; while none does it waits for the next launch, until ctx ends. Then, and after a
// launch that no repetition mends (a wrong path or checksum), it gives the error of the last launch. Do not close it.
func (s *Supervisor) Client(ctx context.Context) (*Client, error) {
	for {
		s.mu.Lock()
		client, err, changed := s.client, s.err, s.changed
		s.mu.Unlock()
		switch {
		case client != nil && !client.Exited():
			return client, nil
		case errors.Is(err, edo.Invalid), ctx.Err() != nil && err != nil:
			return nil, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		select {
		case <-changed:
		case <-ctx.Done():
		case <-s.done:
			return nil, &edo.Error{Kind: edo.Unavailable, Op: "dmsplugin.Supervisor", Message: "is closed"}
		}
	}
}

// Deliveries is [Client.Deliveries] over restarts: when the plugin is gone it goes on with the next one, from the last
// event that was acknowledged. It ends when ctx does, when the caller stops, or with an error that no restart mends.
func (s *Supervisor) Deliveries(ctx context.Context, sub edo.SubscriberID, consumer string) iter.Seq2[edo.Event, error] {
	return func(yield func(edo.Event, error) bool) {
		for {
			client, err := s.Client(ctx)
			if err != nil {
				yield(edo.Event{}, err)
				return
			}
			for e, err := range client.Deliveries(ctx, sub, consumer) {
				if err != nil && ctx.Err() == nil && errors.Is(err, edo.Unavailable) {
					break
				}
				if !yield(e, err) || err != nil {
					return
				}
			}
			select { // a plugin that lives and is not ready yet must not be asked without a pause
			case <-ctx.Done():
			case <-time.After(s.config.Restart.First):
			}
		}
	}
}

// Content saves a version of a document as a new file, over restarts: a plugin that is gone in the middle is waited for and
// asked again, until ctx ends. The file is there whole and verified, or not at all; one that is there already is not touched.
func (s *Supervisor) Content(ctx context.Context, k edo.Key, d edo.DocumentID, r edo.Role, path string) (edo.Version, error) {
	for {
		client, err := s.Client(ctx)
		if err != nil {
			return edo.Version{}, err
		}
		v, err := save(path, func(w io.Writer) (edo.Version, error) { return client.Content(ctx, k, d, r, w) })
		if err == nil || ctx.Err() != nil || !errors.Is(err, edo.Unavailable) {
			return v, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(s.config.Restart.First):
		}
	}
}

// save writes beside the place of the file and moves it there when it is whole and on stable storage.
func save(path string, write func(io.Writer) (edo.Version, error)) (v edo.Version, err error) {
	if _, err := os.Lstat(path); err == nil {
		return v, &edo.Error{Kind: edo.Conflict, Op: "dmsplugin.Content", Field: "path", Message: "is there already", Remedy: "name a new file"}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".edokit-*")
	if err != nil {
		return v, err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	v, err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return v, err
	}
	return v, os.Rename(f.Name(), path)
}

// Close ends the plugin in order and keeps it ended.
func (s *Supervisor) Close() error {
	s.end()
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		return nil
	}
	return s.client.Close()
}

// run launches, watches and launches again.
func (s *Supervisor) run(ctx context.Context) {
	defer close(s.done)
	pause := s.config.Restart.First
	for ctx.Err() == nil {
		began := s.config.Now()
		client, err := Launch(ctx, s.config)
		s.tell(client, err)
		if err != nil {
			s.config.Logger.ErrorContext(ctx, "the plugin did not start", "error", err, "again in", pause.String())
		} else {
			s.watch(ctx, client)
			if ctx.Err() != nil {
				return
			}
			s.config.Logger.WarnContext(ctx, "the plugin has ended", "after", s.config.Now().Sub(began).Round(time.Second).String(), "again in", pause.String())
			_ = client.kill() // its folder, and whatever of it is left
		}
		if s.config.Now().Sub(began) > steady {
			pause = s.config.Restart.First
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, s.config.Restart.Longest)
	}
}

func (s *Supervisor) tell(c *Client, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client, s.err = c, err
	close(s.changed)
	s.changed = make(chan struct{})
}

// watch returns when the process has ended or ctx does.
func (s *Supervisor) watch(ctx context.Context, c *Client) {
	tick := time.NewTicker(min(look, s.config.Restart.First))
	defer tick.Stop()
	for !c.Exited() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
