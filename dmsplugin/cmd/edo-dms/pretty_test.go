package main

import (
	"testing"

	"github.com/beevik/etree"
)

// TestPrettyKeepsTheTree: the view for people may move white space between elements, and nothing else.
func TestPrettyKeepsTheTree(t *testing.T) {
	t.Parallel()
	const raw = `<s:E xmlns:s="urn:s"><s:B><login>a &amp; b</login><name> с пробелом </name><nil x="1"/></s:B></s:E>`
	tree := etree.NewDocument()
	if err := tree.ReadFromString(pretty([]byte(raw))); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"//login": "a & b", "//name": " с пробелом ", "//nil": ""} {
		if e := tree.FindElement("/s:E/s:B" + path[1:]); e == nil || e.Text() != want {
			t.Errorf("%s: %+v", path, e)
		}
	}
	if v := tree.FindElement("//nil").SelectAttrValue("x", ""); v != "1" {
		t.Errorf("attribute %q", v)
	}
	if page := "503 <b>busy"; pretty([]byte(page)) != page {
		t.Errorf("an error page became %q", pretty([]byte(page)))
	}
}
