// Package soap speaks SOAP 1.1, document/literal, over HTTP for operator drivers: one request, one answer, one row of
// the message log.
//
// [Client.Do] renders everything but document content first; that skeleton gives the exact Content-Length and the
// masked row, which is committed before the first byte leaves. Content then goes from its reader through base64 to the
// socket without being held. The answer is read as a stream too, by a strict reader of our own: encoding/xml accepts
// too much that would let two readers see two different answers. What Answer decodes may be believed only when Do
// returns no error.
//
// It is not a general SOAP library: no WSDL, no WS-*, no MTOM, no multi-reference encoding. It knows no operator:
// drivers bring the names, and decide what a fault code means.
package soap
