package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
)

// Variables that say where the database is. A connection string holds a password, so it never stands on a command line.
const (
	databaseEnv     = "EDOKIT_DATABASE"
	databaseFileEnv = "EDOKIT_DATABASE_FILE"
)

// maxDSN bounds a file with a connection string in bytes.
const maxDSN = 16 << 10

// place is where this installation keeps its data.
func place(home string, getenv func(string) string) (local.Config, error) {
	cfg := local.Config{Home: home, Database: edo.NewSecret(getenv(databaseEnv))}
	file := getenv(databaseFileEnv)
	switch {
	case file == "":
		return cfg, nil
	case !cfg.Database.IsZero():
		return cfg, usage("database", "is given twice", "use "+databaseEnv+" or a file")
	}
	dsn, err := readDSN(file)
	cfg.Database = dsn
	return cfg, err
}

// readDSN reads a file that its owner alone may read: one line.
func readDSN(path string) (edo.Secret, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return edo.Secret{}, usage("database-file", err.Error(), "name a file with one line: the connection string")
	case !info.Mode().IsRegular() || info.Size() > maxDSN:
		return edo.Secret{}, usage("database-file", path+" is no small file", "name a file with one line: the connection string")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return edo.Secret{}, usage("database-file", fmt.Sprintf("others may read %s (%v)", path, info.Mode().Perm()), "chmod 600 "+path)
	}
	raw, err := os.ReadFile(path)
	text := strings.TrimSpace(string(raw))
	switch {
	case err != nil:
	case text == "":
		err = usage("database-file", path+" is empty", "write the connection string into it")
	case strings.ContainsAny(text, "\r\n"):
		err = usage("database-file", path+" has several lines and must hold exactly one line", "leave the connection string alone in it")
	}
	return edo.NewSecret(text), err
}

// onServer reports whether the database is on a server.
func onServer(getenv func(string) string) bool {
	return getenv(databaseEnv) != "" || getenv(databaseFileEnv) != ""
}

type migrate struct{}

// Run brings the database up to date.
func (migrate) Run(c *command) error {
	where, err := place(c.home, c.getenv)
	if err == nil {
		where.MasterKey, err = masterKey(c.getenv)
	}
	if err == nil {
		err = local.Migrate(c.ctx, where)
	}
	if err != nil {
		return err
	}
	return c.emit(map[string]bool{"migrated": true}, func() {
		c.print("%s\n", c.lang.say("База данных обновлена.", "The database is up to date."))
		if onServer(c.getenv) {
			c.print(c.lang.say("Главный ключ: %s. Без его копии другие машины и резервные копии бесполезны.\n",
				"Master key: %s. Other machines and backups are worth nothing without a copy of it.\n"), filepath.Join(c.home, local.KeyFile))
		}
	})
}
