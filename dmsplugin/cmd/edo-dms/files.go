package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// regular refuses everything but a plain file: opening a pipe or a device may hang for ever, and neither gives the same
// bytes twice.
func regular(field, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return usage(field, "cannot be opened: "+err.Error(), "name a file that is there and can be read")
	}
	if !info.Mode().IsRegular() {
		return usage(field, path+" is no regular file", "name a file, not a folder, a pipe or a device")
	}
	return nil
}

// readSmall reads a file that must not be larger than limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	if err := regular("file", path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(raw)) > limit {
		return nil, usage("file", fmt.Sprintf("%s is larger than %d bytes", path, limit), "name the right file")
	}
	return raw, err
}

func trimLineEnd(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r") }
