//go:build !failpoints

package main

import "context"

// failpoint is nothing in a normal build.
func failpoint(func(string) string) func(context.Context, string) { return nil }
