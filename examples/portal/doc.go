// Portal plays a whole conversation between a utility and a client of its personal account (личный кабинет), from a client
// whom the operator does not know to an archive that proves what was said. Both sides are this SDK used as a library, each
// with a home folder of its own; between them is nothing but the mock operator, over HTTP. Everything that can be shown to
// a person is left in portal-out with a page that tells it on one time line.
//
//	make portal
package main
