package crash_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory/local"
)

// nobody owns the process whose memory must not be readable by its own user.
const nobody = 65534

// TestNoCore (R5): no process of ours leaves a core file, and none shows its memory to other processes of its user.
func TestNoCore(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p.pid()))
	s.must(err)
	if !regexp.MustCompile(`(?m)^Max core file size +0 +0 `).Match(limits) {
		t.Errorf("limits of the plugin:\n%s", limits)
	}
	s.must(p.Close())
	if uid := owner(t, s.asNobody()); uid != 0 {
		t.Errorf("its memory belongs to user %d", uid)
	}
}

// asNobody starts the command line as another user and gives its process id; it is ended with the test.
func (s *stand) asNobody() int {
	s.Helper()
	if os.Geteuid() != 0 {
		s.Skip("only root can start a process of another user: whether memory can be read was not tried")
	}
	dir, err := os.MkdirTemp("", "edokit-nobody-")
	s.must(err)
	s.Cleanup(func() { os.RemoveAll(dir) })
	home := filepath.Join(dir, "home")
	s.must(os.CopyFS(home, os.DirFS(s.home)))
	s.must(filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, nobody, nobody))
	}))
	s.must(os.Chmod(filepath.Join(home, local.KeyFile), 0o600)) // a copy may be read by others, and is refused
	file := filepath.Join(dir, "edo-dms")
	text, err := os.ReadFile(program)
	s.must(err)
	s.must(os.WriteFile(file, text, 0o755))
	cmd := exec.CommandContext(s.Context(), file, "run", "--for", "1m")
	cmd.Env = []string{"EDOKIT_HOME=" + home}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	s.must(cmd.Start())
	s.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		s.Logf("%s", &said)
	})
	s.until("it has begun", func() bool { return exists(filepath.Join(home, "edokit.db-wal")) })
	return cmd.Process.Pid
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// owner is whom the system calls the owner of a process: root, if its memory is nobody's business.
func owner(t *testing.T, pid int) uint32 {
	t.Helper()
	info, err := os.Stat(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatal("no owner")
	}
	return stat.Uid
}
