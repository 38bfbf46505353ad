//go:build race

package sim_test

const short = 40 // each is many times slower under the race detector
