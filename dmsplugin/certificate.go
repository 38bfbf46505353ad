package dmsplugin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"time"

	"github.com/edokit/edokit/edo"
)

// serverTLS answers the host's one-time certificate with one of our own: only the process that started us can connect.
// The key is P-256 because some gRPC stacks do not accept the P-521 that go-plugin itself would take. field is what the
// handshake line carries: the certificate in base64 without padding.
func serverTLS(hostPEM string, now time.Time) (conf *tls.Config, field string, err error) {
	hosts := x509.NewCertPool()
	if !hosts.AppendCertsFromPEM([]byte(hostPEM)) {
		return nil, "", &edo.Error{
			Kind: edo.Invalid, Op: "dmsplugin.Serve", Field: envHostCert, Message: "is not a certificate in PEM",
			Remedy: "start the plugin with mutual TLS (AutoMTLS in go-plugin)",
		}
	}
	der, key, err := selfSigned(now)
	if err != nil {
		return nil, "", err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    hosts,
		MinVersion:   tls.VersionTLS12,
		ServerName:   "localhost",
	}, base64.RawStdEncoding.EncodeToString(der), nil
}

func selfSigned(now time.Time) ([]byte, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		Subject:      pkix.Name{CommonName: "localhost", Organization: []string{"edokit"}},
		DNSNames:     []string{"localhost"},
		SerialNumber: serial,
		NotBefore:    now.Add(-time.Hour),                // the host's clock is the same, but may be set back
		NotAfter:     now.Add(10 * 365 * 24 * time.Hour), // of one process; nothing renews it
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return der, key, err
}
