// Package secret seals credentials before a store sees them, and opens them for the gateway alone.
//
// # Keys
//
// A [Keyring] is the master key with its versions: a file of its own, outside the database, readable by its owner only,
// made by [CreateKey], or the same text from the environment, [ParseKey]. It wraps one data key for every subscriber and
// epoch, and the data key seals the subscriber's secrets with AES-256-GCM-SIV. Wrapped data keys and seals are rows of
// the store, which can do nothing with them. A seal begins with its form and the epoch of its data key, and is tied to
// installation, subscriber, kind, id, field and epoch: bytes moved to any other place do not open, nor do rows of another
// database, even under the same master key. Wrapped data keys are tied to installation, subscriber and epoch.
//
// A data key seals once for every secret that is set and once for every secret when a rotation begins its epoch: a few
// times in its life, where 2^32 uses are the limit of the method (and, unlike GCM, a nonce that came twice would show only
// that two texts are equal).
//
// # Rotation
//
// [Vault.Rotate] adds a version of the master key, begins a new epoch, seals everything anew and forgets the data keys of
// earlier epochs. Its progress is in the rows: killed at any point, it goes on when called again. Other processes go on
// meanwhile: they open what is sealed by either key and seal by the new one, reading the key file again when the store
// names a version that they do not know. The store takes in what the present epoch has sealed only, so that a rotation
// misses nothing. Sessions stay open: the credentials have not changed.
//
// Old versions stay in the key file, so that an older copy of the database opens with it. An older copy of the key file
// beside a newer database is [KeyVersionMissing]: keep a copy of the file, apart from the database, after every
// rotation. Whoever loses the file loses the secrets; [Vault.StartOver] forgets them, so that they can be set again.
//
// # Two credentials that overlap
//
// A subscriber has a present credential and may have a next one, set through [Vault.Next]. The driver asks the operator to
// take the next only after it has refused the present one. Every such try is counted in the store before it is made, and
// over all processes there is one at a time with pauses from half a minute to half an hour: nothing is tried in a loop
// until the account is locked. The first success makes the next credential the present one, in one transaction that
// forgets the old one.
//
// # What gives out secrets
//
// [Vault] has methods to set secrets, which hosts and the command line may be given, and two that open them for use,
// [Vault.Account] and [Vault.Signer], which only the gateway is given. No method returns a password or key as such, and a
// test walks all that hosts can reach. [Vault.List] shows versions, times and keyed fingerprints, never a value.
//
// A signer's key need not be here: with [directory.PlaceCommand] a program of the administrator signs, and what it answers
// is checked before it is believed; with [directory.PlaceHost] signing answers [edo.SignatureAwaited], and the host
// completes a signature task.
package secret
