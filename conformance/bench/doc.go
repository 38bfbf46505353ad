// Package bench holds the speed measurements of the whole sending way: our Send with log, archive and signatures beside
// a bare net/http post of the same envelopes, in one run, against the stand-in operator in a process of its own.
//
// It is not a test of behaviour (those live beside the packages and in conformance/crash) and asserts no times. The
// figures of record and what they mean are in BENCHMARKS.md; make bench prints new ones. The bare SOAP client, without
// log and archive, has its own benchmarks in edo/internal/soap.
//
// Every measured thing is a process: the benchmark starts its own binary again as a server, as our side and as the
// poster, so that CPU time and peak memory of each are its own. Linux only, because the kernel's counters are read.
package bench
