// Package worker reads and stamps PDFs, and prints files that are none, in processes of their own, so that a document that hangs, panics or eats memory
// costs itself and nothing else.
//
// A [Pool] starts the program that it runs in a second time; the first line of that program's main has to be
//
//	worker.Main()
//
// which does nothing, or, in a process that a Pool has started, works and does not return. A program of another name is
// set in [Config].
//
// # What a worker is
//
// It is started when it is first needed and kept for further documents. It has an empty environment, no open files but
// its three streams, ignores Ctrl-C, and ends with its standard input: when the pool is closed, and when the program dies.
// After a document that failed or was large it is replaced. Documents go in and come out in its streams; nothing is
// written to a disk. The program holds none of the document, and does not trust what comes back: size, digest and
// both ends of the PDF are compared.
//
// On Linux the system itself limits the data of a worker (RLIMIT_DATA; an address space limit would end a Go process
// long before it uses that much). Elsewhere it is the garbage collector that is told the limit, and time ends the rest.
//
// It is no wall against a hole in the PDF library that lets a document run code: a worker may do what its user may.
package worker
