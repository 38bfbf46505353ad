package secret

import "os/exec"

// endFamily does nothing: Windows ends the program itself only.
func endFamily(*exec.Cmd) {}
