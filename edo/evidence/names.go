package evidence

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	flagUTF8     = 0x800  // APPNOTE 4.4.4, bit 11
	unicodePath  = 0x7075 // APPNOTE 4.6.9
	maxNameRunes = 1024
)

// decodeName gives the name as its writer meant it. Without the UTF-8 flag that is the Unicode path of the extra field,
// else UTF-8 if it is valid (many writers forget the flag), else cp866, as Russian tools write.
func decodeName(f *zip.File) string {
	if f.Flags&flagUTF8 != 0 {
		return f.Name
	}
	if name, ok := extraPath(f.Extra, f.Name); ok {
		return name
	}
	if utf8.ValidString(f.Name) {
		return f.Name
	}
	name, err := charmap.CodePage866.NewDecoder().String(f.Name)
	if err != nil {
		return f.Name // not valid UTF-8, so it is refused
	}
	return name
}

// extraPath finds the Unicode path; its checksum says whether it still belongs to the raw name.
func extraPath(extra []byte, raw string) (string, bool) {
	for len(extra) >= 4 {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			return "", false
		}
		field := extra[:size]
		extra = extra[size:]
		if id == unicodePath && size > 5 && field[0] == 1 && binary.LittleEndian.Uint32(field[1:]) == crc32.ChecksumIEEE([]byte(raw)) {
			return string(field[5:]), true
		}
	}
	return "", false
}

// nameFault says what is wrong with a name, in any of the forms in which some tool would use it.
func nameFault(raw, name string) string {
	if fault := pathFault(raw); fault != "" {
		return fault
	}
	if fault := pathFault(name); fault != "" {
		return fault
	}
	if strings.HasSuffix(raw, "/") != strings.HasSuffix(name, "/") {
		return "has two names, one of a file and one of a folder"
	}
	if !utf8.ValidString(name) {
		return "is not valid UTF-8"
	}
	if utf8.RuneCountInString(name) > maxNameRunes {
		return fmt.Sprintf("is longer than %d characters", maxNameRunes)
	}
	for _, r := range name {
		if unprintable(r) {
			return fmt.Sprintf("holds the character %U", r)
		}
	}
	return ""
}

// unprintable characters are control, text-direction and other invisible ones.
func unprintable(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// pathFault holds to the rules of Windows on every system: a clerk opens the archive with a tool of his own.
func pathFault(name string) string {
	switch {
	case strings.Trim(name, "./ ") == "":
		return "is no name"
	case strings.HasPrefix(name, "/"):
		return "is an absolute path"
	case strings.Contains(name, `\`):
		return "holds a backslash"
	case strings.ContainsRune(name, 0):
		return "holds a zero byte"
	case len(name) > 1 && name[1] == ':' && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z'):
		return "begins with a drive letter"
	}
	for part := range strings.SplitSeq(name, "/") {
		// Windows drops dots and spaces at the end, so ".. " is ".." there.
		if part != "" && part != "." && strings.Trim(part, ". ") == "" {
			return "leaves its folder"
		}
	}
	return ""
}

func folder(name string) string { return path.Dir(path.Clean(name)) }
