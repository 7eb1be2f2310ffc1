package blob

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the length in characters that Disposition keeps of a name.
const maxName = 255

// Disposition returns the value of a Content-Disposition header (RFC 6266):
// inline or attachment, an ASCII name for old clients, and the real one as
// UTF-8 (RFC 8187). Whatever the sender called the file, the value is
// printable ASCII without backslashes, and its only double quotes are the two
// around the ASCII name.
//
// The name is cleaned: control characters and those that turn the direction
// of text are dropped (they make exe.gpj of jpg.exe), path separators and
// others that a file system refuses become "_", a name of more than 255
// characters is cut before its extension.
func Disposition(inline bool, name string) string {
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	name = cleanName(name)
	return kind + `; filename="` + asciiName(name) + `"; filename*=UTF-8''` + extValue(name)
}

// cleanName returns a name that is safe to save under, never empty.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r), unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp), r == '\uFEFF':
			return -1
		case strings.ContainsRune(`"/\<>:|?*`, r), r == utf8.RuneError:
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	// Windows drops dots and spaces at the end; a dot in front hides the file.
	name = strings.TrimFunc(name, func(r rune) bool { return r == '.' || unicode.IsSpace(r) })
	if name == "" {
		return "file"
	}
	return shorten(name)
}

func shorten(name string) string {
	runes := []rune(name)
	if len(runes) <= maxName {
		return name
	}
	ext := []rune(path.Ext(name))
	if len(ext) > 16 { // no extension, just a dot somewhere
		ext = nil
	}
	return string(runes[:maxName-len(ext)]) + string(ext)
}

// asciiName keeps what every client reads alike inside quotes; % is not
// among it, since some decode it (RFC 6266 appendix D).
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r < utf8.RuneSelf && (isAlnum(byte(r)) || strings.ContainsRune("!#&()+,-.=@[]^_{}~", r)) {
			return r
		}
		return '_'
	}, name)
}

// extValue percent-encodes all but attr-char (RFC 8187 section 3.2.1).
func extValue(name string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(name) {
		if isAlnum(c) || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
