package main

import (
	"context"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// readerFlag says who reads what leaves through the command line.
type readerFlag struct {
	Actor string `placeholder:"USER" help:"Which user of the document system reads: it must be allowed. Without it the user of this system reads, who is always allowed; either is remembered."`
}

// reader is the user named, or the user of this machine's system: whoever may run this program on this home folder could
// read its files as well.
func (r readerFlag) reader() edo.Reader {
	if r.Actor != "" {
		return edo.Reader{Actor: edo.ActorID(r.Actor)}
	}
	return edo.Reader{Actor: localActor(), Local: true}
}

// whose names the subscribers that something may be of: all of them if none is given.
func (p *parts) whose(ctx context.Context, s edo.SubscriberID) ([]edo.SubscriberID, error) {
	if s != "" {
		return []edo.SubscriberID{s}, nil
	}
	all, err := p.Store.Subscribers(ctx)
	if err != nil || len(all) == 0 {
		return []edo.SubscriberID{""}, err
	}
	ids := make([]edo.SubscriberID, len(all))
	for i, one := range all {
		ids[i] = one.ID
	}
	return ids, nil
}

// mayExport asks whether somebody may take something out as a file, of every subscriber that it may be of.
func (p *parts) mayExport(ctx context.Context, by edo.Reader, s edo.SubscriberID, kinds []string) ([]edo.AccessRequest, error) {
	whose, err := p.whose(ctx, s)
	if err != nil {
		return nil, err
	}
	all := make([]edo.AccessRequest, len(whose))
	for i, one := range whose {
		all[i] = edo.AccessRequest{Actor: by.Actor, Local: by.Local, Action: edo.ActionExport, Subscriber: one, Kinds: kinds, At: time.Now()}
		if err := p.Store.Allowed(ctx, all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// exporting asks the same, and writes the rows that say so: after everything else that may refuse, and before anything
// is given out.
func (p *parts) exporting(ctx context.Context, by edo.Reader, s edo.SubscriberID, kinds []string, what string) error {
	all, err := p.mayExport(ctx, by, s, kinds)
	for _, one := range all {
		if err == nil {
			err = p.gateway.Reading(ctx, one, what)
		}
	}
	return err
}

// asked is a command with those of its flags that are set: name and value by turns.
func asked(what string, flags ...string) string {
	for i := 0; i+1 < len(flags); i += 2 {
		if flags[i+1] != "" {
			what += " --" + flags[i] + " " + flags[i+1]
		}
	}
	return what
}

// day is a flag's day as it was given, empty if it was not.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// localActor is the name of the system's user in the form of an id.
func localActor() edo.ActorID {
	name := strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	name = strings.Map(func(r rune) rune {
		if edo.CheckID("", string(r)) != nil {
			return '_'
		}
		return r
	}, name)
	return edo.ActorID(edo.LocalActor + name[:min(len(name), edo.MaxID-len(edo.LocalActor))])
}
