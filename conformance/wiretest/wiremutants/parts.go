package wiremutants

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// stateless makes a mutant that remembers nothing.
func stateless(b breaker) func() breaker { return func() breaker { return b } }

// answers changes the answers of some operations; of all, if none is named.
func answers(change func(c call, a Answer) Answer, operations ...string) func() breaker {
	return stateless(func(c call) Answer {
		a := c.pass(c)
		if len(operations) == 0 || slices.Contains(operations, c.operation) {
			return change(c, a)
		}
		return a
	})
}

// texts replaces texts of answers: a pattern and what comes in its place.
func texts(pattern, instead string, operations ...string) func() breaker {
	find := regexp.MustCompile(pattern)
	return answers(func(_ call, a Answer) Answer {
		a.Body = find.ReplaceAllString(a.Body, instead)
		return a
	}, operations...)
}

// requests replaces texts of requests.
func requests(pattern, instead string, operations ...string) func() breaker {
	find := regexp.MustCompile(pattern)
	return stateless(func(c call) Answer {
		if len(operations) == 0 || slices.Contains(operations, c.operation) {
			c.body = find.ReplaceAllString(c.body, instead)
		}
		return c.pass(c)
	})
}

// forgives answers a fault of these codes with something else.
func forgives(instead func(c call) Answer, codes ...string) func() breaker {
	return answers(func(c call, a Answer) Answer {
		if slices.Contains(codes, codeOf(a.Body)) {
			return instead(c)
		}
		return a
	})
}

// refuses gives a fault where a request has a text.
func refuses(text, code string) func() breaker {
	return stateless(func(c call) Answer {
		if strings.Contains(c.body, text) {
			return fault(code)
		}
		return c.pass(c)
	})
}

func codeOf(body string) string { return first(body, `<Code>(\w+)</Code>`) }

// first is the first group of a pattern.
func first(text, pattern string) string {
	if m := regexp.MustCompile(pattern).FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// member is the text of the first element of a name.
func member(body, name string) string {
	return first(body, `<(?:\w+:)?`+name+`(?: [^>]*)?>([^<]*)<`)
}

// contents changes the bytes of the documents and forms in answers.
func contents(change func(raw string) string, operations ...string) func() breaker {
	find := regexp.MustCompile(`(<m:Content>|<GetDocumentContentResult[^>]*>)([^<]*)<`)
	return answers(func(_ call, a Answer) Answer {
		a.Body = find.ReplaceAllStringFunc(a.Body, func(s string) string {
			m := find.FindStringSubmatch(s)
			raw, err := base64.StdEncoding.DecodeString(m[2])
			if err != nil {
				return s
			}
			return m[1] + base64.StdEncoding.EncodeToString([]byte(change(string(raw)))) + "<"
		})
		return a
	}, operations...)
}

// items cuts an answer into what is before its items, the items, and what is behind them.
func items(body, name string) (before string, all []string, behind string) {
	open, shut := "<m:"+name+">", "</m:"+name+">"
	start, end := strings.Index(body, open), strings.LastIndex(body, shut)
	if start < 0 || end < start {
		return body, nil, ""
	}
	end += len(shut)
	for part := range strings.SplitAfterSeq(body[start:end], shut) {
		if part != "" {
			all = append(all, part)
		}
	}
	return body[:start], all, body[end:]
}

// listed changes the items of a list.
func listed(name string, change func(c call, all []string) []string, operations ...string) func() breaker {
	return answers(func(c call, a Answer) Answer {
		before, all, behind := items(a.Body, name)
		if len(all) > 0 {
			a.Body = before + strings.Join(change(c, all), "") + behind
		}
		return a
	}, operations...)
}

// memory is what a mutant remembers.
type memory struct {
	mu   sync.Mutex
	text map[string]string
	kept map[string]Answer
}

// remembering makes a mutant with a memory of its own for each time it is started.
func remembering(b func(m *memory, c call) Answer) func() breaker {
	return func() breaker {
		m := &memory{text: map[string]string{}, kept: map[string]Answer{}}
		return func(c call) Answer { return b(m, c) }
	}
}

func (m *memory) put(key, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.text[key] = text
}

func (m *memory) get(key string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text[key]
}

// once keeps the first good answer under a key and gives it for ever.
func (m *memory) once(key string, ask func() Answer) Answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.kept[key]; ok {
		return old
	}
	a := ask()
	if good(a) {
		m.kept[key] = a
	}
	return a
}

// good is an answer that was no refusal and not nil.
func good(a Answer) bool {
	return a.Status == http.StatusOK && !strings.Contains(a.Body, `Result i:nil="true"`)
}
