package crash_test

import (
	"errors"
	"os"
)

// goOn is not there: TestMain runs nothing here.
func goOn(*os.Process) error { return errors.ErrUnsupported }
