// Package secret seals credentials before a store sees them, and opens them for the gateway alone.
//
// A [Keyring] is the master key: a file of its own, outside the database, readable by its owner only, made by
// [CreateKey]. Secrets are sealed with AES-256-GCM-SIV and tied to their [directory.SecretName]: bytes moved to another
// subscriber, person or field do not open. [AddKey] begins a rotation: what was sealed before still opens, new
// secrets are sealed with the new key. Whoever loses the file loses the secrets: keep a copy apart from the database.
//
// [Vault] has methods to set secrets, which hosts and the command line may be given, and two that open them for use,
// [Vault.Account] and [Vault.Signer], which only the gateway is given. No method returns a password or key as such.
//
// A signer's key need not be here: with [directory.PlaceCommand] a program of the administrator signs, and what it answers
// is checked before it is believed; with [directory.PlaceHost] signing answers [edo.SignatureAwaited], and the host
// completes a signature task.
package secret
