//go:build race

package gateway_test

const many = 120 // a thousand take minutes under the race detector
