// Package console is the pages on which clerks look at the exchange: what was sent and what became of it, what came in, the
// exact XML of every call, and the queue of what waits for a person, who can retry, cancel and decide there; and on which
// administrators look after the reference books (our organisations, users, counterparties) and ask the doctor. It is one
// [http.Handler], rendered on the server with html/template: no script, no build step, nothing from the internet, in
// Russian and English.
//
// Whoever looks has logged in, see [Passwords], and is a user of the directory: every right is asked of the allow-list,
// nobody has any by default, and refusals are rows. Content and raw XML are opened through the gateway alone, which writes
// the reading first. No page holds a secret, because nothing that the pages read from does.
//
// It decides nothing and stores nothing but the hashes of passwords: states, reasons and next steps are those of the
// gateway, rows those of the directory, and what is changed goes through the functions that the command line calls. It calls
// no operator except where a person presses a button that does. It is no place to send, to sign, or to give an answer
// that is signed: those need a key, and are the host's.
//
// Sessions are in memory: a restart logs everybody out, and two processes do not share them. What it needs is in ports.go;
// dmsplugin/cmd/edo-dms wires it and opens the address. A new page is a handler, a template and a line in routes; a new word
// is a pair in words.go or in the template.
package console
