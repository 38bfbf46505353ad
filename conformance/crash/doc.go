// Package crash holds tests that run the whole way with real processes: the plugin binary, launched as a host launches
// it, talks over a real socket to the stand-in operator, and is killed, cut off or fed nonsense at named points.
// Whatever happens, the operator's ledger must have every package exactly once and the log must explain every attempt.
//
// The binary is built once with the tag failpoints, see package directory/failpoint. Points inside an exchange are reached
// from outside: the operator says when it is there, and the test does the rest.
//
// # The grid
//
// TestCrashGrid crosses every named point of the source (the registry is the function points, a test compares it with
// the source) and every place of the wire with every fault that means something there; meaningful says why the others are
// left out. A process is killed at the point, or stands still there while its host is killed, another process takes over,
// the disk is full or the clock is wrong; a request or an answer is cut at the first, second, middle and last byte, or
// answered with what is no answer, by an operator that shows at once or late what it has accepted, and that never
// recognises a repetition. After each cell the oracle compares the operator's ledger, what the host was told, the store and
// the log; at the end of a seat everything that is left is searched for its secrets. In the end every point must have been
// reached.
//
// Cells share seats: an operator, a home, and a plugin that goes on from cell to cell until something ends it. One cell,
// with the dice of a seed:
//
//	EDOKIT_SOAK_SEED=7 go test ./conformance/crash -run 'TestCrashGrid/send.sending/zombie'
//
// EDOKIT_SOAK makes TestSoakCrashGrid run every cell with 40 seeds; EDOKIT_CRASH_REPORT names a folder for the report,
// .bench without it: crash-grid.txt for people, crash-grid.json for programs.
//
// What the grid cannot see: whether bytes that a killed process has written are on the disk. The system keeps them; only a
// power cut loses them.
//
// # Secrets
//
// Passwords are unlike any other text (package canary), in every test. R1 of the regressions known from others (every
// element that holds a secret is masked in the rows) and R2 (with the debug log on) are TestNoSecretAnywhere and
// TestNoSecretInConversation, which compare with what crossed the socket; R3 (errors about malformed messages) and R4 (a
// panic) are beside the code, in edo/internal/soap and dmsplugin; R5 (core dumps) is TestNoCore, and the dump of all
// goroutines in TestNoSecretAnywhere.
//
// The package has no code of its own, only tests. They read the store beside the plugin, as the command line does.
package crash
