package mockoperator

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// TestOneOfManyEqualRegistrationsTakesEffect meets the decision itself: everybody registers the same subscribers in the same
// order, as fast as he can.
func TestOneOfManyEqualRegistrationsTakesEffect(t *testing.T) {
	t.Parallel()
	o, err := New(Config{Scenario: Scenario{People: People{DuplicateOrganisation: DuplicateFound}}})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	const subscribers, people = 500, 8
	var wg sync.WaitGroup
	var numbers [people][subscribers]int
	start := make(chan struct{})
	for k := range numbers {
		wg.Go(func() {
			<-start
			for i := range numbers[k] {
				a := applicant{org: Organisation{Name: "Новый", INN: strconv.Itoa(1000000000 + i), Status: NonActive}}
				n, _, err := o.enrol(&exchange{seen: &Exchange{}}, "CreateNonActiveSubscriber", a, "request.Inn", nil)
				if err != nil {
					t.Error(err)
				}
				numbers[k][i] = n
			}
		})
	}
	close(start)
	wg.Wait()
	for k := range numbers {
		if numbers[k] != numbers[0] {
			t.Errorf("person %d was given other numbers than person 0", k)
		}
	}
	if n := len(o.Registrations()); n != subscribers {
		t.Errorf("%d registrations of %d subscribers", n, subscribers)
	}
}

// FuzzCertificate: certificates come from strangers, before any login.
func FuzzCertificate(f *testing.F) {
	files, err := filepath.Glob("../../edo/cms/testdata/gost/*.cer")
	if err != nil || len(files) == 0 {
		f.Fatalf("no certificates: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		cert, err := x509.ParseCertificate(raw)
		if err != nil {
			return
		}
		if s := subjectOf(cert); s.kind() == "" {
			t.Errorf("%+v has no kind", s)
		}
	})
}
