package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/signstamp"
)

// warn says on standard error what is allowed and rarely meant.
func (s stampPDF) warn(c *command, doc []byte, f signstamp.Facts) error {
	say := func(about, ru, en string) {
		fmt.Fprintf(c.err, "edo-dms: %s: %s\n", printable(about), c.lang.say(ru, en))
	}
	if bytes.Contains(doc, []byte("/EdokitCopyOf")) { // not seen where a writer has packed it
		say(s.PDF, "это уже копия с отметкой, а не исходный документ", "is a marked copy already, not the original document")
	}
	fonts, err := stamping.NewFonts()
	if err != nil {
		return err
	}
	texts := []string{f.Operator, f.DocumentID, f.MessageID}
	for _, one := range f.Signers {
		texts = append(texts, one.Owner, one.Organisation, one.INN)
	}
	for _, text := range texts {
		if strings.ContainsFunc(norm.NFC.String(text), func(r rune) bool { return unicode.IsPrint(r) && !fonts.Shows(r) }) {
			say(text, "в шрифте отметки нет некоторых из этих знаков, вместо них будет «?»", "the font of the mark lacks some of these characters and shows question marks")
		}
	}
	return nil
}
