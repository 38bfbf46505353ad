// Package adaptertest tests a document system's adapter: the host's side of the plugin boundary. It is a plugin in shape
// only, which the host launches in place of edo-dms: it takes packages, says that the operator has accepted them, offers stamped
// versions, and misbehaves on purpose the way real life does: an answer is lost, content is cut off, a version is offered twice,
// the process dies. What the host did is kept in its home, and [Judge] gives a verdict for each rule.
//
// It talks to no operator and sends nothing. What happens inside the document system it cannot see: the report names what
// a person must look at there. The other side of the boundary, a plugin binary as a host sees it, is package hosttest.
//
// The command is conformance/cmd/edo-conformance; how an adapter should work is told in dmsplugin/README.md.
package adaptertest
