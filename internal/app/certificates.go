package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	certs "okno/internal/identity/certificate"
)

// checkClientCert wants an address that asks for certificates, or a proxy that
// does, and all files that are named.
func (c *Config) checkClientCert() error {
	cc := c.ClientCert
	if cc.CA == "" {
		if cc.Listen != "" || cc.Header != "" || cc.CRL != "" {
			return errors.New("client_cert.ca must name the authorities whose certificates count")
		}
		return nil
	}
	if u, err := url.Parse(cc.URL); err != nil || u.Scheme != "https" || u.Host == "" {
		return errors.New("client_cert.url must begin with https://")
	}
	switch {
	case cc.Listen == "" && cc.Header == "":
		return errors.New("client_cert needs listen, or header and a proxy")
	case cc.Listen != "" && c.TLS.Cert == "":
		return errors.New("client_cert.listen needs tls.cert: certificates are asked for by TLS")
	case cc.Header != "" && len(c.Proxies) == 0:
		return errors.New("client_cert.header needs proxies: nobody else is believed")
	}
	if _, _, err := net.SplitHostPort(cc.Listen); cc.Listen != "" && err != nil {
		return fmt.Errorf("client_cert.listen must be host:port, not %q", cc.Listen)
	}
	_, err := cc.authority()
	return err
}

// authority reads the files.
func (cc ClientCert) authority() (*certs.Authority, error) {
	if cc.CA == "" {
		return nil, nil
	}
	ca, err := os.ReadFile(cc.CA)
	if err != nil {
		return nil, fmt.Errorf("client_cert.ca: %w", err)
	}
	var crl []byte
	if cc.CRL != "" {
		if crl, err = os.ReadFile(cc.CRL); err != nil {
			return nil, fmt.Errorf("client_cert.crl: %w", err)
		}
	}
	a, err := certs.NewAuthority(ca, crl)
	if err != nil {
		return nil, fmt.Errorf("client_cert: %w", err)
	}
	return a, nil
}

// buildCertificates opens the room of people's certificates.
func (h *House) buildCertificates() error {
	cc := h.Config.ClientCert
	authority, err := cc.authority()
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	proxies, err := h.Config.ProxyPrefixes()
	if err != nil {
		return err
	}
	h.certificates = certs.New(certs.Deps{
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Audit: h.audit, Clock: h.clock, Log: h.Log, Texts: h.texts,
		Notify: h.notify, Identity: h.identity,
		Config: certs.Config{Authority: authority, URL: cc.URL, BaseURL: h.Config.BaseURL, Header: cc.Header, Proxies: proxies},
	})
	return nil
}

// clientServer is the listener that asks browsers for a certificate; nil where
// there is none. What is wrong with a certificate is said on a page, so TLS lets
// every one through, and the room looks at it.
func (s *server) clientServer() (*http.Server, error) {
	c := s.house.Config
	if c.ClientCert.Listen == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(c.TLS.Cert, c.TLS.Key)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return &http.Server{
		Handler: s.house.certificates.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequestClientCert,
			ClientCAs: s.house.certificates.Config.Authority.Pool(), NextProtos: []string{"http/1.1"},
			SessionTicketsDisabled: true, // another visit may show another certificate
		},
	}, nil
}

// serveClients begins to listen where certificates are asked for.
func (s *server) serveClients(ctx context.Context, failed chan<- error) error {
	srv, err := s.clientServer()
	if err != nil || srv == nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.house.Config.ClientCert.Listen)
	if err != nil {
		return fmt.Errorf("client_cert.listen: %w", err)
	}
	s.clients = srv
	go func() { failed <- srv.ServeTLS(l, "", "") }()
	return nil
}
