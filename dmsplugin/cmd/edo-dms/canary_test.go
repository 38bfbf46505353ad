package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// organisations are the usual ones; ours has a password that nobody has seen before, wherever a test leads.
func organisations() []mockoperator.Organisation {
	all := mockoperator.DefaultOrganisations()
	all[0].Password = canary.Secret("пароль")
	return all
}

// unseen looks for a password in every file below the folders but those that bring it in, and in what was said.
func unseen(t testing.TB, password string, said string, folders ...string) {
	t.Helper()
	scan, err := canary.New(map[string]string{"password": password})
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, folder := range folders {
		n, leaks, err := scan.Folder(folder)
		if err != nil {
			t.Error(err)
		}
		files += n
		for _, leak := range leaks {
			if !brings(leak) {
				t.Error(leak)
			}
		}
	}
	if files == 0 {
		t.Errorf("no file in %q", folders)
	}
	for _, leak := range scan.Find([]byte(said)) {
		t.Errorf("said: %s", leak)
	}
}

// brings says whether a file is there to bring a password in, or belongs to the operator.
func brings(leak string) bool {
	path, _, _ := strings.Cut(leak, ": ")
	return filepath.Base(path) == "password" || filepath.Base(path) == "password.txt" ||
		slices.Contains(strings.Split(path, string(os.PathSeparator)), "operator")
}
