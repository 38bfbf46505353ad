package proof_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/edokit/edokit/directory/proof"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

// forger has a signed document and makes another one of it that says something else.
type forger struct {
	*testing.T
	root, signature *etree.Element // of the signed document, the signature still in it
}

func newForger(t *testing.T) *forger {
	t.Helper()
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(signed(t, collect(t, newLog(), true))); err != nil {
		t.Fatal(err)
	}
	root := tree.Root()
	return &forger{t, root, root.SelectElement("ds:Signature")}
}

// evil is a copy of the document without its signature, with another id and another user.
func (f *forger) evil() *etree.Element {
	c := f.root.Copy()
	c.RemoveChild(c.SelectElement("ds:Signature"))
	c.CreateAttr("ID", "evil")
	c.FindElement("Message/User").SetText("evil")
	return c
}

// original is the document without its signature, as the signature covers it.
func (f *forger) original() *etree.Element {
	c := f.root.Copy()
	c.RemoveChild(c.SelectElement("ds:Signature"))
	return c
}

func write(t *testing.T, root *etree.Element) []byte {
	t.Helper()
	tree := etree.NewDocument()
	tree.SetRoot(root)
	out, err := tree.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// put makes s the first child of e and gives e.
func put(e, s *etree.Element) *etree.Element {
	e.InsertChildAt(0, s)
	return e
}

// wrapper is a document of our kind around what is given.
func wrapper(children ...*etree.Element) *etree.Element {
	w := etree.NewElement("LogProof")
	w.CreateAttr("xmlns", proof.Namespace)
	w.CreateAttr("ID", "outer")
	for _, c := range children {
		w.AddChild(c)
	}
	return w
}

// method changes the algorithm of a part of the signature.
func (f *forger) method(path, algorithm string) []byte {
	f.signature.FindElement(path).CreateAttr("Algorithm", algorithm)
	return write(f.T, f.root)
}

// replace changes bytes of the document, which must be there.
func (f *forger) replace(old, now string) []byte {
	f.Helper()
	raw := write(f.T, f.root)
	if !bytes.Contains(raw, []byte(old)) {
		f.Fatalf("there is no %s in the document", old)
	}
	return bytes.Replace(raw, []byte(old), []byte(now), 1)
}

// by signs a document as it is, in whatever way.
func by(t *testing.T, k *edotest.Key, root *etree.Element, change func(*dsig.SigningContext)) *etree.Element {
	t.Helper()
	c, err := dsig.NewSigningContext(k.Private(), [][]byte{k.Certificate().DER})
	if err != nil {
		t.Fatal(err)
	}
	c.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if change != nil {
		change(c)
	}
	s, err := c.ConstructSignature(root, true)
	if err != nil {
		t.Fatal(err)
	}
	return put(root, s)
}

// attacks are documents that nobody may believe.
func attacks() map[string]func(f *forger) []byte {
	object := func(content *etree.Element) *etree.Element {
		o := etree.NewElement("ds:Object")
		o.AddChild(content)
		return o
	}
	return map[string]func(f *forger) []byte{
		// Wrapping: the signature covers one element, the reader is to look at another one.
		"XSW1, the original in the signature of a forged root": func(f *forger) []byte {
			s := f.signature.Copy()
			s.AddChild(f.original())
			return write(f.T, put(f.evil(), s))
		},
		"XSW2, the original beside the signature": func(f *forger) []byte {
			e := put(f.evil(), f.original())
			return write(f.T, put(e, f.signature.Copy()))
		},
		"XSW3, the forged one before the original": func(f *forger) []byte { return write(f.T, wrapper(f.evil(), f.root.Copy())) },
		"XSW4, the original in the forged one": func(f *forger) []byte {
			e := f.evil()
			e.AddChild(f.root.Copy())
			return write(f.T, e)
		},
		"XSW5, the original at the end of a forged and signed one": func(f *forger) []byte {
			e := put(f.evil(), f.signature.Copy())
			e.AddChild(f.original())
			return write(f.T, e)
		},
		"XSW6, the original inside of the moved signature": func(f *forger) []byte {
			s := f.signature.Copy()
			s.InsertChildAt(0, f.original())
			return write(f.T, wrapper(put(f.evil(), s)))
		},
		"XSW7, the forged one in an extension with the same id": func(f *forger) []byte {
			e := f.evil()
			e.CreateAttr("ID", f.root.SelectAttrValue("ID", ""))
			x := etree.NewElement("Extensions")
			x.AddChild(e)
			f.root.InsertChildAt(1, x)
			return write(f.T, f.root)
		},
		"XSW8, the original in an object of the signature": func(f *forger) []byte {
			s := f.signature.Copy()
			s.AddChild(object(f.original()))
			e := f.evil()
			e.CreateAttr("ID", f.root.SelectAttrValue("ID", ""))
			return write(f.T, put(e, s))
		},
		"the forged one in an object": func(f *forger) []byte {
			f.signature.AddChild(object(f.evil()))
			return write(f.T, f.root)
		},

		// Ids and references.
		"an id twice": func(f *forger) []byte {
			f.root.FindElement("Message").CreateAttr("ID", f.root.SelectAttrValue("ID", ""))
			return write(f.T, f.root)
		},
		"an id in another spelling": func(f *forger) []byte {
			f.root.FindElement("Message").CreateAttr("xml:id", "x")
			return write(f.T, f.root)
		},
		"an attribute twice": func(f *forger) []byte { return f.replace(`<LogProof `, `<LogProof ID="evil" `) },
		"two references": func(f *forger) []byte {
			r := f.signature.FindElement("ds:SignedInfo/ds:Reference")
			r.Parent().AddChild(r.Copy())
			return write(f.T, f.root)
		},
		"an empty reference": func(f *forger) []byte {
			f.signature.FindElement("ds:SignedInfo/ds:Reference").CreateAttr("URI", "")
			return write(f.T, f.root)
		},
		"a reference to something else": func(f *forger) []byte {
			f.signature.FindElement("ds:SignedInfo/ds:Reference").CreateAttr("URI", "#nothing")
			return write(f.T, f.root)
		},
		"a reference to the network": func(f *forger) []byte {
			f.signature.FindElement("ds:SignedInfo/ds:Reference").CreateAttr("URI", "http://127.0.0.1/x")
			return write(f.T, f.root)
		},
		"no reference": func(f *forger) []byte {
			i := f.signature.FindElement("ds:SignedInfo")
			i.RemoveChild(i.SelectElement("ds:Reference"))
			return write(f.T, f.root)
		},

		// Signatures.
		"a moved signature": func(f *forger) []byte {
			f.root.RemoveChild(f.signature)
			f.root.FindElement("Message").AddChild(f.signature)
			return write(f.T, f.root)
		},
		"a signature at the end": func(f *forger) []byte {
			f.root.RemoveChild(f.signature)
			f.root.AddChild(f.signature)
			return write(f.T, f.root)
		},
		"no signature":                  func(f *forger) []byte { return write(f.T, f.original()) },
		"the same signature twice":      func(f *forger) []byte { return write(f.T, put(f.root, f.signature.Copy())) },
		"a second signature by another": func(f *forger) []byte { return write(f.T, by(f.T, key(f.T, 1), f.root, nil)) },
		"signed information twice": func(f *forger) []byte {
			f.signature.InsertChildAt(0, f.signature.SelectElement("ds:SignedInfo").Copy())
			return write(f.T, f.root)
		},
		"signature value twice": func(f *forger) []byte {
			f.signature.AddChild(f.signature.SelectElement("ds:SignatureValue").Copy())
			return write(f.T, f.root)
		},
		"an empty signature value": func(f *forger) []byte {
			f.signature.SelectElement("ds:SignatureValue").SetText("")
			return write(f.T, f.root)
		},

		// Keys.
		"a key of its own in KeyInfo": func(f *forger) []byte { return write(f.T, by(f.T, key(f.T, 1), f.evil(), nil)) },
		"our certificate in KeyInfo, another key": func(f *forger) []byte {
			e := by(f.T, key(f.T, 1), f.evil(), nil)
			e.FindElement("ds:Signature/ds:KeyInfo//ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(der(f.T, 0)))
			return write(f.T, e)
		},
		"both certificates in KeyInfo": func(f *forger) []byte {
			e := by(f.T, key(f.T, 1), f.evil(), nil)
			c := e.FindElement("ds:Signature/ds:KeyInfo//ds:X509Certificate")
			c.Parent().InsertChildAt(0, func() *etree.Element {
				first := c.Copy()
				first.SetText(base64.StdEncoding.EncodeToString(der(f.T, 0)))
				return first
			}())
			return write(f.T, e)
		},
		"HMAC with the public key": func(f *forger) []byte {
			e := by(f.T, key(f.T, 1), f.evil(), nil)
			e.FindElement("ds:Signature/ds:SignedInfo/ds:SignatureMethod").CreateAttr("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
			info := e.FindElement("ds:Signature/ds:SignedInfo").Copy()
			info.CreateAttr("xmlns:ds", dsig.Namespace)
			canonical, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(info)
			if err != nil {
				f.Fatal(err)
			}
			mac := hmac.New(sha256.New, key(f.T, 0).CertificatePEM)
			mac.Write(canonical)
			e.FindElement("ds:Signature/ds:SignatureValue").SetText(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
			return write(f.T, e)
		},

		// Algorithms.
		"void canonicalisation": func(f *forger) []byte { // a namespace that canonicalisation fails at, over nothing
			f.root.CreateAttr("xmlns:ns1", "1")
			f.root.FindElement("Message/User").SetText("evil")
			empty := sha256.Sum256(nil)
			f.signature.FindElement(".//ds:DigestValue").SetText(base64.StdEncoding.EncodeToString(empty[:]))
			return write(f.T, f.root)
		},
		"no canonicalisation":      func(f *forger) []byte { return f.method("ds:SignedInfo/ds:CanonicalizationMethod", "") },
		"unknown canonicalisation": func(f *forger) []byte { return f.method("ds:SignedInfo/ds:CanonicalizationMethod", "urn:x") },
		"SHA-1 of the signature": func(f *forger) []byte {
			return f.method("ds:SignedInfo/ds:SignatureMethod", dsig.RSASHA1SignatureMethod)
		},
		"SHA-1 of the digest": func(f *forger) []byte {
			return f.method(".//ds:DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")
		},
		"XSLT": func(f *forger) []byte {
			return f.method(".//ds:Transform", "http://www.w3.org/TR/1999/REC-xslt-19991116")
		},
		"XPath": func(f *forger) []byte {
			return f.method(".//ds:Transform", "http://www.w3.org/TR/1999/REC-xpath-19991116")
		},
		"a flood of transforms": func(f *forger) []byte {
			t := f.signature.FindElement(".//ds:Transform")
			for range 2000 {
				t.Parent().AddChild(t.Copy())
			}
			return write(f.T, f.root)
		},
		"prefixes that are canonicalised too": func(f *forger) []byte {
			f.signature.FindElements(".//ds:Transform")[1].CreateElement("InclusiveNamespaces").CreateAttr("PrefixList", "ds")
			return write(f.T, f.root)
		},

		// Ours by its key, but not as we sign.
		"inclusive canonicalisation by our key": func(f *forger) []byte {
			return write(f.T, by(f.T, key(f.T, 0), f.original(), func(c *dsig.SigningContext) { c.Canonicalizer = dsig.MakeC14N11Canonicalizer() }))
		},
		"comments that are signed, by our key": func(f *forger) []byte {
			e := f.original()
			e.FindElement("Message/User").AddChild(etree.NewComment("x"))
			return write(f.T, by(f.T, key(f.T, 0), e, func(c *dsig.SigningContext) {
				c.Canonicalizer = dsig.MakeC14N10ExclusiveWithCommentsCanonicalizerWithPrefixList("")
			}))
		},
		"SHA-512 by our key": func(f *forger) []byte {
			return write(f.T, by(f.T, key(f.T, 0), f.original(), func(c *dsig.SigningContext) { _ = c.SetSignatureMethod(dsig.RSASHA512SignatureMethod) }))
		},
		"a document of another kind, by our key": func(f *forger) []byte {
			e := f.original()
			e.CreateAttr("xmlns", "urn:other")
			return write(f.T, by(f.T, key(f.T, 0), e, nil))
		},

		// What programs read differently.
		"a comment in a text":      func(f *forger) []byte { return f.replace("<User>clerk", "<User>cl<!-- -->erk") },
		"a comment in the digest":  func(f *forger) []byte { return f.replace("<ds:DigestValue>", "<ds:DigestValue><!--x-->") },
		"a processing instruction": func(f *forger) []byte { return f.replace("<User>clerk", "<User>cl<?x y?>erk") },
		"an entity": func(f *forger) []byte {
			return append([]byte(`<!DOCTYPE LogProof [<!ENTITY e "evil">]>`), f.replace("<User>clerk", "<User>&e;")...)
		},
		"an external DTD": func(f *forger) []byte {
			return append([]byte(`<!DOCTYPE LogProof SYSTEM "file:///etc/passwd">`), write(f.T, f.root)...)
		},
		"two roots":           func(f *forger) []byte { return append(write(f.T, f.evil()), write(f.T, f.root)...) },
		"text after the root": func(f *forger) []byte { return append(write(f.T, f.root), "evil"...) },
		"another encoding": func(f *forger) []byte {
			return append([]byte(`<?xml version="1.0" encoding="windows-1251"?>`), write(f.T, f.root)...)
		},
		"bytes that are no text": func(f *forger) []byte { return f.replace("<User>clerk", "<User>\xff") },
		"depth":                  func(f *forger) []byte { return f.replace("<User>clerk", "<User>"+strings.Repeat("<a>", 100_000)) },
		"attributes": func(f *forger) []byte {
			var all strings.Builder
			for i := range 10_000 {
				fmt.Fprintf(&all, " a%d=\"\"", i)
			}
			return f.replace("<User>clerk", "<User"+all.String()+">clerk")
		},

		// Plain changes.
		"a text":              func(f *forger) []byte { return f.replace("<User>clerk", "<User>evil") },
		"an attribute":        func(f *forger) []byte { return f.replace(`HTTPStatus="200"`, `HTTPStatus="500"`) },
		"an element too many": func(f *forger) []byte { return f.replace("<User>clerk</User>", "<User>clerk</User><User>evil</User>") },
		"an element too few":  func(f *forger) []byte { return f.replace("<User>clerk</User>", "") },
		"white space":         func(f *forger) []byte { return f.replace("<User>", " <User>") },
		"another order": func(f *forger) []byte {
			all := f.root.FindElements("Message/Exchange")
			all[0].Parent().AddChild(all[0])
			return write(f.T, f.root)
		},
		"nothing":       func(*forger) []byte { return nil },
		"no XML":        func(*forger) []byte { return []byte("%PDF-1.7") },
		"half of it":    func(f *forger) []byte { raw := write(f.T, f.root); return raw[:len(raw)/2] },
		"far too large": func(f *forger) []byte { return f.replace("<User>", "<User>"+strings.Repeat("x", proof.MaxSize)) },
	}
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	for name, forge := range attacks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := proof.Verify(forge(newForger(t)), der(t, 0))
			if reason := edo.ReasonOf(err); err == nil || edo.KindOf(err) != edo.Invalid || !strings.HasPrefix(string(reason), "proof-") {
				t.Errorf("%v, %+v", err, p)
			}
		})
	}
	if n := len(attacks()); n < 60 {
		t.Errorf("%d attacks", n)
	}
}

// TestSameDocument: what canonicalisation takes for the same is the same, and says what it said.
func TestSameDocument(t *testing.T) {
	t.Parallel()
	want := collect(t, newLog(), true)
	for name, write := range map[string]func(f *forger) []byte{
		"as it was": func(f *forger) []byte { return write(f.T, f.root) },
		"without the name of its key": func(f *forger) []byte {
			f.signature.RemoveChild(f.signature.SelectElement("ds:KeyInfo"))
			return write(f.T, f.root)
		},
		"with another name of its key": func(f *forger) []byte { return f.replace("<ds:X509Certificate>M", "<ds:X509Certificate>N") },
		"CDATA":                        func(f *forger) []byte { return f.replace("<User>clerk", "<User><![CDATA[clerk]]>") },
		"other quotes":                 func(f *forger) []byte { return f.replace(`HTTPStatus="200"`, `HTTPStatus='200'  `) },
		"a character reference":        func(f *forger) []byte { return f.replace("<User>clerk", "<User>&#99;lerk") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := proof.Verify(write(newForger(t)), der(t, 0))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// FuzzVerify looks for a document that is believed and says something else than the one that was signed.
func FuzzVerify(f *testing.F) {
	l := newLog()
	p, err := proof.Collect(f.Context(), l, l.op.Key, true, noon)
	if err != nil {
		f.Fatal(err)
	}
	raw := signed(f, p)
	f.Add(raw)
	f.Add(bytes.ReplaceAll(raw, []byte("\""), []byte("'")))
	f.Add([]byte(`<LogProof xmlns="urn:edokit:log-proof:1" ID="a"><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></LogProof>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := proof.Verify(raw, der(t, 0))
		if err != nil {
			return
		}
		if diff := cmp.Diff(p, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("believed:\n%s", diff)
		}
	})
}
