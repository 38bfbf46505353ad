package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/edokit/edokit/edo"
)

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// prompt reads one line that the terminal does not show.
func (c *command) prompt(terminal *os.File, question string) (edo.Secret, error) {
	fd := int(terminal.Fd())
	before, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return edo.Secret{}, err
	}
	silent := *before
	silent.Lflag &^= unix.ECHO
	silent.Lflag |= unix.ICANON | unix.ISIG
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &silent); err != nil {
		return edo.Secret{}, err
	}
	fmt.Fprint(c.err, question)
	line := make(chan string, 1)
	failed := make(chan error, 1)
	go func() {
		text, err := bufio.NewReaderSize(terminal, maxSecret).ReadString('\n')
		line <- text
		failed <- err
	}()
	var text string
	select {
	case text = <-line:
		err = <-failed
	case <-c.ctx.Done(): // Ctrl-C: the terminal must not stay silent
		err = c.ctx.Err()
	}
	fmt.Fprintln(c.err)
	return edo.NewSecret(trimLineEnd(text)), errors.Join(err, unix.IoctlSetTermios(fd, unix.TCSETS, before))
}
