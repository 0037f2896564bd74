// Package web is the edge of the portal: routes with their permission, pages in
// the common frame, one place where an error becomes a page or a problem,
// security headers, limits on what comes in, the store of anonymous pages, and
// the JSON API's surface. It knows no room; sessions and rights come as [Guard]s.
package web
