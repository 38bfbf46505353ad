package local

import (
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/directory/kinds"
)

// Keeper makes what hands documents over to an external archive, deletes contents and checks the archive, over everything
// that the home keeps. Kinds that are nil, and then the retention, are the built-in ones, see package kinds.
func (h *Home) Keeper(c handover.Config) (*handover.Keeper, error) {
	c.Store, c.Archive = h.Store, h.Archive
	var err error
	if c.Kinds == nil {
		if c.Kinds, err = kinds.Default(); err != nil {
			return nil, err
		}
	}
	if c.Retention.Keep.IsZero() {
		if c.Retention, err = kinds.DefaultRetention(); err != nil {
			return nil, err
		}
	}
	return handover.New(c)
}
