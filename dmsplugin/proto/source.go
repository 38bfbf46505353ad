// Package proto holds the contract between hosts and the plugin, dms.proto, as text: for programs that describe it to
// others. Go programs use package dmsplugin; its generated Go code is internal.
package proto

import _ "embed"

// Source is dms.proto as it stands.
//
//go:embed dms.proto
var Source string
