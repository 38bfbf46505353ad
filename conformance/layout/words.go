package layout

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
)

// forbiddenWord is text that belongs to somebody's machine and not into the project.
type forbiddenWord struct {
	pattern *regexp.Regexp
	only    []string // file extensions; empty means all text files
	except  string   // the one file that may
	why     string
}

func forbiddenWords() []forbiddenWord {
	docs := []string{".md", ".txt", ".yml", ".yaml", ".proto"}
	// Written in pieces, or this file would be the first one found.
	return []forbiddenWord{
		{
			pattern: regexp.MustCompile(`\.\./` + `shared`), except: ".ci/run",
			why: "what lies beside the clone is known to .ci/run alone; tests ask EDOKIT_XSD_DIR",
		},
		{pattern: regexp.MustCompile(`(^|[\s"'(=` + "`" + `])/wor` + `k/`), why: "a path of somebody's machine"},
		{
			pattern: regexp.MustCompile(`(^|[\s"'(=` + "`" + `])/(tm` + `p|roo` + `t|hom` + `e/\w+|User` + `s/\w+)(/|\b)`), only: docs,
			why: "a path of somebody's machine",
		},
	}
}

// checkWords reads all text files of the project, hidden scripts of .ci included.
func checkWords(root fs.FS, words []forbiddenWord) ([]string, error) {
	var faults []string
	err := walk(root, func(name string) error {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			return nil // not text
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			for _, word := range words {
				if word.concerns(name) && word.pattern.Match(line) {
					faults = append(faults, fmt.Sprintf("%s:%d: %q: %s", name, i+1, word.pattern.Find(line), word.why))
				}
			}
		}
		return nil
	})
	return faults, err
}

func (w forbiddenWord) concerns(name string) bool {
	if name == w.except {
		return false
	}
	if len(w.only) == 0 {
		return true
	}
	for _, ext := range w.only {
		if path.Ext(name) == ext {
			return true
		}
	}
	return false
}
