package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"github.com/edokit/edokit/dmsplugin/internal/clerk"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// cli is the command line as kong reads it.
type cli struct {
	Home         string `env:"EDOKIT_HOME" placeholder:"DIR" help:"Folder with edokit.db, archive/ and keys/. Made if it is new."`
	DatabaseFile string `env:"EDOKIT_DATABASE_FILE" placeholder:"FILE" help:"File with the connection string of PostgreSQL, instead of edokit.db."`
	Lang         string `enum:"en,ru" default:"en" help:"Language of states and reports: en or ru."`
	JSON         bool   `name:"json" help:"Print JSON for scripts."`

	Subscriber struct {
		Add  subscriberAdd  `cmd:"" help:"Store one of our organisations at an operator, with its credentials."`
		List subscriberList `cmd:"" help:"List our organisations."`
	} `cmd:"" help:"Our organisations at operators."`
	User struct {
		Allow      userAllow  `cmd:"" help:"Allow a user of the document system to act for a subscriber."`
		Revoke     userRevoke `cmd:"" help:"Take that back."`
		List       userList   `cmd:"" help:"List who may act for a subscriber, who was refused, and who has read what."`
		Substitute struct {
			Set    substitutionSet    `cmd:"" help:"Let a user stand in for another for a time."`
			List   substitutionList   `cmd:"" help:"List who stands in for whom."`
			Remove substitutionRemove `cmd:"" help:"Take it back."`
		} `cmd:"" help:"Who stands in for whom (замещение)."`
	} `cmd:"" help:"Who may send, answer and read. Nobody is allowed by default."`
	Signer struct {
		Add  signerAdd  `cmd:"" help:"Store a person who signs, with the key."`
		List signerList `cmd:"" help:"List the signers of a subscriber."`
	} `cmd:"" help:"Whose keys sign."`
	Secret      secrets `cmd:"" help:"Sealed credentials and the keys that seal them."`
	Responsible struct {
		Set    responsibleSet    `cmd:"" help:"Say who gets what comes in."`
		List   responsibleList   `cmd:"" help:"List the rules of a subscriber."`
		Remove responsibleRemove `cmd:"" help:"Take a rule back."`
	} `cmd:"" help:"Who gets what comes in: the counterparty's person, else the box's, else the exchange administrator."`
	Absence struct {
		Set    absenceSet    `cmd:"" help:"Say that somebody is away."`
		List   absenceList   `cmd:"" help:"List who is or will be away."`
		Remove absenceRemove `cmd:"" help:"Take it back."`
	} `cmd:"" help:"Who is away: the next rule is asked instead."`
	Enrol        enrol        `cmd:"" help:"Register one of our organisations at its operator, from its certificate."`
	Ready        ready        `cmd:"" help:"Tell what keeps a subscriber from sending; exit code 1 if anything does."`
	Counterparty counterparty `cmd:"" help:"Make counterparties reachable: find, register, invite."`

	Send    send    `cmd:"" help:"Send files as one package."`
	Status  status  `cmd:"" help:"Show what became of a package, or list the latest ones."`
	Explain explain `cmd:"" help:"Explain one package, message, counterparty or box: why it stands where it does, what happens next, what can be done."`
	Retry   retry   `cmd:"" help:"Let a package go on now; one that has failed becomes new work."`
	Cancel  cancel  `cmd:"" help:"End a package of which surely nothing has left."`
	Decide  decide  `cmd:"" help:"End a doubt by what was seen at the operator."`
	Jobs    struct {
		List workList `cmd:"" default:"withargs" help:"List what waits and why, is overdue, held, or needs a person."`
	} `cmd:"" name:"work" help:"Unfinished work."`
	Fetch fetch `cmd:"" help:"Write a document, its signature or a stamped version to a file."`
	Inbox struct {
		List inboxList `cmd:"" help:"List documents that came in, newest first."`
		Show inboxShow `cmd:"" help:"Show one with its signatures, verdicts, responsible person and term."`
		Save inboxSave `cmd:"" help:"Write one, or its signature, to a file."`
	} `cmd:"" help:"What came in."`
	Answer answer `cmd:"" help:"Answer a document that lies at the operator."`
	Task   struct {
		List     taskList     `cmd:"" help:"List what waits for a signature, the nearest deadline first."`
		Bytes    taskBytes    `cmd:"" help:"Write the exact bytes to sign to a file."`
		Complete taskComplete `cmd:"" help:"Bring the finished signature."`
		Decline  taskDecline  `cmd:"" help:"Refuse to sign."`
	} `cmd:"" help:"Signatures by keys that are not here."`
	Term struct {
		Set termSet `cmd:"" help:"Set until when a request must be answered, or take the term away."`
	} `cmd:"" help:"Terms of answers."`
	Reply struct {
		Otherwise replyOtherwise `cmd:"" help:"Record that a request is answered by e-mail or on paper, and why."`
	} `cmd:"" help:"How requests were answered."`
	Stamp    stampPDF   `cmd:"" help:"Check detached signatures of a document and put their mark on a copy of it."`
	Evidence evidenceOf `cmd:"" help:"Put request, reply, both clocks and the term on one line; write the operator's archive of the flow."`
	Usage    usageOf    `cmd:"" help:"Count what the operator has accepted, for every paying subscriber."`
	Kinds    struct {
		Show  kindsShow  `cmd:"" help:"Show the kinds of documents in force."`
		Check kindsCheck `cmd:"" help:"Check a file of kinds."`
	} `cmd:"" help:"Kinds of documents: titles, attachments, consents, terms."`
	Log struct {
		List logList `cmd:"" default:"withargs" help:"List exchanges with operators, newest first."`
		Show logShow `cmd:"" help:"Show one exchange: facts, headers and the raw XML."`

		Verify     logVerify     `cmd:"" help:"Find changed, missing and moved rows; or verify a signed document about the log. Exit code 4 if anything is wrong."`
		Checkpoint logCheckpoint `cmd:"" help:"Write how the chains of the log end now, signed: kept elsewhere, it shows later if an end was cut off. For cron."`
		Proof      logProof      `cmd:"" help:"Write a package with all its exchanges as one signed document."`
		Cassette   logCassette   `cmd:"" help:"Write a package with its exchanges, without secrets and content, as a file that mock-operator --cassette plays: a fault that was met becomes a test."`
		Export     logExport     `cmd:"" help:"Write the log as CSV or as lines of JSON, oldest first."`
		Books      logBooks      `cmd:"" help:"Write subscribers, users and a day's messages as the three reference books, in CSV."`
	} `cmd:"" help:"The message log: every request to an operator and its answer."`
	Archive archiveCommands `cmd:"" help:"Documents' bytes: hand them over to an external archive, delete what may go, restore, prove that nothing is missing."`
	Work    work            `cmd:"" name:"run" help:"Work on all that is due and read the boxes until interrupted, and print every event: for those without a host."`
	Console struct {
		Serve consoleServe `cmd:"" default:"withargs" help:"Answer the pages on which clerks look at messages, their XML, the queue and what came in, and administrators at users, organisations and the doctor, until interrupted."`
		User  struct {
			Set    consoleUserSet    `cmd:"" help:"Let a user of the directory log in: the password is read from standard input, and asked for at a terminal."`
			List   consoleUserList   `cmd:"" help:"List who may log in."`
			Remove consoleUserRemove `cmd:"" help:"Take it back."`
		} `cmd:"" help:"Who may log in to the console."`
	} `cmd:"" help:"The web console."`
	Migrate migrate `cmd:"" help:"Bring the database up to date. One on PostgreSQL is not migrated otherwise."`
	Doctor  doctor  `cmd:"" help:"Check store, archive, keys, logins and certificates; exit code 1 if something is wrong, 4 if there are only warnings."`
	Version showVer `cmd:"" help:"Print the version."`
}

// command is what every command runs with.
type command struct {
	streams
	ctx    context.Context
	home   string
	lang   lang
	json   bool
	getenv func(string) string
	wraps  []func(gateway.Config) gateway.Config // see watching
	unsent bool                                  // a package is being taken: a fault of the store means that it was not
}

// commandLine runs one command and gives the exit code: 0 done, 1 failed, 2 wrong usage, 3 the time of --timeout is over,
// 4 the log is damaged, or doctor has only warnings, 130 interrupted.
func commandLine(ctx context.Context, args []string, s streams) int {
	var grammar cli
	exit := -1
	parser, err := kong.New(&grammar,
		kong.Name("edo-dms"),
		kong.Description("Legally significant document exchange for document systems: the plugin, and the tools of its administrator.\n\n"+settingsHelp+"\n\n"+limitsHelp+"\n\n"+pdfHelp),
		kong.Writers(s.out, s.err), kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(s.err, "edo-dms:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit // --help
	}
	if err != nil {
		fmt.Fprintf(s.err, "edo-dms: %v\nTry: edo-dms --help\n", err)
		return 2
	}
	c := &command{streams: s, ctx: ctx, home: grammar.Home, lang: lang(grammar.Lang), json: grammar.JSON, getenv: grammar.getenv}
	if err := parsed.Run(c); err != nil {
		c.report(err)
		return exitCode(err)
	}
	return 0
}

// getenv is the environment, with what a flag says instead.
func (g *cli) getenv(name string) string {
	if name == databaseFileEnv {
		return g.DatabaseFile
	}
	return os.Getenv(name)
}

// ended is a command that stopped before its end, without a fault: what people are told, and the exit code.
type ended struct {
	text string
	code int
}

func (e *ended) Error() string { return e.text }

func exitCode(err error) int {
	var e *ended
	var q *quiet
	switch {
	case errors.As(err, &e):
		return e.code
	case errors.As(err, &q):
		return q.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return 1
}

// Exit codes beside 0, 1 and 2.
const (
	exitTimeout     = 3
	exitBroken      = 4   // the log, or a document about it, is not what was written
	exitInterrupted = 130 // as a shell gives it for Ctrl-C
)

// report prints what went wrong: every fault on its own line, and what a clerk is told when the language asks for it.
func (c *command) report(err error) {
	if errors.Is(err, errReported) {
		return
	}
	var e *ended
	switch {
	case errors.As(err, &e):
		fmt.Fprintf(c.err, "edo-dms: %s\n", e.text)
		return
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(c.err, "edo-dms: %s\n", c.lang.say("прервано", "interrupted"))
		return
	}
	var faults edo.Faults
	if !errors.As(err, &faults) {
		faults = edo.Faults{err}
	}
	for _, f := range faults {
		if told := c.told(f); told != "" {
			fmt.Fprintf(c.err, "edo-dms: %s\n", told)
		}
		fmt.Fprintf(c.err, "edo-dms: %s\n", printable(f.Error()))
	}
}

// told is the sentence for a clerk. English needs one only where the fault itself does not say what it means.
func (c *command) told(f error) string {
	reason := edo.ReasonOf(f)
	if clerk.OfStore(reason) {
		text := c.lang.reason(reason)
		if c.unsent {
			text = c.lang.say("Пакет не сохранён: ", "The package is not stored: ") + text
		}
		return text
	}
	if c.lang != russian {
		return ""
	}
	if text := c.lang.reason(reason); text != "" {
		return text
	}
	if edo.KindOf(f) == edo.Internal {
		return ""
	}
	return edo.KindOf(f).Russian()
}

// errReported ends a command whose output has said already what is wrong.
var errReported = errors.New("reported")

// open wires the parts for one command. Logs of the engine stay quiet unless something is wrong.
func (c *command) open() (*parts, error) {
	return compose(c.ctx, c.home, slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn})), c.getenv, c.wraps...)
}

// with runs f with the parts of a home folder that is there: a mistyped name must not make a new one.
func (c *command) with(f func(p *parts) error) error {
	if c.home != "" && !onServer(c.getenv) && !hasDatabase(c.home) {
		return usage("home", c.home+" has no database", `look at the name; "subscriber add" makes a new one`)
	}
	return c.withNew(f)
}

// withNew does the same and makes the home folder if it is new.
func (c *command) withNew(f func(p *parts) error) error {
	p, err := c.open()
	if err != nil {
		return err
	}
	return errors.Join(f(p), p.Close())
}

// emit prints v as JSON if that is wanted, else calls text.
func (c *command) emit(v any, text func()) error {
	if !c.json {
		text()
		return nil
	}
	return json.NewEncoder(c.out).Encode(v)
}

type showVer struct{}

// Run prints the version.
func (showVer) Run(c *command) error {
	return c.emit(map[string]string{"version": version}, func() { c.print("edo-dms %s\n", version) })
}

// secretFlags say where a secret comes from. Never an argument: other users see arguments.
type secretFlags struct {
	File string `placeholder:"FILE" help:"Read it from this file, - for standard input."`
	Env  string `placeholder:"NAME" help:"Read it from this environment variable."`
}

// maxSecret bounds what is read as a password or token, in bytes.
const maxSecret = 16 << 10

// read gives the secret, zero if none of the flags was used. One line end at the end does not belong to it.
func (s secretFlags) read(c *command) (edo.Secret, error) {
	var raw []byte
	var err error
	switch {
	case s.Env != "" && s.File != "":
		return edo.Secret{}, usage("secret", "is given twice", "use a file or an environment variable")
	case s.Env != "":
		value := c.getenv(s.Env)
		if value == "" {
			return edo.Secret{}, usage("environment", "names an empty variable", "set "+s.Env)
		}
		return edo.NewSecret(value), nil
	case s.File == "-":
		raw, err = io.ReadAll(io.LimitReader(c.in, maxSecret+1))
	case s.File != "":
		raw, err = readSmall(s.File, maxSecret)
	default:
		return edo.Secret{}, nil
	}
	if err != nil {
		return edo.Secret{}, err
	}
	if len(raw) > maxSecret {
		return edo.Secret{}, usage("file", "is too large for a password or token", "name a file with nothing else in it")
	}
	return edo.NewSecret(trimLineEnd(string(raw))), nil
}

func usage(field, message, remedy string) error {
	return &edo.Error{Kind: edo.Invalid, Field: field, Message: message, Remedy: remedy}
}
