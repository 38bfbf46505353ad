package soap

import (
	"strings"
	"testing"

	"github.com/beevik/etree"
)

func treeOf(t *testing.T, answer string, limits Limits) (*etree.Element, error) {
	t.Helper()
	s := serve(t, func([]byte) string { return http11(200, typeXML, answer) })
	c := client(t, s.url, nil, func(c *Config) { c.Limits = limits })
	var tree *etree.Element
	r := request()
	r.Effect = false
	r.Answer = func(n *Node) (err error) {
		tree, err = n.Tree()
		return err
	}
	_, err := c.Do(t.Context(), r)
	return tree, err
}

func TestTree(t *testing.T) {
	t.Parallel()
	tree, err := treeOf(t, success("\n <a:List>\n  <a:Item x='1'> a&amp;b </a:Item>"+
		"\n  <a:Item i:nil='true'/>\n  <a:Item i:type='a:Special'><a:Of/></a:Item>\n </a:List>\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	d := etree.NewDocumentWithRoot(tree)
	got, err := d.WriteToString()
	want := `<SendResult xmlns="http://service.example"><List xmlns="http://service.example/model"><Item xmlns="http://service.example/model"> a&amp;b </Item>` +
		`<Item xmlns="http://service.example/model" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>` +
		`<Item xmlns="http://service.example/model" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="http://service.example/model" i:type="t:Special">` +
		`<Of xmlns="http://service.example/model"/></Item></List></SendResult>`
	if err != nil || got != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, got, want)
	}
	tree, err = treeOf(t, envelope(`<SendResponse xmlns="`+service+`"/>`), Limits{})
	if tree != nil || err != nil {
		t.Errorf("nothing gave %v, %v", tree, err)
	}
}

func TestTreeRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		inside string
		limits Limits
		want   string
	}{
		"many small elements":   {strings.Repeat("<a/>", 1000), Limits{Answer: 32 << 10}, "an answer larger than the limit"},
		"a long text":           {"<a>" + strings.Repeat("x", 2000) + "</a>", Limits{Text: 1000}, "a text longer than the limit"},
		"a deep tree":           {strings.Repeat("<a>", 20) + strings.Repeat("</a>", 20), Limits{Depth: 16}, "deeper than the limit"},
		"a comment":             {"<a><!-- --></a>", Limits{}, "a comment inside a value"},
		"something inside nil":  {"<a i:nil='true'>x</a>", Limits{}, "content inside a nil element"},
		"an element inside nil": {"<a i:nil='true'><b/></a>", Limits{}, "content inside a nil element"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := treeOf(t, success(tc.inside), tc.limits); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}
