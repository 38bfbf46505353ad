package foreign_test

import (
	"bufio"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
)

const driver = "../../edo/operators/synerdocs"

// unwired are the operations of the contract that the driver has no words for.
func unwired() []string {
	return []string{
		"AuthenticateWithCertificate2", "CanSendInvoice", "CheckCertificates", "CheckQualifiedCertificate", "GenerateAmendmentRequest",
		"GenerateDeliveryConfirmation", "GenerateInvoiceAmendmentRequest", "GenerateInvoiceReceipt", "GetBoxCertificates",
		"GetCertificateSubjectInfo", "GetDepartmentEmployees", "GetDocumentExecutedFunction", "GetEnhancedSign", "GetMessage",
		"GetOrganizationStructureElementChildren", "GetSubjectInfo", "OrganizationStructureHasSingleElement",
	}
}

// TestDriver: the driver's whole suite holds when each of its calls is decoded and each answer encoded by a SOAP stack that
// knows the description alone, and that covers every operation that the driver has.
func TestDriver(t *testing.T) {
	t.Parallel()
	address := serve(t)
	suite := filepath.Join(t.TempDir(), "suite.exe") // Windows starts nothing else
	if out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", suite, driver).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// An answer that is compressed without being asked for is the server's to unpack here.
	cmd := exec.CommandContext(t.Context(), suite, "-test.v", "-test.timeout=10m", "-test.skip=^TestInDoubt$/^gzip_unasked$")
	cmd.Dir = driver
	cmd.Env = append(os.Environ(), "EDOKIT_OPERATOR_BEHIND="+address, "EDOKIT_XSD_DIR=") // what it writes was validated without us
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, remarks(string(out)))
	}
	if diff := cmp.Diff(unwired(), missing(t, address)); diff != "" {
		t.Errorf("operations that never came to the server (-expected +so it was)\n%s", diff)
	}
}

// remarks are the lines of a verbose run that do not say that all is well.
func remarks(out string) string {
	var kept strings.Builder
	for line := range strings.Lines(out) {
		if word := strings.TrimSpace(line); !strings.HasPrefix(word, "=== ") && !strings.HasPrefix(word, "--- PASS") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// missing are the operations of the contract that the server has not seen.
func missing(t *testing.T, address string) []string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/seen", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	seen := map[string]int{}
	if err := json.NewDecoder(answer.Body).Decode(&seen); err != nil {
		t.Fatal(err)
	}
	tables, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(tables.Operations)), func(name string) bool { return seen[name] > 0 })
}

// serve starts the server and gives its address; it ends with its standard input.
func serve(t *testing.T) string {
	t.Helper()
	program, wsdl := node(t), filepath.Join(t.TempDir(), "service.wsdl")
	text, err := contract.WSDL("http://127.0.0.1/exchangeservice.svc")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(wsdl, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "server.mjs", wsdl)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = stdin.Close(), cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
