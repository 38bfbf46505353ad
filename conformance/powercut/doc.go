// Package powercut pulls the plug: a process accepts packages and writes log rows through the real code, its data lie on a
// file system in an image file, and the image is copied while it is mounted and being written. What was not synced is in
// no copy. The copy is mounted as after a start of the machine, and everything that was acknowledged must be there.
//
// The writer stands still (SIGSTOP) while its acknowledgements are read and the image is copied, so that nothing is
// acknowledged after the cut. A copy can hold more than a disk would, never less: it may understate a loss, so the same
// cut is made of a writer that does not sync, and there a loss must be seen.
//
// It has no code of its own, only tests. They need Linux, root and loop devices, and say so where they are skipped. The long
// run is TestSoakPowerCut.
package powercut
