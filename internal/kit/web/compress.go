package web

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// minCompress is the size below which compressing saves no packet.
const minCompress = 1200

type gzipPool struct{ sync.Pool }

// gzips holds writers, whose tables are large. A pool has no state that a
// reader could see, which is why it may be a package variable.
var gzips = gzipPool{sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return z
}}}

func acceptsGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// writeBody sends the body, compressed if the browser takes it. The pages hold
// no long-lived secret, so that their compressed length tells nothing of one.
func writeBody(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(body) < minCompress || !acceptsGzip(r) {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z, ok := gzips.Get().(*gzip.Writer)
	if !ok {
		return
	}
	z.Reset(w)
	_, _ = z.Write(body)
	_ = z.Close()
	gzips.Put(z)
}
