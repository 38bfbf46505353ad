// Pocketbase is PocketBase as a document management system with document exchange built in: cards, versions and signatures are its
// collections, buttons and menu entries come from the plugin's catalogue, the stamped form becomes the second version of its
// card, and what came in becomes cards of the responsible people.
//
//	make pocketbase
//
// It shows how a Go host uses package dmsplugin, and is not a product: README.md says what it leaves out. Read desk.go, then
// send.go and collect.go; entries.go decides which button is grey, pages*.go draw, demo.go is the demonstration around it.
package main
