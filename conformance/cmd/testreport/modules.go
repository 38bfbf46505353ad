package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// moduleDirs lists the folders below root that hold a go.mod, the root first. Folders the go command ignores are left
// out, and so is testdata.
func moduleDirs(root string) ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			hidden := strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
			if path != root && (hidden || name == "testdata" || name == "vendor") {
				return filepath.SkipDir
			}
			return nil
		}
		if name == "go.mod" {
			dirs = append(dirs, filepath.Dir(path))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(dirs) // a folder sorts before what is in it
	if len(dirs) == 0 {
		return nil, errors.New("no go.mod in " + root)
	}
	return dirs, nil
}

// packagesBut lists the packages of a module without some, which are given as ./folder.
func packagesBut(ctx context.Context, dir string, folders []string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "./...")
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(p string) bool {
		return slices.ContainsFunc(folders, func(f string) bool { return strings.HasSuffix(p, strings.TrimPrefix(f, ".")) })
	}), nil
}

// below gives those of some folders (./folder, as seen from root) that belong to the module in dir rather than to one inside it, as
// ./folder seen from there.
func below(root, dir string, dirs, folders []string) (own []string, err error) {
	for _, folder := range folders {
		path := filepath.Join(root, folder)
		home := root
		for _, d := range dirs { // a folder sorts before what is in it: the last one that fits is the nearest
			if path == d || strings.HasPrefix(path, d+string(filepath.Separator)) {
				home = d
			}
		}
		if home != dir {
			continue
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return nil, err
		}
		own = append(own, "./"+filepath.ToSlash(rel))
	}
	return own, nil
}
