package admin

import (
	"html"
	"path"
	"strconv"
	"strings"
	"unicode"
)

// maxFileName is the longest file name, in characters.
const maxFileName = 255

// fileName makes the name under which a file is shown from the one its sender gave:
// the last path element, without what cannot be printed, cut to 255 characters with
// the extension kept. "" when nothing is left. It never becomes a path.
func fileName(sent string) string {
	name := html.UnescapeString(strings.ToValidUTF8(sent, "\uFFFD"))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	if name == "" || name == "." || name == ".." {
		return ""
	}
	return shortened(name)
}

func shortened(name string) string {
	if len([]rune(name)) <= maxFileName {
		return name
	}
	ext := []rune(extension(name))
	stem := []rune(name)[:len([]rune(name))-len(ext)]
	ext = ext[:min(len(ext), maxFileName)]
	return string(stem[:min(len(stem), maxFileName-len(ext))]) + string(ext)
}

// extension is path.Ext, except that leading dots begin no extension.
func extension(name string) string {
	return path.Ext(strings.TrimLeft(name, "."))
}

func itoa(n int) string { return strconv.Itoa(n) }
