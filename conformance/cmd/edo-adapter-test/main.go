// Command edo-adapter-test is launched by a document system in place of edo-dms, to test its adapter, and tells afterwards what
// the adapter does well and what it does not:
//
//	EDOKIT_HOME=/tmp/adapter  host launches edo-adapter-test as its plugin; send eight different documents from it
//	edo-adapter-test report /tmp/adapter [--json]
//
// Exit codes of report: 0 all that was seen is well, 1 something fails, 2 wrong usage, 3 nothing fails and something was not seen.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"

	"github.com/edokit/edokit/conformance/adaptertest"
	"github.com/edokit/edokit/dmsplugin"
)

const usage = `edo-adapter-test is a plugin that a document system launches in place of edo-dms, to test its adapter.

  1. Let the system launch this program, with EDOKIT_HOME naming a new folder.
  2. Send eight different documents from it, one after another, and let it collect what comes back.
  3. edo-adapter-test report FOLDER [--json]

It sends nothing to any operator.
`

func main() {
	if dmsplugin.PluginMode(os.Getenv) {
		logger := dmsplugin.NewLogger(os.Stderr, slog.LevelInfo)
		if err := adaptertest.Serve(context.Background(), os.Getenv("EDOKIT_HOME"), logger); err != nil {
			logger.Error("serve", "error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(report(os.Args[1:], os.Stdout, os.Stderr))
}

func report(args []string, out, errors io.Writer) int {
	machine := slices.Contains(args, "--json")
	args = slices.DeleteFunc(args, func(a string) bool { return a == "--json" })
	switch {
	case len(args) == 1 && (args[0] == "--help" || args[0] == "-h"):
		fmt.Fprint(out, usage)
		return 0
	case len(args) != 2 || args[0] != "report":
		fmt.Fprint(errors, usage)
		return 2
	}
	all, err := adaptertest.Read(args[1])
	if err != nil {
		fmt.Fprintln(errors, "edo-adapter-test:", err)
		return 1
	}
	results := adaptertest.Judge(all)
	if machine {
		if err := json.NewEncoder(out).Encode(results); err != nil {
			return 1
		}
		return exit(results)
	}
	for _, r := range results {
		fmt.Fprintf(out, "%-9s %s\n", r.Verdict, r.Rule)
		if r.Why != "" {
			fmt.Fprintf(out, "          %s\n", r.Why)
		}
		if r.Verdict == adaptertest.Fail || r.Verdict == adaptertest.Look {
			for _, k := range r.Places {
				fmt.Fprintf(out, "          package %s of %s\n", k.Package, k.Subscriber)
			}
			fmt.Fprintf(out, "          contract: %s\n", r.Clause)
		}
	}
	return exit(results)
}

func exit(results []adaptertest.Result) int {
	code := 0
	for _, r := range results {
		switch r.Verdict {
		case adaptertest.Fail:
			return 1
		case adaptertest.NotSeen:
			code = 3
		}
	}
	return code
}
