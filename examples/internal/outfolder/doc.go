// Package outfolder makes the folder in which an example leaves its result, and empties nothing that is not an example's.
package outfolder
