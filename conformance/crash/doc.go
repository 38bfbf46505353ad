// Package crash holds tests that run the whole way with real processes: the plugin binary, launched as a host launches
// it, talks over a real socket to the stand-in operator, and is killed, cut off or fed nonsense at named points.
// Whatever happens, the operator's ledger must have every package exactly once and the log must explain every attempt.
//
// The binary is built once with the tag failpoints: EDOKIT_FAILPOINT names the point of the way at which it kills
// itself (see gateway.Config.Trace), or stops itself until it is woken. Points inside an exchange are reached from
// outside: the operator says when it is there, and the test kills the process.
//
// It has no code of its own, only tests. They read the store beside the plugin, as the command line does. The long run
// of random points and faults is TestSoakCrashGrid; EDOKIT_SOAK says how long.
package crash
