package identity

import (
	"errors"
	"net/http"

	"okno/internal/kit/web"
)

// mountAccess adds the page behind a one-time link that staff gave. Reading it
// does nothing; its form does.
func (i *Identity) mountAccess(rt *web.Router) {
	rt.Handle("GET /access/{token}", web.Public, i.showAccess)
	rt.Handle("POST /access/{token}", web.Public, i.postAccess)
}

func (i *Identity) showAccess(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := i.accessOf(r.Context(), r.PathValue("token")); err != nil {
		return i.linkFailed(w, r, err)
	}
	return renderPassword(w, r, i.passwordView(r, "/access/"+r.PathValue("token")), http.StatusOK)
}

func (i *Identity) postAccess(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	err = i.takeAccess(r.Context(), r.PathValue("token"), form.Get("password"))
	if errors.Is(err, ErrLinkOver) {
		return i.linkFailed(w, r, err)
	}
	if err != nil {
		return i.passwordFailed(w, r, i.passwordView(r, "/access/"+r.PathValue("token")), err)
	}
	return web.Redirect(w, r, withTo("/login", checkPath, "recovered", "1"))
}
