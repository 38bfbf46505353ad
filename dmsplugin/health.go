package dmsplugin

import (
	"context"
	"strings"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

const (
	healthService = "/grpc.health.v1.Health/"
	// healthLook is how often a host that watches is told of a change.
	healthLook = time.Second
)

// go-plugin registers a health service of its own, which says SERVING for ever. Its calls are answered here instead,
// before they reach it: SERVING only while packages can be taken.

// health is the state now.
func (s *server) health(ctx context.Context) healthpb.HealthCheckResponse_ServingStatus {
	select {
	case <-s.draining:
		return healthpb.HealthCheckResponse_NOT_SERVING
	default:
	}
	if s.Health != nil {
		if err := s.Health(ctx); err != nil {
			return healthpb.HealthCheckResponse_NOT_SERVING
		}
	}
	return healthpb.HealthCheckResponse_SERVING
}

// ours reports whether a name of the health service means this plugin: the process as a whole, or its one service.
func ours(service string) bool { return service == "" || service == goplugin.GRPCServiceName }

// healthCall answers the calls of one question.
func (s *server) healthCall(ctx context.Context, method string, request any) (any, error) {
	switch strings.TrimPrefix(method, healthService) {
	case "Check":
		r, ok := request.(*healthpb.HealthCheckRequest)
		if !ok || !ours(r.GetService()) {
			return nil, status.Error(codes.NotFound, "unknown service")
		}
		return &healthpb.HealthCheckResponse{Status: s.health(ctx)}, nil
	case "List":
		now := &healthpb.HealthCheckResponse{Status: s.health(ctx)}
		return &healthpb.HealthListResponse{Statuses: map[string]*healthpb.HealthCheckResponse{"": now, goplugin.GRPCServiceName: now}}, nil
	}
	return nil, status.Error(codes.Unimplemented, "unknown call")
}

// healthWatch tells the state at once, and every change.
func (s *server) healthWatch(stream grpc.ServerStream) error {
	var r healthpb.HealthCheckRequest
	if err := stream.RecvMsg(&r); err != nil {
		return err
	}
	if !ours(r.GetService()) {
		return stream.SendMsg(&healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVICE_UNKNOWN})
	}
	tick := time.NewTicker(healthLook)
	defer tick.Stop()
	draining := s.draining
	told := healthpb.HealthCheckResponse_UNKNOWN
	for {
		if now := s.health(stream.Context()); now != told {
			told = now
			if err := stream.SendMsg(&healthpb.HealthCheckResponse{Status: now}); err != nil {
				return err
			}
		}
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case <-draining:
			draining = nil // told at once, and only once
		case <-tick.C:
		}
	}
}
