// Command mock-operator runs the stand-in operator of conformance/mockoperator as a program, so that any SOAP client and
// openssl can be pointed at it. On start it prints one line of JSON on stdout: where it listens, and subscribers with
// login, password, key and certificate. Logs go to stderr.
package main
