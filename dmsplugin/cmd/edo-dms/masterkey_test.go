package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMasterKeyIsNotInherited: what is started after the key was read does not find it.
func TestMasterKeyIsNotInherited(t *testing.T) {
	t.Setenv(masterKeyEnv, "k-1")
	key, err := masterKey(os.Getenv)
	if err != nil || key.Reveal() != "k-1" {
		t.Fatalf("%v", err)
	}
	if slices.ContainsFunc(os.Environ(), func(s string) bool { return strings.Contains(s, "k-1") }) {
		t.Error("it is still in the environment")
	}
	if key, err := masterKey(os.Getenv); err != nil || !key.IsZero() {
		t.Errorf("read twice: %v", err)
	}
}
