// Package replay runs the gateway, its driver and a home folder against recorded or scripted operators without waiting.
package replay
