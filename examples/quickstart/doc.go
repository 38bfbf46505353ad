// Quickstart sends one package of three PDFs through three processes: this program is the host, it launches the edo-dms
// plugin, and the plugin talks to the mock operator over HTTP. The stamped printed forms come back as second versions;
// everything is left in demo-out with a page that explains it.
//
//	make demo
package main
