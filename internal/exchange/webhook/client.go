package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// patience is how long an endpoint may take to answer.
const patience = 15 * time.Second

// errPrivate: a name resolved to an address that nothing is sent to.
var errPrivate = errors.New("the address is not public")

// newClient speaks to public addresses only, unless private ones are allowed.
// The check is made on the very address that is connected to, so a name that
// changes its mind between two look-ups gains nothing.
func newClient(private bool) *http.Client {
	d := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !private && !public(at.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Timeout:       patience,
		Transport:     &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: 5 * time.Second, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends one message, signed with every secret that counts now, and gives
// the answer's status; 0 and a fault where none came.
func post(ctx context.Context, c *http.Client, address, id, payload string, at time.Time, secrets ...string) (int, error) {
	var signatures []string
	for _, s := range secrets {
		w, err := standard.NewWebhook(s)
		if err != nil {
			return 0, fmt.Errorf("secret: %w", err)
		}
		signature, err := w.Sign(id, at, []byte(payload))
		if err != nil {
			return 0, fmt.Errorf("sign: %w", err)
		}
		signatures = append(signatures, signature)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewBufferString(payload))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Okno-Webhooks/1")
	req.Header.Set(standard.HeaderWebhookID, id)
	req.Header.Set(standard.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standard.HeaderWebhookSignature, strings.Join(signatures, " "))
	answer, err := c.Do(req)
	if err != nil {
		return 0, plain(err)
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return answer.StatusCode, fmt.Errorf("answered %d", answer.StatusCode)
	}
	return answer.StatusCode, nil
}

// plain keeps addresses and names out of the log of tries.
func plain(err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer in time")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("connection refused")
	}
	return errors.New("no connection")
}
