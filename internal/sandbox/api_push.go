package sandbox

import "net/http"

// apiPush lists the messages of a subscription, opened: the sandbox plays the
// browser that they are for, too.
func (s *Sandbox) apiPush(w http.ResponseWriter, r *http.Request) {
	answer(w, s.push.Messages(r.URL.Query().Get("endpoint")))
}

// apiSubscribe gives what a browser's PushManager would.
func (s *Sandbox) apiSubscribe(w http.ResponseWriter, _ *http.Request) {
	one, err := s.push.Subscribe(s.URL())
	if err != nil {
		problem(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	answer(w, one)
}

// apiUnsubscribe makes the service answer that the device is gone.
func (s *Sandbox) apiUnsubscribe(w http.ResponseWriter, r *http.Request) {
	s.push.Unsubscribe(r.URL.Query().Get("endpoint"))
	w.WriteHeader(http.StatusNoContent)
}
