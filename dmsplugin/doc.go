// Package dmsplugin is the process boundary between a document management system (the host) and the SDK: a
// hashicorp/go-plugin binary that speaks gRPC with mutual TLS over a private socket.
//
// It is not the engine: every business rule lives behind the ports [Exchange], [Book] and [Credentials], which the gateway
// and the stores satisfy. Handlers decode, call one method and encode. Every call goes host → plugin; the host runs no
// server.
//
// A plugin binary calls [Serve]. A host written in Go calls [Launch] and works with [Client] in words of package edo;
// hosts in other languages generate their side from proto/dms.proto, which documents every field.
//
// # Life of the process
//
// The plugin refuses to serve without the host's certificate. It ends with exit code 0 on SIGTERM, on the controller's
// Shutdown and when its host is gone: the parent process id is watched, and standard input as well if the host asks for
// it with [StdinWatch]. It writes one line to standard output, the handshake, and logs to standard error as hclog JSON.
package dmsplugin
