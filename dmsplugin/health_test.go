package dmsplugin_test

import (
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// TestHealth: the plugin says SERVING only while it can take packages; whoever watches is told of every change.
func TestHealth(t *testing.T) {
	t.Parallel()
	sick := filepath.Join(t.TempDir(), "sick")
	client := launch(t, func(c *dmsplugin.Config) { c.Env = append(c.Env, "TEST_SICK="+sick) })
	health, err := client.Health()
	if err != nil {
		t.Fatal(err)
	}
	const serving, not = healthpb.HealthCheckResponse_SERVING, healthpb.HealthCheckResponse_NOT_SERVING
	check := func(want healthpb.HealthCheckResponse_ServingStatus) {
		t.Helper()
		for _, service := range []string{"", "plugin"} {
			r, err := health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: service})
			if err != nil || r.GetStatus() != want {
				t.Errorf("%q: %v, %v, want %v", service, r.GetStatus(), err, want)
			}
		}
		all, err := health.List(t.Context(), &healthpb.HealthListRequest{})
		if err != nil || all.GetStatuses()["plugin"].GetStatus() != want {
			t.Errorf("list: %v, %v", all, err)
		}
	}
	watch, err := health.Watch(t.Context(), &healthpb.HealthCheckRequest{Service: "plugin"})
	if err != nil {
		t.Fatal(err)
	}
	told := func(want healthpb.HealthCheckResponse_ServingStatus) {
		t.Helper()
		if r, err := watch.Recv(); err != nil || r.GetStatus() != want {
			t.Errorf("told %v, %v, want %v", r.GetStatus(), err, want)
		}
	}
	check(serving)
	told(serving)
	if err := os.WriteFile(sick, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check(not)
	told(not)
	if err := os.Remove(sick); err != nil {
		t.Fatal(err)
	}
	check(serving)
	told(serving)
	if _, err := client.Drainer().Drain(t.Context(), &dmspb.DrainRequest{}); err != nil {
		t.Fatal(err)
	}
	check(not)
	told(not)
	if _, err := health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "another"}); status.Code(err) != codes.NotFound {
		t.Errorf("another service: %v", err)
	}
	other, err := health.Watch(t.Context(), &healthpb.HealthCheckRequest{Service: "another"})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := other.Recv(); err != nil || r.GetStatus() != healthpb.HealthCheckResponse_SERVICE_UNKNOWN {
		t.Errorf("another service: %v, %v", r, err)
	}
}
