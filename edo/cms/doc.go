// Package cms makes, reads and verifies detached CMS signatures (RFC 5652, CAdES-BES) over content that is streamed
// and never held in memory.
//
// [Sign] makes one signature with one signer by RSA or ECDSA and SHA-256, in DER, identified by issuer and serial
// number and with the signer's certificate inside, as operators ask. [Parse] reads what foreign software made: DER
// and BER, several signers, issuer and serial number or subject key identifier, with or without signed attributes.
// [SignedData.Verify] then reads the content once and gives a verdict per signer ([SignerReport]).
//
// # What it does not do
//
// It builds no certificate chain and asks no revocation list: a valid verdict says that the key of this certificate
// signed exactly these bytes and that the dates of the certificate hold, not who issued it. Signing times are what
// the signer claims. Time stamps and other unsigned attributes are carried, not read.
//
// Signatures by GOST R 34.10 are recognised, the fields and dates of their certificates are read and the document
// digest (GOST R 34.11-2012) is checked, but the signature value is not: the verdict is [edo.VerdictOperatorOnly]. Whether such a
// signature is forwarded or refused is a policy of the gateway.
//
// Start at [LoadPEM] or [LoadPKCS12] and [Key.Signer]; for the other side at [Parse].
package cms
