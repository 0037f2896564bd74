package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Secrets are the names and passwords of the portal at each party. They follow
// from the seed, so that a kept demo finds them again: they protect nothing.
type Secrets struct {
	SMTPUser, SMTPPassword         string
	SMPPSystemID, SMPPPassword     string // the password has eight characters, as SMPP allows
	RegistryClient, RegistrySecret string
}

func secretsOf(seed uint64) Secrets {
	return Secrets{
		SMTPUser: "okno@mail.sandbox.test", SMTPPassword: secret(seed, "smtp", 24),
		SMPPSystemID: "okno", SMPPPassword: secret(seed, "smpp", 8),
		RegistryClient: "okno", RegistrySecret: secret(seed, "registry", 64),
	}
}

func secret(seed uint64, what string, length int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "okno sandbox %s %d", what, seed))
	return hex.EncodeToString(sum[:])[:length]
}

// certificate makes a certificate for this machine's own address, valid
// whatever clock a test has set.
func certificate() (*tls.Config, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("sandbox certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.sandbox.test"},
		DNSNames: []string{"localhost", "mail.sandbox.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, fmt.Errorf("sandbox certificate: %w", err)
	}
	cert := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, text, nil
}
