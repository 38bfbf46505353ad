//go:build !race

package nth_test

const slower = 1
