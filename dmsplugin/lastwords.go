package dmsplugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"unicode"

	"github.com/edokit/edokit/edo"
)

// Bounds, in bytes, of what is kept of a plugin's standard error and of what an error repeats of it.
const (
	maxKept   = 2 << 10
	maxRepeat = 500
)

// lastWords keeps the end of what a plugin writes to its standard error. When it does not start, nothing else tells why.
type lastWords struct {
	mu   sync.Mutex
	kept []byte
}

// Write never fails: the plugin's log goes on without it.
func (w *lastWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept = append(w.kept, p[max(0, len(p)-maxKept):]...)
	w.kept = bytes.Clone(w.kept[max(0, len(w.kept)-maxKept):])
	return len(p), nil
}

// last is the last line for people: message and error of a log line, any other line as it is.
func (w *lastWords) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	line := bytes.TrimSpace(w.kept)
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	var entry struct {
		Message string `json:"@message"`
		Error   string `json:"error"`
	}
	text := string(line)
	if json.Unmarshal(line, &entry) == nil && entry.Message != "" {
		text = strings.TrimSuffix(entry.Message+": "+entry.Error, ": ")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), maxRepeat)], "")
}

// tell adds the last words to the error of a launch.
func (w *lastWords) tell(err error) error {
	var e *edo.Error
	if said := w.last(); said != "" && errors.As(err, &e) {
		told := *e
		told.Message += ", its last words: " + said
		return &told
	}
	return err
}
