// Package failpoint lets tests end, stop and look at a process exactly where something becomes durable or visible: the
// stores, the archive, the vault and the plugin call [Hit] there, and the gateway through gateway.Config.Trace.
//
// Only binaries built with the tag failpoints, on Unix, know what to do then. In every other build [Enabled] is the
// constant false and [Hit] is empty: the compiler removes both. The whole list of points, and what is done to processes
// at each of them, is in conformance/crash.
//
// It is no tool for hosts: what a point is called and where it stands may change with every release.
package failpoint
