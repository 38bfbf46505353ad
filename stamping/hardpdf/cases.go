package hardpdf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edokit/edokit/stamping"
)

// Case is one PDF and how work on it ends: an empty kind means well.
type Case struct {
	Name    string
	Make    func() []byte
	Pages   int           // where it is examined well
	Examine stamping.Kind // of stamping.Examine
	Stamp   stamping.Kind // of stamping.Stamp
}

// Cases is the table. Contents and catalogs come in every packing, boxes with every rotation.
func Cases() []Case {
	return slices.Concat(packed(contents()), packed(catalogs()), boxes(), hostile(), damaged())
}

// cause is a document before it is packed.
type cause struct {
	name  string
	make  func() *document
	pages int // 1 if zero
}

func packed(causes []cause) []Case {
	var out []Case
	for _, c := range causes {
		for _, p := range packings() {
			made := Case{Name: c.name + ", " + p.name, Pages: max(1, c.pages), Make: func() []byte { return p.write(c.make()) }}
			if p.name == "hybrid" && c.make().hides() { // read here without what is hidden, it would be another document
				made.Examine, made.Stamp = stamping.Undecided, stamping.Undecided
			}
			out = append(out, made)
		}
	}
	return out
}

// contents are pages on which a mark that is merely appended gets lost, or readers disagree.
func contents() []cause {
	is := func(name, s string) cause { return cause{name, func() *document { return content(s) }, 1} }
	in := func(name, filter, s string) cause {
		return cause{name, func() *document { return filtered("/Filter"+filter, s) }, 1}
	}
	return []cause{
		is("plain", text), is("comment at the end", text+" % end"), is("too many Q", "q Q Q 0 0 1 1 re W n "+text),
		is("q without Q", "q .01 0 0 .01 5000 5000 cm q "+text), is("matrix left behind", ".01 0 0 .01 5000 5000 cm "+text),
		is("clipped away", "0 0 1 1 re W n "+text), is("open string", text+" BT (never closed"), is("open hexadecimal string", text+" BT <48"),
		is("open text", "BT /F1 18 Tf 72 700 Td (Hard) Tj"), is("open marked content", "/Span BMC "+text),
		is("image with EI in it", "q 9 0 0 9 50 500 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \xff EIx\nEI Q "+text), is("open image", text+" BI /W 2 /H 2 /BPC 8 /CS /G ID abc"),
		is("unknown operators", "1 2 3 zz (x) yy "+text), is("a number with an exponent", "1e9 w "+text), is("no content", ""), is("only a comment", "% nothing"), is("white text", "1 g "+text),
		is("invisible text mode", "3 Tr "+text), is("zero bytes", "\x00\x00"+text+"\x00"), is("carriage returns", strings.ReplaceAll(text, " ", "\r")),
		in("hexadecimal", "/ASCIIHexDecode", hexed(text)), in("base 85", "/ASCII85Decode", base85(text)), in("run length", "/RunLengthDecode", runs(text)),
		in("two filters", "[/ASCIIHexDecode/FlateDecode]", hexed(deflate([]byte(text)))),
		{"no contents at all", func() *document { return pages(1, a4+"/Resources<<>>", nil) }, 1},
		{"no resources", func() *document { return pages(1, a4, nil) }, 1},
		{"one stream for three pages", func() *document {
			d := pages(3, a4+"/Resources"+font+"/Contents 6 0 R", nil)
			d.add(stream("", text))
			return d
		}, 3},
		{"one resource dictionary for three pages", func() *document {
			d := pages(3, a4+"/Resources 6 0 R/Contents 7 0 R", nil)
			d.add(font)
			d.add(stream("", text))
			return d
		}, 3},
		{"split within a token", func() *document {
			return pages(1, a4+"/Resources"+font, func(d *document, _ int) string {
				return "/Contents[" + d.add(stream("", "q "+text+" 0 0 1 r")) + " " + d.add(stream("", "g 5 5 9 9 re f Q")) + "]"
			})
		}, 1},
		{"more than its Length says", func() *document {
			return pages(1, a4+"/Resources"+font, func(d *document, _ int) string {
				return "/Contents " + d.add("<</Length 12>>\nstream\n"+text+" 0 0 1 rg 72 600 99 9 re f\nendstream")
			})
		}, 1},
		{"colours of another meaning", func() *document {
			return pages(1, a4, func(d *document, _ int) string {
				white := d.add(stream("/FunctionType 4/Domain[0 1 0 1 0 1]/Range[0 1 0 1 0 1]", "{pop pop pop 1 1 1}"))
				return "/Resources<</ColorSpace<</DefaultRGB[/DeviceN[/a/b/c]/DeviceRGB " + white + "]>>>>/Contents " + d.add(stream("", "0 0 1 rg 72 600 99 9 re f"))
			})
		}, 1},
		{"drawings that do not say how large they are", func() *document {
			return pages(1, a4, func(d *document, _ int) string {
				glyph := d.add(stream("", "10 0 d0 0 0 1 rg -50 -60 400 60 re f"))
				return "/Resources<</Font<</F1<</Type/Font/Subtype/Type3/FontBBox[0 0 0 0]/FontMatrix[1 0 0 1 0 0]/FirstChar 65/LastChar 65/Widths[10]" +
					"/Encoding<</Differences[65/a]>>/CharProcs<</a " + glyph + ">>>>>>>>/Contents " + d.add(stream("", "BT /F1 1 Tf 150 70 Td (A) Tj ET"))
			})
		}, 1},
		{"nulls among the contents", func() *document {
			return pages(1, a4+"/Resources"+font, func(d *document, _ int) string { return "/Contents[null " + d.add(stream("", text)) + " 99 0 R]" })
		}, 1},
		{"the mark's name is taken", func() *document {
			return pages(1, a4, func(d *document, _ int) string {
				x := d.add(stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "0 1 0 rg 0 0 9 9 re f"))
				return "/Resources<</XObject<</EdokitMark1 " + x + "/EdokitBody1 " + x + ">>>>/Contents " + d.add(stream("", "/EdokitMark1 Do q"))
			})
		}, 1},
		{"pages without types, parents and kids of their own", func() *document {
			d := content(text)
			d.bodies[1] = "<</Kids " + d.add("[4 0 R]") + "/Count 1>>"
			d.bodies[3] = strings.Replace(d.bodies[3], "/Type/Page/Parent 2 0 R", "", 1)
			return d
		}, 1},
		{"annotation over the corner", func() *document {
			return pages(1, a4+"/Resources"+font, func(d *document, _ int) string {
				return "/Annots[<</Type/Annot/Subtype/Square/Rect[0 0 200 20]/IC[1 1 0]/F 4>>]/Contents " + d.add(stream("", text))
			})
		}, 1},
		{"transparency group", func() *document {
			return pages(1, a4+"/Resources"+font+"/Group<</S/Transparency/CS/DeviceCMYK/I true/K true>>", func(d *document, _ int) string {
				return "/Contents " + d.add(stream("", text))
			})
		}, 1},
	}
}

// catalogs are what else a document brings along.
func catalogs() []cause {
	has := func(name string, more func(d *document) string) cause {
		return cause{name, func() *document { return catalog(more) }, 1}
	}
	says := func(name, s string) cause { return has(name, func(*document) string { return s }) }
	return []cause{
		says("JavaScript on opening", "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), says("launches a program", "/OpenAction<</S/Launch/F(cmd.exe)>>"),
		says("a form with a field", "/AcroForm<</Fields[<</FT/Tx/T(a)/V(b)>>]/DA(/Helv 0 Tf)>>"), says("a form in XFA", "/AcroForm<</XFA(x)/Fields[]>>"),
		says("an odd name tree", "/Names<</Dests<</Names[(a)]>>>>"), says("outlines without end", "/Outlines<</First 1 0 R/Last 1 0 R/Count 5>>"),
		says("tagged", "/MarkInfo<</Marked true>>/StructTreeRoot<</Type/StructTreeRoot>>"), says("wrong version", "/Version/9.9"),
		has("an XML invoice in PDF/A-3", func(d *document) string {
			file := d.add(stream("/Type/EmbeddedFile/Subtype/text#2Fxml", "<Invoice/>"))
			spec := d.add("<</Type/Filespec/F(invoice.xml)/UF(invoice.xml)/AFRelationship/Source/EF<</F " + file + ">>>>")
			meta := d.add(stream("/Type/Metadata/Subtype/XML", "<?xpacket?><pdfaid:part>3</pdfaid:part><?xpacket end='w'?>"))
			return "/AF[" + spec + "]/Names<</EmbeddedFiles<</Names[(invoice.xml) " + spec + "]>>>>/Metadata " + meta
		}),
		has("a signature inside", func(d *document) string {
			sig := d.add("<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 10 20 30]/Contents<00>>>")
			return "/AcroForm<</SigFlags 3/Fields[<</FT/Sig/T(s)/V " + sig + ">>]>>"
		}),
		has("a file associated with the document alone", func(d *document) string {
			file := d.add(stream("/Type/EmbeddedFile/Subtype/text#2Fxml", "<Invoice/>"))
			return "/AF[<</Type/Filespec/F(invoice.xml)/UF(invoice.xml)/AFRelationship/Source/EF<</F " + file + ">>>>]/PieceInfo<</Other<</LastModified(D:2026)>>>>"
		}),
		has("a signature that grants rights", func(d *document) string {
			sig := d.add("<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 10 20 30]/Contents<00>/Reference[<</TransformMethod/DocMDP>>]>>")
			return "/Perms<</DocMDP " + sig + ">>/DSS<</Certs[" + d.add(stream("", "x")) + "]>>/AcroForm<</SigFlags 3/Fields[<</FT/Sig/T(s)/V " + sig + ">>]>>"
		}),
		says("a signature of nothing", "/AcroForm<</SigFlags 3/Fields[<</FT/Sig/T(s)/V<</Type/Sig>>>>]>>"),
		has("a hidden layer", func(d *document) string {
			layer := d.add("<</Type/OCG/Name(x)>>")
			return "/OCProperties<</OCGs[" + layer + "]/D<</OFF[" + layer + "]>>>>"
		}),
		{"document information that is a stream", func() *document { d := content(text); d.trailer = "/Info " + d.add(stream("", "x")); return d }, 1},
		{"a single identifier", func() *document { d := content(text); d.trailer = "/ID[<01>]"; return d }, 1},
		{"PDF 2.0", func() *document { d := content(text); d.version = "2.0"; return d }, 1},
		{"PDF 1.0", func() *document { d := content(text); d.version = "1.0"; return d }, 1},
	}
}

// boxes are sizes of pages, each turned in four ways.
func boxes() []Case {
	out := []Case{
		{Name: "turned by a number with an exponent", Pages: 1, Make: func() []byte { return plain(box(a4 + "/Rotate 1e9")) }},
		{Name: "turned by half", Pages: 1, Make: func() []byte { return plain(box(a4 + "/Rotate 45")) }},
		{Name: "turned by a name", Pages: 1, Make: func() []byte { return plain(box(a4 + "/Rotate/Left")) }},
	}
	for _, b := range [][2]string{
		{"A4", a4},
		{"A0", "/MediaBox[0 0 2384 3370]"},
		{"a stamp", "/MediaBox[0 0 60 80]"},
		{"swapped corners", "/MediaBox[595 842 0 0]"},
		{"no area", "/MediaBox[0 0 0 0]"},
		{"no box", ""},
		{"odd origin", "/MediaBox[-300 1000 295 1842]"},
		{"fractions", "/MediaBox[0.5 0.25 595.27 841.89]"},
		{"three numbers", "/MediaBox[0 0 595]"},
		{"user units", a4 + "/UserUnit 4"},
		{"user units of an inch", "/MediaBox[0 0 8.27 11.69]/UserUnit 72"},
		{"crop box", a4 + "/CropBox[100 100 500 742]"},
		{"swapped crop box", a4 + "/CropBox[500 742 100 100]"},
		{"crop box outside", a4 + "/CropBox[900 900 1000 1000]"},
		{"larger crop box", a4 + "/CropBox[-100 -100 700 900]"},
		{"names in a box", "/MediaBox[/a /b /c /d]"},
	} {
		for _, turn := range []int{0, 90, 180, -90} {
			out = append(out, Case{
				Name: fmt.Sprintf("%s, turned %d", b[0], turn), Pages: 1,
				Make: func() []byte { return plain(box(b[1] + fmt.Sprintf("/Rotate %d", turn))) },
			})
		}
	}
	return out
}
