// Command edo-bridge is a host of the plugin for systems that cannot speak gRPC, such as DIRECTUM 5 and 1C: it launches
// edo-dms, keeps it running, and shows the calls of its contract as HTTP with JSON, on the loopback address by default.
//
//	PUT  /v1/files                         bytes of a document into the spool; answers size and SHA-256
//	POST /v1/packages                      a package of such files; answers when it is durable in the plugin
//	GET  /v1/events                        what happened, from a place in the order, waiting for news if asked to
//	GET  /v1/content                       the bytes of a document or of its stamped version
//	GET  /v1/log/{id}/{side}               the raw request or answer of one exchange
//	POST /v1/{service}/{method}            every other call, by the JSON form of its messages
//	GET  /v1/openapi.json, /healthz        the description; whether the plugin runs
//
// Every request but the last two carries a token. It keeps no state of its own but the spool, whose files are removed when
// their package is taken or after a day: ids, places in the order of events and everything else are the plugin's.
// Credentials, addresses of operators and rights do not pass: they are set with edo-dms on the machine itself.
package main
