package dmsplugin

import "github.com/edokit/edokit/dmsplugin/internal/dmspb"

// Wire gives tests the bare services, to misuse them as a foreign host could.
func (c *Client) Wire() (dmspb.ExchangeClient, dmspb.DirectoryClient) { return c.exchange, c.directory }
