package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// errAbsent is that this machine has no PostgreSQL.
var errAbsent = errors.New("postgresql is not installed")

// find gives the folder of initdb and postgres: the one on PATH, else the newest of those where Debian puts them.
func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil && has(filepath.Dir(path)) {
			return filepath.Dir(path), nil
		}
	}
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.Sort(folders)
	for _, folder := range slices.Backward(folders) {
		if has(folder) {
			return folder, nil
		}
	}
	return "", errAbsent
}

func has(folder string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return false
		}
	}
	return true
}
