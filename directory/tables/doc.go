// Package tables writes the directory and the message log as tables under the names that users know: the reference
// books of an exchange system (справочники). It is the one place that says which of our fields is which column, in
// Russian, in English and in JSON.
//
// It reads no store and holds no secret: rows come from package directory. The command line is edo-dms log export and
// edo-dms log books.
package tables
