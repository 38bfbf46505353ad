//go:build !race

package sim_test

const short = 300
