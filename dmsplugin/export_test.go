package dmsplugin

import (
	goplugin "github.com/hashicorp/go-plugin"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// Wire gives tests the bare services, to misuse them as a foreign host could.
func (c *Client) Wire() (dmspb.ExchangeClient, dmspb.DirectoryClient) { return c.exchange, c.directory }

// Drainer gives tests the service of the process itself.
func (c *Client) Drainer() dmspb.PluginClient { return c.plugin }

// Health gives tests the health service, as hosts reach it.
func (c *Client) Health() (healthpb.HealthClient, error) {
	p, err := c.process.Client()
	if err != nil {
		return nil, err
	}
	return healthpb.NewHealthClient(p.(*goplugin.GRPCClient).Conn), nil
}
