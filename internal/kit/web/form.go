package web

import (
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// MaxForm is how much a form without files may send.
const MaxForm = 1 << 20

// Form reads a posted form of at most MaxForm bytes and gives its values.
// Text that is not valid UTF-8 or holds NUL is refused.
func Form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, MaxForm)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(MaxForm); err != nil {
			return nil, formError(err)
		}
	} else if err := r.ParseForm(); err != nil {
		return nil, formError(err)
	}
	return r.PostForm, checkText(r.PostForm)
}

// Files reads a posted form with files of at most limit bytes in all. What is
// beyond one megabyte waits in temporary files; call done when finished.
func Files(w http.ResponseWriter, r *http.Request, limit int64) (v url.Values, files map[string][]*multipart.FileHeader, done func(), err error) {
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	done = func() {}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		v, err = Form(w, r)
		return v, nil, done, err
	}
	if err := r.ParseMultipartForm(MaxForm); err != nil {
		if r.MultipartForm != nil {
			_ = r.MultipartForm.RemoveAll()
		}
		return nil, nil, done, formError(err)
	}
	done = func() { _ = r.MultipartForm.RemoveAll() }
	return r.PostForm, r.MultipartForm.File, done, checkText(r.PostForm)
}

func formError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || errors.Is(err, multipart.ErrMessageTooLarge) {
		return ErrTooLarge.Wrap(err)
	}
	return ErrBadForm.Wrap(err)
}

func checkText(v url.Values) error {
	for name, values := range v {
		for _, s := range append(values, name) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return ErrNotText
			}
		}
	}
	return nil
}

// Query is the value of a query parameter, "" where it is no clean text or
// longer than 500 bytes.
func Query(r *http.Request, name string) string {
	s := r.URL.Query().Get(name)
	if len(s) > 500 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}
