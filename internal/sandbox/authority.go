package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"okno/internal/kit/clock"
)

// authority issues certificates to made-up people, to sign in with. It is kept in
// the sandbox's folder, so that a kept demo goes on working.
type authority struct {
	clock clock.Clock
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	der   []byte
}

const authorityFile = "people-authority.pem"

func openAuthority(dir string, clk clock.Clock) (*authority, error) {
	a := &authority{clock: clk}
	if dir == "" {
		return a, a.make()
	}
	path := filepath.Join(dir, authorityFile)
	raw, err := os.ReadFile(path)
	if err == nil {
		return a, a.read(raw)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("sandbox authority: %w", err)
	}
	if err := a.make(); err != nil {
		return nil, err
	}
	key, err := x509.MarshalECPrivateKey(a.key)
	if err != nil {
		return nil, err
	}
	raw = append(a.pem(), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: key})...)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return nil, fmt.Errorf("sandbox authority: %w", err)
	}
	return a, nil
}

func (a *authority) read(raw []byte) error {
	cert, rest := pem.Decode(raw)
	key, _ := pem.Decode(rest)
	if cert == nil || key == nil {
		return errors.New("sandbox authority: " + authorityFile + " is damaged")
	}
	var err, kerr error
	a.der = cert.Bytes
	a.cert, err = x509.ParseCertificate(cert.Bytes)
	a.key, kerr = x509.ParseECPrivateKey(key.Bytes)
	return errors.Join(err, kerr)
}

func (a *authority) make() error {
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	now := a.clock.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Okno sandbox authority for people"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if a.der, err = x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key); err != nil {
		return err
	}
	a.cert, err = x509.ParseCertificate(a.der)
	return err
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.der})
}

// issue makes a certificate for a year, with its key.
func (a *authority) issue(name string) (cert, key []byte, err error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	now := a.clock.Now()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, a.cert, k.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), nil
}

// PeopleAuthority is the certificate (PEM) of who issues certificates to people.
func (s *Sandbox) PeopleAuthority() []byte { return s.authority.pem() }

// longestName bounds whom a certificate is issued to.
const longestName = 64

// apiCertificate issues a certificate to whoever asks: it is a sandbox.
func (s *Sandbox) apiCertificate(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if len(name) > longestName {
		problem(w, http.StatusBadRequest, "the name is too long")
		return
	}
	cert, key, err := s.authority.issue(name)
	if err != nil {
		problem(w, http.StatusInternalServerError, "no certificate could be made")
		return
	}
	answer(w, map[string]string{"cert": string(cert), "key": string(key), "authority": string(s.authority.pem())})
}
