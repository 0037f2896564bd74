package certificate

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// longestCertificate bounds what is taken for a certificate.
const longestCertificate = 16 << 10

// Authority is who issues certificates that count.
type Authority struct {
	roots []*x509.Certificate
	pool  *x509.CertPool
	lists []*x509.RevocationList
}

// NewAuthority reads the certificates of authorities (PEM) and, if given, lists of
// revoked ones (PEM or DER), each signed by one of the authorities.
func NewAuthority(caPEM, crl []byte) (*Authority, error) {
	a := &Authority{pool: x509.NewCertPool()}
	for rest := caPEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || !c.IsCA {
			return nil, errors.New("the file of authorities holds what is no authority's certificate")
		}
		a.roots = append(a.roots, c)
		a.pool.AddCert(c)
	}
	if len(a.roots) == 0 {
		return nil, errors.New("the file of authorities holds no certificate")
	}
	if err := a.revoked(crl); err != nil {
		return nil, err
	}
	return a, nil
}

// revoked reads the lists; one that nobody of the authorities has signed is an error.
func (a *Authority) revoked(raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	ders := [][]byte{}
	for rest := raw; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		ders = append(ders, block.Bytes)
	}
	if len(ders) == 0 {
		ders = append(ders, raw)
	}
	for _, der := range ders {
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			return errors.New("the list of revoked certificates is damaged")
		}
		if a.signer(list) == nil {
			return errors.New("the list of revoked certificates is not signed by an authority")
		}
		a.lists = append(a.lists, list)
	}
	return nil
}

func (a *Authority) signer(list *x509.RevocationList) *x509.Certificate {
	for _, c := range a.roots {
		if bytes.Equal(c.RawSubject, list.RawIssuer) && list.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}

// Pool is what a browser is asked to choose from.
func (a *Authority) Pool() *x509.CertPool { return a.pool }

// Check reports whether a certificate counts now: chain, time, use for clients
// (RFC 5280 §4.2.1.3, §4.2.1.12), revocation. A list that is out of date lets
// nobody in. Errors: ErrExpired, ErrIssuer, ErrUsage, ErrRevoked, ErrListOld.
func (a *Authority) Check(c *x509.Certificate, between []*x509.Certificate, now time.Time) error {
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return ErrExpired
	}
	if c.IsCA || c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return ErrUsage
	}
	pool := x509.NewCertPool()
	for _, b := range between {
		pool.AddCert(b)
	}
	// Whatever it may be used for: what is not for clients is told apart below.
	chains, err := c.Verify(x509.VerifyOptions{Roots: a.pool, Intermediates: pool, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return ErrIssuer.Wrap(err)
	}
	if _, err := c.Verify(x509.VerifyOptions{Roots: a.pool, Intermediates: pool, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return ErrUsage.Wrap(err)
	}
	for _, one := range chains[0] {
		if err := a.listed(one, now); err != nil {
			return err
		}
	}
	return nil
}

func (a *Authority) listed(c *x509.Certificate, now time.Time) error {
	for _, list := range a.lists {
		if !bytes.Equal(list.RawIssuer, c.RawIssuer) {
			continue
		}
		if !list.NextUpdate.IsZero() && now.After(list.NextUpdate) {
			return ErrListOld
		}
		for _, gone := range list.RevokedCertificateEntries {
			if gone.SerialNumber.Cmp(c.SerialNumber) == 0 {
				return ErrRevoked
			}
		}
	}
	return nil
}

// surname and givenName are what holders of qualified certificates are called by
// (Order 795 of the FSB): X.520 2.5.4.4 and 2.5.4.42.
func surname() asn1.ObjectIdentifier   { return asn1.ObjectIdentifier{2, 5, 4, 4} }
func givenName() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 4, 42} }

// nameOf is what people know a holder or an issuer by: the names, or else the
// common name, with the organisation. A name without any of them is as it stands
// in the certificate.
func nameOf(n pkix.Name) string {
	name := strings.TrimSpace(part(n, surname()) + " " + part(n, givenName()))
	if name == "" {
		name = n.CommonName
	}
	if len(n.Organization) > 0 && n.Organization[0] != name {
		name = strings.TrimPrefix(name+", "+n.Organization[0], ", ")
	}
	if name == "" {
		return n.String()
	}
	return name
}

func part(n pkix.Name, kind asn1.ObjectIdentifier) string {
	for _, p := range n.Names {
		if text, ok := p.Value.(string); ok && p.Type.Equal(kind) {
			return text
		}
	}
	return ""
}

// Facts are what is kept of a certificate and shown to its owner.
type Facts struct {
	Subject     string    `json:"subject"`
	Issuer      string    `json:"issuer"`
	Serial      string    `json:"serial"`
	Ends        time.Time `json:"ends"`
	Fingerprint string    `json:"fingerprint"`
}

func factsOf(c *x509.Certificate) Facts {
	sum := sha256.Sum256(c.Raw)
	return Facts{
		Subject: cut(nameOf(c.Subject)), Issuer: cut(nameOf(c.Issuer)), Serial: fmt.Sprintf("%X", c.SerialNumber), Ends: c.NotAfter.UTC(),
		Fingerprint: base64.RawURLEncoding.EncodeToString(sum[:]),
	}
}

func cut(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}

// ParseHeader reads what a trusted proxy tells of the client's certificate: a byte
// sequence (RFC 9440 §2.1) or PEM with percent signs, as common proxies write it.
func ParseHeader(s string) (*x509.Certificate, error) {
	if len(s) > 2*longestCertificate {
		return nil, errHeader
	}
	var der []byte
	if rest, ok := strings.CutPrefix(s, ":"); ok {
		inner, closed := strings.CutSuffix(rest, ":")
		raw, err := base64.StdEncoding.DecodeString(inner)
		if !closed || err != nil {
			return nil, errHeader
		}
		der = raw
	} else {
		text, err := url.PathUnescape(s)
		if err != nil {
			return nil, errHeader
		}
		block, rest := pem.Decode([]byte(text))
		if block == nil || block.Type != "CERTIFICATE" || strings.TrimSpace(string(rest)) != "" {
			return nil, errHeader
		}
		der = block.Bytes
	}
	if len(der) > longestCertificate {
		return nil, errHeader
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errHeader
	}
	return c, nil
}

var errHeader = errors.New("the header holds no certificate")
