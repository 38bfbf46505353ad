// Package foreign holds tests alone: SOAP stacks that were not written here meet the contract, the stand-in operator and the
// driver, so that a mistake that all of ours share cannot hide.
//
//   - Two clients, zeep (client.py, Debian's python3-zeep) and npm soap (client.mjs), are made of the WSDL that the stand-in
//     serves and of nothing else. Each tells a letter there and back as it understood it; the stand-in's ledger has to agree.
//     Where the operator's own schema files are (EDOKIT_XSD_DIR), both are made of the WSDL that it published as well.
//   - A server, npm soap again (server.mjs), serves the same WSDL to the driver's own suite. It decodes each call by the
//     description, puts it to the stand-in by a client of its own, and encodes what came back. Nothing but what npm soap
//     understood passes it, so what the suite compares, the driver's words with the stand-in's ledger, holds for both ways.
//
// What is needed: python3-zeep, nodejs, openssl, and the packages of package-lock.json; .ci/setup installs them.
//
// # What the others do differently
//
// npm soap writes members in the order of the JavaScript object, not of the schema: its user has to keep the order. It finds
// members of a base type only if the schema element itself declares the prefix of the base, which contract.WSDL therefore does;
// without that they get the namespace of the service. It reads i:type as an attribute like any other and writes it only when
// it is spelled out; members of a type named so need their prefix (typed in soap.mjs).
//
// As a server npm soap gives the members of a fault's detail no namespace, encodes a result without its schema, so that every
// member is in the namespace of the service, writes xsi:nil without declaring the prefix, and takes no setting for white space.
// server.mjs sets each of these right; the places say so. Faults have status 200 and answers come in chunks, as npm soap has it:
// the driver copes. It reads elements by their local name and in any order: that the driver writes them right is for the
// stand-in to see, which refuses anything else.
//
// zeep needs no setting. The WSDL that the operator published is not served: npm soap looks up the prefixes that it declares at
// single elements nowhere, and writes arrays of texts in a wrong namespace.
package foreign
