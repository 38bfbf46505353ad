package mockoperator

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// getArchive gives the whole flow of a document as a ZIP file; receipts says whether those of reception are in it.
func (o *Operator) getArchive(x *exchange, operation string, p *node, receipts bool) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	r := o.document(s.org, p.str("documentId"))
	if r == nil {
		return nilResult(operation), nil
	}
	f := o.behaviour().Flow
	if f.Archive == AnswerFailed {
		return nil, refuse("DownloadDocumentFlowArchiveFailed", "documentId", "Архив не построен")
	}
	wait := false
	_ = o.look(func() error { wait = early(f.Archive, "archive "+r.ServiceID, o.flows.early); return nil })
	if wait {
		return nilResult(operation), nil
	}
	blob, err := o.archive(x, r, s.org, receipts, f)
	if err != nil {
		return nil, err
	}
	return result(operation, func(b *body) {
		b.file("m:Content", blob.Path, blob.Size)
		b.element("m:Name", "Документооборот "+baseName(r.Name)+".zip")
	}), nil
}

func baseName(file string) string { return strings.TrimSuffix(file, path.Ext(file)) }

// archive writes the ZIP: the main document and each of its chain in a folder of its own, in the order of their times.
func (o *Operator) archive(x *exchange, r *record, org int, receipts bool, f Flow) (*Blob, error) {
	if f.ArchiveBytes != "" {
		raw, err := os.ReadFile(f.ArchiveBytes)
		if err != nil {
			return nil, err
		}
		return o.keepBytes(raw)
	}
	form, err := o.render(x.ctx, r, "sheet")
	if err != nil {
		form = nil // an archive without the form is still an archive
	}
	v := o.viewFor(r, org)
	offers, services := o.chain(v)
	all := append(append([]view{v}, services...), offers...)
	for _, offer := range offers {
		_, answers := o.chain(offer)
		all = append(all, answers...)
	}
	blob, err := o.spool.keep(new(bytes.Buffer), func(w io.Writer) error {
		a := &archiver{w: zip.NewWriter(w), names: f.ArchiveNames}
		for _, d := range all {
			if d.ServiceID != r.ServiceID && !receipts && strings.HasSuffix(d.Type, "Receipt") {
				continue
			}
			if err := a.folder(d, o.signs(d.record)); err != nil {
				return err
			}
			if d.ServiceID == r.ServiceID && form != nil {
				if err := a.blob(a.dir+"Печатная форма.pdf", *form); err != nil {
					return err
				}
			}
		}
		return a.w.Close()
	})
	return &blob, err
}

// archiver writes the folders of an archive.
type archiver struct {
	w     *zip.Writer
	names string
	dir   string
	count int
}

// folder writes one document: its bytes and every signature, detached.
func (a *archiver) folder(v view, signs []Sign) error {
	a.count++
	a.dir = fmt.Sprintf("%02d %s %s/", a.count, caption(v.Type), v.ServiceID)
	if err := a.blob(a.dir+v.Name, v.Blob); err != nil {
		return err
	}
	for i, s := range signs {
		if err := a.file(fmt.Sprintf("%s%s.подпись-%d.sig", a.dir, v.Name, i+1), bytes.NewReader(s.Raw)); err != nil {
			return err
		}
	}
	return nil
}

func (a *archiver) blob(name string, content Blob) error {
	f, err := os.Open(content.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	return a.file(name, f)
}

func (a *archiver) file(name string, content io.Reader) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate}
	if a.names == NamesCP866 {
		h.Name, h.NonUTF8 = string(encode866(name)), true
	}
	w, err := a.w.CreateHeader(h)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, content)
	return err
}

// caption is what people call a type of documents.
func caption(documentType string) string {
	switch {
	case documentType == "Untyped":
		return "Документ"
	case isInvoice(documentType):
		return "Счёт-фактура"
	case isReply(documentType):
		return "Ответный титул"
	case isMain(documentType):
		return "Титул"
	}
	_, title := forms(documentType)
	return title
}

// encode866 writes Russian letters as DOS did; other characters that it lacks become question marks.
func encode866(text string) []byte {
	var out []byte
	for _, c := range text {
		switch {
		case c < 0x80:
			out = append(out, byte(c))
		case c >= 'А' && c <= 'п':
			out = append(out, byte(0x80+c-'А'))
		case c >= 'р' && c <= 'я':
			out = append(out, byte(0xE0+c-'р'))
		case c == 'Ё':
			out = append(out, 0xF0)
		case c == 'ё':
			out = append(out, 0xF1)
		case c == '№':
			out = append(out, 0xFC)
		default:
			out = append(out, '?')
		}
	}
	return out
}
