package hosts_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/edokit/edokit/dmsplugin"
)

// TestMain lets the test binary be a plugin that stands between a host and the real one, and lies.
func TestMain(m *testing.M) {
	if dmsplugin.PluginMode(os.Getenv) {
		if err := liar(os.Getenv("EDOKIT_HOME")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// lies change the stream of Exchange.Content: field is which part of it a message is, b its bytes. None of them may reach the disk.
func lies() map[string]func(field protowire.Number, b []byte) [][]byte {
	const header, chunk, end = 1, 2, 3
	return map[string]func(protowire.Number, []byte) [][]byte{
		"another byte": func(field protowire.Number, b []byte) [][]byte {
			if field == chunk {
				b[len(b)-1] ^= 1
			}
			return [][]byte{b}
		},
		"another trailer": func(field protowire.Number, b []byte) [][]byte {
			if field == end {
				b[len(b)-1] ^= 1 // of the SHA-256
			}
			return [][]byte{b}
		},
		"no trailer": func(field protowire.Number, b []byte) [][]byte {
			if field == end {
				return nil
			}
			return [][]byte{b}
		},
		"no header": func(field protowire.Number, b []byte) [][]byte {
			if field == header {
				return nil
			}
			return [][]byte{b}
		},
		"no content": func(field protowire.Number, b []byte) [][]byte {
			if field == chunk {
				return nil
			}
			return [][]byte{b}
		},
		"content twice": func(field protowire.Number, b []byte) [][]byte {
			if field == chunk {
				return [][]byte{b, b}
			}
			return [][]byte{b}
		},
	}
}

// doubts: a stamped form that is not what was announced is not saved, and its events are not acknowledged.
func doubts(t *testing.T, h host) {
	o := open(t, h)
	arguments := []string{"--signer", "head-1", "--out", o.out}
	o.host.plugin = os.Args[0]
	for name := range lies() {
		for file, text := range map[string]string{"real": h.plugin, "lie": name} {
			if err := os.WriteFile(filepath.Join(o.home, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p := o.start(t, arguments...)
		if code := p.wait(); code != 1 || !strings.Contains(p.err.String(), "\nthe stamped form is ") {
			t.Errorf("%s: exit code %d\n%s", name, code, p.err.String())
		}
		if left, err := os.ReadDir(filepath.Dir(o.out)); err != nil || len(left) > 0 {
			t.Errorf("%s: saved all the same: %v, %v", name, left, err)
		}
		o.nothingLeft(t, p)
	}

	o.host.plugin = h.plugin
	honest := o.run(t, arguments)
	if diff := cmp.Diff(o.theOnlyForm(t), digest(t, o.out)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(honest.out, "\nevent 1: ") {
		t.Errorf("events were acknowledged for a form that was not saved:\n%s", honest.out)
	}
}

// liar starts the real plugin, whose path stands in the home folder, and passes every call on to it.
func liar(home string) error {
	real, err := os.ReadFile(filepath.Join(home, "real"))
	if err != nil {
		return err
	}
	lie, err := os.ReadFile(filepath.Join(home, "lie"))
	if err != nil {
		return err
	}
	shake := goplugin.HandshakeConfig{ProtocolVersion: dmsplugin.ProtocolVersion, MagicCookieKey: dmsplugin.CookieKey, MagicCookieValue: dmsplugin.CookieValue}
	plugins := map[int]goplugin.PluginSet{dmsplugin.ProtocolVersion: {"dms": passing{}}}
	cmd := exec.Command(string(real)) //nolint:noctx // it ends with us
	cmd.Env = []string{"EDOKIT_HOME=" + home, "PLUGIN_UNIX_SOCKET_DIR=" + os.Getenv("PLUGIN_UNIX_SOCKET_DIR")}
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: shake, VersionedPlugins: plugins, Cmd: cmd, SkipHostEnv: true, AutoMTLS: true, AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
	})
	defer client.Kill()
	protocol, err := client.Client()
	if err != nil {
		return err
	}
	raw, err := protocol.Dispense("dms")
	if err != nil {
		return err
	}
	conn, ok := raw.(*grpc.ClientConn)
	if !ok {
		return fmt.Errorf("connection is %T", raw)
	}
	pass := grpc.UnknownServiceHandler(func(_ any, in grpc.ServerStream) error { return passOn(conn, in, lies()[string(lie)]) })
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: shake, VersionedPlugins: plugins,
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server { return grpc.NewServer(append(opts, pass)...) },
	})
	return nil
}

// passOn carries one call. What an empty message does not know it keeps as it came, so no type of the contract is needed.
func passOn(conn *grpc.ClientConn, in grpc.ServerStream, lie func(protowire.Number, []byte) [][]byte) error {
	method, _ := grpc.MethodFromServerStream(in)
	out, err := conn.NewStream(in.Context(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err != nil {
		return err
	}
	go func() {
		for {
			m := &emptypb.Empty{}
			if err := in.RecvMsg(m); err != nil {
				_ = out.CloseSend()
				return
			}
			if out.SendMsg(m) != nil {
				return // its answer says why
			}
		}
	}()
	for {
		m := &emptypb.Empty{}
		if err := out.RecvMsg(m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		parts := [][]byte{m.ProtoReflect().GetUnknown()}
		if strings.HasSuffix(method, "/Content") {
			field, _, _ := protowire.ConsumeTag(parts[0])
			parts = lie(field, parts[0])
		}
		for _, part := range parts {
			changed := &emptypb.Empty{}
			changed.ProtoReflect().SetUnknown(part)
			if err := in.SendMsg(changed); err != nil {
				return err
			}
		}
	}
}

// passing gives the bare connection.
type passing struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (passing) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error { return nil }

func (passing) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return c, nil
}
