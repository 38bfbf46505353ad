// Command edo-dms is the plugin that document management systems launch, and the command line for the people who look
// after it. Started by a host (see package dmsplugin) it serves; started by hand it shows `edo-dms --help`. Without a host,
// `edo-dms run` does the same work.
//
// Both wire the same parts in the same way, in [compose]: a home folder with the database edokit.db, the document bytes
// in archive/ and the key that seals credentials in keys/master.key. Several processes may work on one home at a time.
//
// As a plugin it is configured by its environment: EDOKIT_HOME names the home folder, EDOKIT_LOG the level of the log, and
// the variables that --help lists bound times and workers. Passwords and keys come from files, standard input or a named
// environment variable, never from an argument.
//
// On Linux the process forbids core dumps of itself (RLIMIT_CORE 0) and is not dumpable (PR_SET_DUMPABLE 0): passwords and
// keys are in its memory, and only root can look there, debuggers included. Elsewhere core dumps are a setting of the system.
//
// There is no business rule here.
package main
