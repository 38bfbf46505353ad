// Package gateway is the engine of the exchange: it accepts packages, signs, sends, settles doubt, fetches the
// operator's printed form as the second version and delivers what happened to the host.
//
// It is not a store, a driver or a user interface: what it needs of the outside stands as small interfaces in ports.go,
// made of edo words only. Everything that every operator needs alike (never twice, never lost, ask before sending
// again, exactly one stamped version) is written here once and never in a driver.
//
// Start at [New], [Gateway.Send] and [Gateway.Run]; "Life of a package" in edo/README.md traces one package through it.
package gateway
