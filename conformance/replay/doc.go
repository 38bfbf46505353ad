// Package replay sends one package through the library (gateway, home folder on SQLite, driver, HTTP) to an operator that
// plays a cassette, on a clock that does not wait. So what happened once, exported with `edo-dms log cassette
// PACKAGE`, is a test for ever:
//
//	c, err := mockoperator.ParseCassette(file)
//	out, err := replay.Run(ctx, t.TempDir(), c)
//	for _, d := range out.Differs(c) { t.Error(d) }
//
// Calls are answered by their number, whatever they say, so a change of the driver that asks in another order, or once
// more, shows as a difference. A test of a mended fault changes the end that the cassette states, by hand.
//
// # What is not as it was
//
// Content and signatures are other bytes, made here. What broke off before the operator had it whole is cut at its first
// byte. Waits have their usual length, not the recorded one. Logins are not in a cassette, so what was wrong with them does not
// come again; nor do receipts and answers of the other side.
package replay
