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

// exporting asks whether somebody may take something out as a file, and writes the row that says so before anything is
// given out: one for every subscriber that it may be of, all of them if none is named.
func (p *parts) exporting(ctx context.Context, by edo.Reader, s edo.SubscriberID, kinds []string, what string) error {
	whose := []edo.SubscriberID{s}
	if s == "" {
		all, err := p.Store.Subscribers(ctx)
		if err != nil {
			return err
		}
		for _, one := range all {
			whose = append(whose, one.ID)
		}
		if len(all) > 0 {
			whose = whose[1:]
		}
	}
	for _, one := range whose {
		r := edo.AccessRequest{Actor: by.Actor, Local: by.Local, Action: edo.ActionExport, Subscriber: one, Kinds: kinds}
		if err := p.gateway.Reading(ctx, r, what); err != nil {
			return err
		}
	}
	return nil
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
