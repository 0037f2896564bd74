package catalog

import (
	"net/http"
	"okno/internal/kit/web"
)

func (c *Catalog) stored(h web.Handler) web.Handler                         { return h }
func (c *Catalog) homePage(w http.ResponseWriter, r *http.Request) error    { return nil }
func (c *Catalog) listPage(w http.ResponseWriter, r *http.Request) error    { return nil }
func (c *Catalog) suggest(w http.ResponseWriter, r *http.Request) error     { return nil }
func (c *Catalog) servicePage(w http.ResponseWriter, r *http.Request) error { return nil }
func (c *Catalog) mountAPI(a *web.API)                                      {}
