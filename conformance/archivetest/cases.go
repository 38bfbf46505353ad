package archivetest

import "github.com/edokit/edokit/conformance"

// Suite is what every archive does, for this one.
func (c Config) Suite() conformance.Suite {
	return conformance.Suite{Name: "archive", Says: "an archive of the bytes of documents", Cases: c.cases()}
}

func (c Config) cases() []conformance.Case {
	one := func(id, group, says string, run func(conformance.T, Config), clauses ...string) conformance.Case {
		return conformance.Case{ID: id, Group: group, Says: says, Clauses: clauses, Run: func(t conformance.T) { run(t, c) }}
	}
	return []conformance.Case{
		one("store-and-read", "bytes", "what is stored is read back, whole, under its digest", storeAndRead, "edo.Archive.Create", "S16"),
		one("unknown-digest", "bytes", "what was never stored is not found", unknownDigest, "edo.Archive.Open"),
		one("damage-is-noticed", "bytes", "damaged bytes are never given as if they were whole", damageIsNoticed, "edo.Archive.Open", "S16"),
		one("storing-mends", "bytes", "storing the same bytes again mends a damaged entry", storingMends, "edo.Archive.Create"),
		one("given-up", "bytes", "what was given up leaves nothing", givenUp, "edo.Blob.Abort"),
		one("limit", "bytes", "an entry above the limit is refused and leaves nothing", limit, "edo.Archive.Create"),
		one("several-writers", "bytes", "several writers of the same bytes make one entry", severalWriters, "edo.Archive.Create"),

		one("walk", "entries", "all entries are listed once, in the order of digests", walk, "edo.Depot.Walk", "M10"),
		one("stat", "entries", "an entry is told of without being read", stat, "edo.Depot.Stat"),
		one("remove", "entries", "an entry that was stored before the given moment is removed", remove, "edo.Depot.Remove", "M10"),
		one("remove-spares", "entries", "an entry that was stored since is spared", removeSpares, "edo.Depot.Remove", "M10"),
		one("keep", "entries", "an entry that is kept is as young as a new one", keep, "edo.Depot.Keep", "M10"),
		one("keep-against-remove", "entries", "what was kept is there, whoever removes it meanwhile", keepAgainstRemove, "edo.Depot.Keep", "M10"),
	}
}
