// Package hardpdf makes PDFs on which stamping has been seen to fail, each with how work on it must end.
//
// Every file is made here from a few lines of text: what is wrong or odd about it can be read in its case. The causes are
// those found in files of the real world; each is written in several packings (plain table, cross-reference stream,
// object streams, hybrid, incremental update and so on), because a reader meets them in any.
//
// The package is a test instrument. The table is [Cases]; its tests hold package stamping to it.
package hardpdf
