package stamping

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	packetHead = "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>" +
		"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='uuid:7' "
	packetTail  = "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
	pdfaPart3   = packetHead + "xmlns:pdfaid='http://www.aiim.org/pdfa/ns/id/'><pdfaid:part>3</pdfaid:part></rdf:Description>" + packetTail
	derivedOnce = packetHead + "xmlns:xmpMM='http://ns.adobe.com/xap/1.0/mm/'><xmpMM:DerivedFrom/></rdf:Description>" + packetTail
)

// invoice is a PDF/A-3 whose XML is listed as said, with a page that has a file of its own.
func invoice(names, xmp string) []byte {
	return objects(
		"<</Type/Catalog/Pages 2 0 R/AF[5 0 R]/Metadata 7 0 R"+names+">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/Resources<<>>/Contents 4 0 R/AF 8 0 R"+a4+">>",
		stream("", "0 0 9 9 re f"),
		"<</Type/Filespec/F(invoice.xml)/UF(invoice.xml)/AFRelationship/Source/EF<</F 6 0 R/UF 6 0 R>>>>",
		stream("/Type/EmbeddedFile/Subtype/text#2Fxml", "<Invoice/>"),
		stream("/Type/Metadata/Subtype/XML", xmp),
		"[<</Type/Filespec/F(page.xml)/UF(page.xml)/EF<</F 6 0 R>>>>]",
	)
}

// copied reads a copy back.
func copied(t *testing.T, in []byte) (*model.Context, types.Dict) {
	t.Helper()
	out, _ := mustStamp(t, in, nil)
	opts, err := withLimits(nil)
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := parse(t.Context(), out, opts)
	if err != nil {
		t.Fatal(err)
	}
	root, err := pdf.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	return pdf, root
}

// TestAssociatedFiles: what a reader finds by AF and by name is what was there, wherever it is listed.
func TestAssociatedFiles(t *testing.T) {
	t.Parallel()
	for name, names := range map[string]string{
		"listed by name": "/Names<</EmbeddedFiles<</Names[(invoice.xml) 5 0 R]>>>>", "by AF alone": "",
		"beside data of another program": "/PieceInfo<</Other<</LastModified(D:2026)/Private 1>>>>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf, root := copied(t, invoice(names, pdfaPart3))
			pages, err := listPages(pdf, 1)
			if err != nil {
				t.Fatal(err)
			}
			for at, list := range map[string]types.Object{"document": root["AF"], "page": pages[0].dict["AF"]} {
				if got := attached(t, pdf, list); got != "<Invoice/>" {
					t.Errorf("%s: the file is %q", at, got)
				}
			}
			if strings.Contains(names, "Embedded") {
				out, _ := mustStamp(t, invoice(names, pdfaPart3), nil)
				if list := string(tool(t, out, "pdfdetach", "-list", "FILE")); !strings.Contains(list, "1: invoice.xml") {
					t.Errorf("poppler lists %s", list)
				}
			}
			if pieces, err := pdf.DereferenceDict(root["PieceInfo"]); err != nil || strings.Contains(names, "Other") != (pieces["Other"] != nil) {
				t.Errorf("pieces %v, %v", pieces, err)
			}
		})
	}
}

// attached is the content of the first file of an AF list.
func attached(t *testing.T, pdf *model.Context, af types.Object) string {
	t.Helper()
	list, err := pdf.DereferenceArray(af)
	if err != nil || len(list) != 1 {
		t.Fatalf("AF is %v, %v", af, err)
	}
	spec, err1 := pdf.DereferenceDict(list[0])
	files, err2 := pdf.DereferenceDict(spec["EF"])
	content, err3 := decoded(pdf, files["F"], 100)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestWhatTheCopySays: the copy names the original by the digest of its bytes, in both places where metadata is.
func TestWhatTheCopySays(t *testing.T) {
	t.Parallel()
	const said = "<xmpMM:DerivedFrom rdf:parseType=\"Resource\"><stRef:documentID>nih:sha-256;%x</stRef:documentID>"
	for name, tc := range map[string]struct {
		in      []byte
		derived int // how often XMP names its source
	}{
		"no metadata": {onePage(a4, hello), -1}, "PDF/A-3": {invoice("", pdfaPart3), 1}, "no XMP at all": {invoice("", "x"), 0},
		"derived before":         {invoice("", derivedOnce), 0},
		"information of its own": {replace(replace(onePage(a4, hello), "/Root", "/Info 5 0 R/Root"), "/Type/Font", "/Title(T)/Type/Font"), -1},
		"information of nothing": {replace(onePage(a4, hello), "/Root", "/Info 99 0 R/Root"), -1},
		"version 2.0":            {replace(invoice("", pdfaPart3), "1.4", "2.0"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf, root := copied(t, tc.in)
			info, err := pdf.DereferenceDict(*pdf.Info)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(tc.in)
			if got := info[copyOfKey]; got != types.StringLiteral("nih:sha-256;"+hex.EncodeToString(sum[:])) {
				t.Errorf("the document information says %v", got)
			}
			if tc.derived < 0 {
				return
			}
			xmp, err := decoded(pdf, root["Metadata"], maxXMP)
			if err != nil || strings.Count(string(xmp), fmt.Sprintf(said, sum)) != tc.derived {
				t.Errorf("XMP, %v:\n%s", err, xmp)
			}
			for d := xml.NewDecoder(strings.NewReader(string(xmp))); tc.derived > 0; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if tc.derived > 0 && strings.Count(string(xmp), "uuid:7") != 2 {
				t.Errorf("the descriptions are about different things:\n%s", xmp)
			}
		})
	}
}

// signed has a signature with all that belongs to one, and shows it.
func signed() []byte {
	return objects(
		"<</Type/Catalog/Pages 2 0 R/Perms<</DocMDP 4 0 R>>/DSS<</Certs[7 0 R]>>/AcroForm<</SigFlags 3/Fields[5 0 R]>>>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R"+a4+"/Resources<<>>/Annots[5 0 R]>>",
		"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 1 2 3]/Contents<00>>>",
		"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 4 0 R/Rect[100 400 200 450]/F 4/P 3 0 R/AP<</N 6 0 R>>>>",
		stream("/Type/XObject/Subtype/Form/BBox[0 0 100 50]", "0 0 1 rg 0 0 100 50 re f"),
		stream("", "certificate"),
	)
}

// TestNoSignatureIsKept: no program takes the copy for signed, and what the signature looked like is still on the page.
func TestNoSignatureIsKept(t *testing.T) {
	t.Parallel()
	in := signed()
	out, r := mustStamp(t, in, nil)
	if !r.HadSignatures {
		t.Error("the signature is not reported")
	}
	if said := string(tool(t, out, "pdfsig", "-nocert", "FILE")); strings.Contains(said, "Signature Validation") || strings.Contains(said, "Signature Type") {
		t.Errorf("poppler sees\n%s", said)
	}
	pdf, root := copied(t, in)
	if left := inspect(pdf); len(left.signatures) > 0 || len(left.fields) > 0 || root["Perms"] != nil || root["DSS"] != nil {
		t.Errorf("left are %v, %v in %v", left.signatures, left.fields, root)
	}
	form, err := pdf.DereferenceDict(root["AcroForm"])
	if err != nil || form["SigFlags"] != nil || form["Fields"] == nil {
		t.Errorf("form %v, %v", form, err)
	}
	before, after := render(t, in, 1), render(t, out, 1)
	if diff := cmp.Diff(before.rgb[:3*before.w*(before.h-70)], after.rgb[:3*before.w*(before.h-70)]); diff != "" {
		t.Error("the page changed above the mark")
	}
	if at := 3 * (before.w*(842-425) + 150); before.rgb[at+2] != 255 || before.rgb[at] != 0 {
		t.Error("the sample does not show its signature") // or this test shows nothing
	}
}
