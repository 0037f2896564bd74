package cases

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/web"
)

// maxMessage is how much one message with its files may weigh, in bytes.
const maxMessage = messageFiles*answerFileMax + 1<<20

func (c *Cases) mountMessages(rt *web.Router) {
	citizen, staff := identity.Citizen(), identity.Staff(identity.Officer, identity.Head)
	rt.Handle("GET "+citizenBase+"{number}/messages", citizen, func(w http.ResponseWriter, r *http.Request) error {
		v, err := c.myPage(r)
		if err != nil {
			return err
		}
		return web.Fragment(w, r, messageList(v))
	})
	rt.Handle("GET "+deskBase+"{number}/messages", staff, func(w http.ResponseWriter, r *http.Request) error {
		v, err := c.theirCard(r)
		if err != nil {
			return err
		}
		return web.Fragment(w, r, messageList(v))
	})
	rt.Handle("POST "+citizenBase+"{number}/message", citizen, c.postMessage(citizenBase, c.Write, func(r *http.Request, err error, posted map[string][]string) (web.Page, error) {
		v, cerr := c.myPage(r)
		if cerr != nil {
			return web.Page{}, cerr
		}
		v.blameMessage(err, posted)
		return v.page(http.StatusUnprocessableEntity), nil
	}))
	rt.Handle("POST "+deskBase+"{number}/message", staff, c.postMessage(deskBase, c.WriteBack, func(r *http.Request, err error, posted map[string][]string) (web.Page, error) {
		v, cerr := c.theirCard(r)
		if cerr != nil {
			return web.Page{}, cerr
		}
		v.blameMessage(err, posted)
		return v.deskPage(http.StatusUnprocessableEntity), nil
	}))
}

// postMessage sends a message and leads to the conversation; again shows the card
// with what is wrong.
func (c *Cases) postMessage(base string, send func(context.Context, Deal, Written) error, again func(*http.Request, error, map[string][]string) (web.Page, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		values, posted, done, err := web.Files(w, r, maxMessage)
		if err != nil {
			return err
		}
		defer done()
		files, closeAll, err := attachedFiles(posted[messageFilesBox])
		defer closeAll()
		if err != nil {
			return err
		}
		err = send(r.Context(), dealOf(r, values), Written{Text: values.Get(messageBox), Files: files})
		if errors.Is(err, ErrFields) {
			page, perr := again(r, err, values)
			if perr != nil {
				return perr
			}
			return web.Render(w, r, page)
		}
		if err != nil {
			return err
		}
		return web.Redirect(w, r, base+r.PathValue("number")+"#messages")
	}
}

// attachedFiles opens posted files; a box without a file sends an empty one.
func attachedFiles(headers []*multipart.FileHeader) (files []upload.File, closeAll func(), err error) {
	var open []io.Closer
	closeAll = func() {
		for _, f := range open {
			_ = f.Close()
		}
	}
	for _, h := range headers {
		if h.Filename == "" && h.Size == 0 {
			continue
		}
		f, err := h.Open()
		if err != nil {
			return nil, closeAll, err
		}
		open = append(open, f)
		files = append(files, upload.File{Name: h.Filename, Size: h.Size, Body: f})
	}
	return files, closeAll, nil
}
