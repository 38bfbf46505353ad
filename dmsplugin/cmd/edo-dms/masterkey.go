package main

import (
	"os"

	"github.com/edokit/edokit/edo"
)

// masterKeyEnv holds the master key where a site does not keep it in the home folder: the text of a key file, or the same
// in base64.
const masterKeyEnv = "EDOKIT_MASTER_KEY"

// masterKey takes the master key out of the environment, so that nothing started from here inherits it. Zero: there is
// none, and the file counts.
func masterKey(getenv func(string) string) (edo.Secret, error) {
	text := getenv(masterKeyEnv)
	if text == "" {
		return edo.Secret{}, nil
	}
	return edo.NewSecret(text), os.Unsetenv(masterKeyEnv)
}
