package main

import (
	"os"
	"os/user"
	"strconv"
	"strings"

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
