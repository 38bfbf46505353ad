package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/canary"
)

// masked stands in the place of a secret; one of fewer bytes than shortest has spellings that are found by chance.
const (
	masked   = "***"
	shortest = 8
)

// elements are members of envelopes whose text is a secret although nobody knew it before: what a login gives, and its like.
var elements = regexp.MustCompile(`(?i)(<(?:[\w.-]+:)?\w*(?:password|token|authenticate\w*result)\b[^<>]*>)([^<]+)(</)`)

// maxTokens is how many spellings of what envelopes give are looked for everywhere.
const maxTokens = 3000

// tokens are what logins gave: an operator may say them again where nobody expects it.
func (r Report) tokens() map[string]string {
	all := map[string]string{}
	for _, s := range r.Suites {
		for _, one := range s.Results {
			for _, e := range one.Exchanges {
				for _, found := range elements.FindAllSubmatch(slices.Concat(e.Request, e.Answer), -1) {
					if value := string(found[2]); len(value) >= shortest && len(value) < 1<<10 && len(all) < maxTokens {
						name := "token " + value[:4] + value[len(value)-4:]
						all[name], all[name+" in capitals"], all[name+" in small letters"] = value, strings.ToUpper(value), strings.ToLower(value)
					}
				}
			}
		}
	}
	return all
}

// heads are lines of a head whose value is a secret.
var heads = regexp.MustCompile(`(?im)^((?:proxy-)?authorization|cookie|set-cookie|x-sbissessionid)(:[ \t]*)[^\r\n]*`)

// Masked gives the report without secrets: those that are given by name, in every spelling, and what is known by its place in
// an envelope: passwords, tokens, values of heads that log in. A secret of less than eight bytes is taken out wherever its text
// stands, by chance or not, but found in no other spelling.
func (r Report) Masked(secrets map[string]string) (Report, error) {
	long := r.tokens()
	var short [][]byte
	for name, secret := range secrets {
		if len(secret) >= shortest {
			long[name] = secret
		} else if secret != "" {
			short = append(short, []byte(secret))
		}
	}
	scanner, err := canary.New(long)
	if err != nil {
		return Report{}, err
	}
	clean := func(text []byte) []byte {
		for _, s := range short {
			text = bytes.ReplaceAll(text, s, []byte(masked))
		}
		text = elements.ReplaceAll(text, []byte("${1}"+masked+"${3}"))
		text = heads.ReplaceAll(text, []byte("${1}${2}"+masked))
		return scanner.Mask(text, masked)
	}
	words := func(all []string) []string {
		out := slices.Clone(all)
		for i := range out {
			out[i] = string(clean([]byte(out[i])))
		}
		return out
	}
	r.Suites = slices.Clone(r.Suites)
	for i := range r.Suites {
		results := slices.Clone(r.Suites[i].Results)
		for j := range results {
			one := &results[j]
			one.Said, one.Noted = words(one.Said), words(one.Noted)
			one.Exchanges = slices.Clone(one.Exchanges)
			for k, e := range one.Exchanges {
				one.Exchanges[k] = conformance.Exchange{Name: e.Name, Request: clean(e.Request), Answer: clean(e.Answer)}
			}
		}
		r.Suites[i].Results = results
	}
	return r, nil
}
