//go:build !race

package gateway_test

const many = 1000
