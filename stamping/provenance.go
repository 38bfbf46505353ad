package stamping

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// copyOfKey is the entry of the document information by which a file says that it is a copy, and of what.
const copyOfKey = "EdokitCopyOf"

// origin names the bytes of a file by their digest (RFC 6920, 7: the form for people), as sha256sum prints it.
func origin(b []byte) string { return fmt.Sprintf("nih:sha-256;%x", sha256.Sum256(b)) }

// declare says in the metadata of the copy what it is a copy of: in the document information always, in XMP if there is any.
func declare(pdf *model.Context, root types.Dict, of string) error {
	if err := declareInfo(pdf, of); err != nil {
		return err
	}
	sd, _, err := pdf.DereferenceStreamDict(root["Metadata"])
	if err != nil || sd == nil {
		return nil //nolint:nilerr // what is no metadata stays as it is
	}
	xmp, err := decoded(pdf, root["Metadata"], maxXMP)
	if err != nil {
		return nil //nolint:nilerr // the same
	}
	xmp, ok := derive(xmp, of)
	if !ok {
		return nil
	}
	own := &types.StreamDict{Dict: types.Dict{"Type": types.Name("Metadata"), "Subtype": types.Name("XML")}, Content: xmp}
	if err := own.Encode(); err != nil { // without a filter, so that programs that know no PDF find it
		return err
	}
	ref, err := pdf.IndRefForNewObject(*own)
	if err != nil {
		return err
	}
	root["Metadata"] = *ref
	return nil
}

func declareInfo(pdf *model.Context, of string) error {
	var info types.Dict
	if pdf.Info != nil {
		if d, err := pdf.DereferenceDict(*pdf.Info); err == nil {
			info = d
		}
	}
	if info == nil { // there is none, or something else
		info = types.Dict{}
		ref, err := pdf.IndRefForNewObject(info)
		if err != nil {
			return err
		}
		pdf.Info = ref
	}
	info[copyOfKey] = types.StringLiteral(of)
	return nil
}

// maxXMP is far above what producers write.
const maxXMP = 4 << 20

// derive adds the property that XMP has for this (XMP Media Management: DerivedFrom). It leaves alone what is not UTF-8 with
// the usual names, and what says already where it comes from.
func derive(xmp []byte, of string) ([]byte, bool) {
	const end = "</rdf:RDF>"
	at := bytes.LastIndex(xmp, []byte(end))
	if at < 0 || bytes.Contains(xmp, []byte("DerivedFrom")) {
		return nil, false
	}
	own := fmt.Sprintf(`<rdf:Description rdf:about=%s xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"`+
		` xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#"><xmpMM:DerivedFrom rdf:parseType="Resource">`+
		`<stRef:documentID>%s</stRef:documentID></xmpMM:DerivedFrom></rdf:Description>`, about(xmp), of)
	return bytes.Join([][]byte{xmp[:at], []byte(own), xmp[at:]}, nil), true
}

// about is the subject that all descriptions of a packet share, in its quotes; mostly it is empty.
func about(xmp []byte) string {
	_, rest, ok := bytes.Cut(xmp, []byte("rdf:about="))
	if ok && len(rest) > 0 && (rest[0] == '"' || rest[0] == '\'') {
		if end := bytes.IndexByte(rest[1:], rest[0]); end >= 0 {
			return string(rest[:end+2])
		}
	}
	return `""`
}
