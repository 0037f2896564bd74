package identity

import "okno/internal/kit/web"

// Mount adds the pages and the operations of the API.
func (i *Identity) Mount(rt *web.Router) {}
