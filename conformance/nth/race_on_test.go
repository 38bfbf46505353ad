//go:build race

package nth_test

const slower = 8 // each run is many times slower under the race detector
