package archivetest

import "github.com/edokit/edokit/conformance"

// Suite is what every archive does, for this one.
func (c Config) Suite() conformance.Suite {
	return conformance.Suite{
		Name: "archive", Says: "an archive of the bytes of documents",
		Why: map[string]string{
			"bytes":   "a signature is over exact bytes: a document of which one is lost or changed proves nothing any more, and that must not show in court only",
			"entries": "retention deletes by these calls: an entry too few is personal data kept too long, an entry too many a document that is gone for good",
		},
		Cases: c.cases(),
	}
}

func (c Config) cases() []conformance.Case {
	run := func(f func(conformance.T, Config)) func(conformance.T) { return func(t conformance.T) { f(t, c) } }
	return []conformance.Case{
		{
			ID: "store-and-read", Group: "bytes", Says: "what is stored is read back, whole, under its digest", Clauses: []string{"edo.Archive.Create", "S16"},
			Sends:   "0, 1, 20 and 1,048,583 bytes, and the sizes that are special to this archive, each in an archive of its own: stored twice, opened anew, read twice",
			Expects: "the SHA-256 of the bytes as the digest both times, one name in the store, the right size, the same bytes at each reading; up to two megabytes also in pieces of any length",
			Run:     run(storeAndRead),
		},
		{
			ID: "unknown-digest", Group: "bytes", Says: "what was never stored is not found", Clauses: []string{"edo.Archive.Open"},
			Why:     "empty content in place of an error would pass for the document",
			Sends:   "Open of a digest in an empty archive",
			Expects: "NotFound",
			Run:     run(unknownDigest),
		},
		{
			ID: "damage-is-noticed", Group: "bytes", Says: "damaged bytes are never given as if they were whole", Clauses: []string{"edo.Archive.Open", "S16"},
			Sends:   "130,000 bytes, damaged in the store in five ways: a bit of the first or last byte, the last byte cut off, nothing left, a byte more; that many are read from an entry opened before it and from one opened after it",
			Expects: "the reason content-corrupt from all ten readings",
			Run:     run(damageIsNoticed),
		},
		{
			ID: "storing-mends", Group: "bytes", Says: "storing the same bytes again mends a damaged entry", Clauses: []string{"edo.Archive.Create"},
			Why:     "whoever has the true bytes, from a copy or a client, has to get them in again",
			Sends:   "70,000 bytes, damaged in the same five ways as in damage-is-noticed, stored once more, then read",
			Expects: "all bytes are read without an error",
			Run:     run(storingMends),
		},
		{
			ID: "given-up", Group: "bytes", Says: "what was given up leaves nothing", Clauses: []string{"edo.Blob.Abort"},
			Why:     "halves that stay behind fill the disk, and nobody refers to them",
			Sends:   "one byte, given up twice, then Commit; one byte with a context that is cancelled before Commit, then Create with that context",
			Expects: "an error from the first Commit, Unavailable from the second and from Create; no name in the store",
			Run:     run(givenUp),
		},
		{
			ID: "limit", Group: "bytes", Says: "an entry above the limit is refused and leaves nothing", Clauses: []string{"edo.Archive.Create"},
			Why:     "one endless stream would fill the disk for everybody",
			Sends:   "an archive with a limit of 10 bytes: ten bytes, then one more, then Commit",
			Expects: "Invalid for the eleventh byte, the reason package-too-large for it and for Commit; no name in the store",
			Run:     run(limit),
		},
		{
			ID: "several-writers", Group: "bytes", Says: "several writers of the same bytes make one entry", Clauses: []string{"edo.Archive.Create"},
			Why:     "workers of several programs store into one archive",
			Sends:   "forty writers at once, through two handles: four for each of ten contents of one byte, and each reads what it has stored",
			Expects: "no error from any; ten names in the store",
			Run:     run(severalWriters),
		},

		{
			ID: "walk", Group: "entries", Says: "all entries are listed once, in the order of digests", Clauses: []string{"edo.Depot.Walk", "M10"},
			Sends:   "Walk over an empty archive; with sixty entries of two bytes, Walk from the beginning, from behind the 1st, the 31st and the 60th, and one that its caller ends at the third",
			Expects: "nothing; every entry once, in order, with its size; those behind the place; the caller's error after three entries",
			Run:     run(walk),
		},
		{
			ID: "stat", Group: "entries", Says: "an entry is told of without being read", Clauses: []string{"edo.Depot.Stat"},
			Sends:   "Stat of a digest that was never stored, and of an entry of three bytes that was made an hour old",
			Expects: "NotFound; the digest, three bytes, the time of an hour ago",
			Run:     run(stat),
		},
		{
			ID: "remove", Group: "entries", Says: "an entry that was stored before the given moment is removed", Clauses: []string{"edo.Depot.Remove", "M10"},
			Why:     "what the utility has to delete must be gone, and nothing else",
			Sends:   "two entries, one of them made 72 hours old; Remove of that one, twice, if older than 48 hours; then its bytes are stored again",
			Expects: "no error, NotFound after each Remove, one name left, the other entry whole; stored again it has its digest and is there",
			Run:     run(remove),
		},
		{
			ID: "remove-spares", Group: "entries", Says: "an entry that was stored since is spared", Clauses: []string{"edo.Depot.Remove", "M10"},
			Sends:   "Remove, if older than 48 hours, of an entry just stored; then it is made 49 hours old, stored again through another handle, and Remove is tried again",
			Expects: "the reason entry-fresh both times; the bytes can be read",
			Run:     run(removeSpares),
		},
		{
			ID: "keep", Group: "entries", Says: "an entry that is kept is as young as a new one", Clauses: []string{"edo.Depot.Keep", "M10"},
			Sends:   "Keep of a digest that was never stored; then an entry made 49 hours old, Keep through another handle, Remove if older than 48 hours",
			Expects: "NotFound; no error from the second Keep, the reason entry-fresh from Remove, and the bytes can be read",
			Run:     run(keep),
		},
		{
			ID: "keep-against-remove", Group: "entries", Says: "what was kept is there, whoever removes it meanwhile", Clauses: []string{"edo.Depot.Keep", "M10"},
			Why:     "a package refers to bytes while the retention run is about to delete them",
			Sends:   "a hundred times: an entry made 49 hours old, one Keep and two Remove (if older than 48 hours) of it at once, through three handles",
			Expects: "from Keep no error or NotFound, from Remove no error or the reason entry-fresh, not an error from all three; after a Keep without error the bytes can be read",
			Run:     run(keepAgainstRemove),
		},
	}
}
