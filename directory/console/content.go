package console

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"

	"github.com/edokit/edokit/edo"
)

// contentOf is what an address of a document names.
func contentOf(r *http.Request) (edo.Key, edo.DocumentID, edo.Role) {
	q := r.URL.Query()
	return keyOf(r), edo.DocumentID(q.Get("d")), edo.Role(q.Get("role"))
}

// content gives one version of a document, through the gateway, which writes the reading. With "show" a PDF opens in the
// browser; everything else is only ever saved.
func (k *Console) content(f *frame, w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet { // a HEAD would be a reading of nothing
		return &edo.Error{Kind: edo.Invalid, Message: "only GET gives content"}
	}
	key, id, role := contentOf(r)
	c, v, err := k.Desk.Content(r.Context(), f.By(), key, id, role)
	if err != nil {
		return err
	}
	body, err := c.Open(r.Context())
	if err != nil {
		return err
	}
	defer body.Close()
	head := make([]byte, 5)
	n, err := io.ReadFull(body, head)
	if err != nil && n == 0 {
		return err
	}
	head = head[:n]
	name := v.Name
	if name == "" {
		name = string(id)
	}
	if r.URL.Query().Get("show") != "" && bytes.Equal(head, []byte("%PDF-")) {
		show(w, name, v.Size)
	} else {
		download(w, name, "application/octet-stream", v.Size)
	}
	k.pour(w, io.MultiReader(bytes.NewReader(head), body), r)
	return nil
}

// pour sends a stream as long as the browser takes it. What breaks off is cut off: the length says that something is missing.
func (k *Console) pour(w http.ResponseWriter, from io.Reader, r *http.Request) {
	control := http.NewResponseController(w)
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			_ = control.SetWriteDeadline(k.Now().Add(patience)) // a writer without deadlines needs none
			if _, failed := w.Write(buffer[:n]); failed != nil {
				return
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			k.Logger.ErrorContext(r.Context(), "console: content breaks off", "error", err)
			panic(http.ErrAbortHandler)
		}
	}
}

// download says that a body is to be saved under a name, and is nothing that a browser should run.
func download(w http.ResponseWriter, name, kind string, size int64) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition("attachment", name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Accept-Ranges", "none")
	if size > 0 {
		h.Set("Content-Length", strconv.FormatInt(size, 10))
	}
}

// show lets a page of ours hold a PDF in a frame; nobody else may.
func show(w http.ResponseWriter, name string, size int64) {
	download(w, name, "application/pdf", size)
	h := w.Header()
	h.Set("Content-Disposition", disposition("inline", name))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'")
	h.Set("X-Frame-Options", "SAMEORIGIN")
}

// disposition names a file in both forms: plain letters for old programs, and all of them (RFC 6266, RFC 8187).
func disposition(how, name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || strings.ContainsRune(`/\`, r) {
			return '_'
		}
		return r
	}, name)
	plain := strings.Map(func(r rune) rune {
		if r > 126 || strings.ContainsRune(`"%;`, r) {
			return '_'
		}
		return r
	}, name)
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, how, plain, strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
}

func pdfName(name string) bool { return strings.EqualFold(path.Ext(name), ".pdf") }

type previewView struct {
	*frame
	Op       edo.Operation
	Document edo.DocumentStatus
	Role     edo.Role
	Version  versionRow
	Section  string
}

// preview shows a PDF in a frame. The page itself reads nothing: its frame does.
func (k *Console) preview(f *frame, w http.ResponseWriter, r *http.Request) error {
	key, id, role := contentOf(r)
	op, _, err := k.named(r.Context(), f, key)
	if err != nil {
		return err
	}
	d := op.Document(id)
	if d == nil {
		return notFound("the package has no such document")
	}
	for _, v := range f.document(*d, op).Versions {
		if v.Role == role && v.PDF {
			f.Title, f.Tab = d.Name, "messages"
			return k.render(f, w, http.StatusOK, "preview", previewView{f, op, *d, role, v, "package"})
		}
	}
	return notFound("the document has no such version")
}
