// Package layout holds the import table of this repository as a test that reads the files itself.
//
// The table (rows) says for every package what it may import; a package without a row fails, and so does a row that no
// package needs. Beside it stand three rules for all files: no func init, no path of somebody's machine, and a small
// program (the words and one driver) that links nothing heavy.
//
// Adding a package means adding a row, with the reason in its Why. Loosening a row is a decision about the design, so it
// belongs into the description of the change. The package exports nothing for use elsewhere: it is read, not called.
package layout
