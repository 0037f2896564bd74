package cases

import "okno/internal/kit/web"

// Mount adds the pages and the operations of the API.
func (c *Cases) Mount(rt *web.Router) {}
