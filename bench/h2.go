package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// secureStreams is the memory of open pages over HTTP/2 with TLS 1.3, each on a
// connection of its own as browsers hold them. The portal runs anew for it.
func (b *bench) secureStreams(ctx context.Context) error {
	if err := b.portal.stop(); err != nil {
		return err
	}
	cert, key := filepath.Join(b.dir, "tls.pem"), filepath.Join(b.dir, "tls-key.pem")
	if err := writeCertificate(cert, key); err != nil {
		return err
	}
	if err := b.serve(ctx, "OKNO_TLS_CERT="+cert, "OKNO_TLS_KEY="+key); err != nil {
		return err
	}
	each, err := b.weigh(ctx, "streams over h2")
	if err != nil {
		return err
	}
	b.report.add(b.engine, "10,000 live streams, HTTP/2 with TLS 1.3", fmt.Sprintf("%.1f KB each", each), "reported", true)
	if err := b.portal.stop(); err != nil {
		return err
	}
	return b.serve(ctx)
}

// serve starts the portal with more settings.
func (b *bench) serve(ctx context.Context, more ...string) error {
	b.portal = &process{addr: freeAddr(), admin: freeAddr()}
	env := append(slices.Clone(b.env), "OKNO_LISTEN="+b.portal.addr, "OKNO_ADMIN_LISTEN="+b.portal.admin)
	return start(ctx, b.portal, "http://"+b.portal.admin+"/readyz", append(env, more...), b.okno, "serve")
}

func writeCertificate(certFile, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
}

// holdSecure opens a stream on each of so many connections of HTTP/2, waits for
// the first bytes of each, and keeps them.
func (g *generator) holdSecure() (figures, error) {
	conns := make([]net.Conn, g.Conns)
	for i := range conns {
		c, err := openSecure(g.Addr, g.Path, g.Cookies[i%len(g.Cookies)])
		if err != nil {
			return figures{}, fmt.Errorf("stream %d: %w", i, err)
		}
		conns[i] = c
	}
	if err := os.WriteFile(g.Out+".open", nil, 0o600); err != nil {
		return figures{}, err
	}
	time.Sleep(g.Length)
	for _, c := range conns {
		_ = c.Close()
	}
	return figures{Done: len(conns), All: len(conns), Seconds: g.Length.Seconds()}, nil
}

// openSecure says no more than a stream needs: preface, settings, one request.
func openSecure(addr, path, cookie string) (net.Conn, error) {
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: 20 * time.Second}, "tcp", addr,
		&tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}, ServerName: "localhost"}) //nolint:gosec // the bench made the certificate itself
	if err != nil {
		return nil, err
	}
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, http2.ClientPreface); err != nil {
		return nil, err
	}
	f := http2.NewFramer(c, c)
	if err := f.WriteSettings(); err != nil {
		return nil, err
	}
	var head bytes.Buffer
	enc := hpack.NewEncoder(&head)
	for _, h := range [][2]string{
		{":method", "GET"},
		{":scheme", "https"},
		{":authority", "localhost"},
		{":path", path},
		{"user-agent", "Mozilla/5.0 (bench)"},
		{"accept", "text/event-stream"},
		{"accept-language", "ru"},
		{"cookie", cookie},
	} {
		_ = enc.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]})
	}
	if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head.Bytes(), EndStream: true, EndHeaders: true}); err != nil {
		return nil, err
	}
	return c, awaitData(f)
}

// awaitData reads until the stream's first bytes.
func awaitData(f *http2.Framer) error {
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return err
		}
		switch fr := frame.(type) {
		case *http2.SettingsFrame:
			if !fr.IsAck() {
				err = f.WriteSettingsAck()
			}
		case *http2.DataFrame:
			if len(fr.Data()) > 0 {
				return nil
			}
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			err = fmt.Errorf("the stream was refused: %v", frame)
		}
		if err != nil {
			return err
		}
	}
}
