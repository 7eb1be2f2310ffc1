package mime

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decodeLine decodes a piece of a header; label may be empty.
func decodeLine(s, label string) string {
	if label == "" && isPlain(s) {
		return s
	}
	return decodeText([]byte(s), label, false)
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] == 0 || s[i] == 0x1B {
			return false
		}
	}
	return true
}

// decodeText turns bytes into valid UTF-8 without NUL and byte order mark. It
// never fails. A byte order mark decides; then the declared charset, unless it
// says as little as us-ascii or its text is UTF-8 and nothing else; then what
// the bytes look like; then windows-1252. What still makes no sense becomes
// U+FFFD.
func decodeText(b []byte, label string, html bool) string {
	text := convert(b, label, html)
	text = strings.ReplaceAll(text, "\x00", "")
	return strings.ToValidUTF8(strings.TrimPrefix(text, "\uFEFF"), "\uFFFD")
}

func convert(b []byte, label string, html bool) string {
	if mark := markOf(b); mark != nil {
		return run(mark, b)
	}
	label = cleanLabel(label)
	if decode, ok := ownDecoders[label]; ok {
		return decode(b)
	}
	if label == "" && html && !hasMultibyte(b) {
		label = metaCharset(b)
	}
	if label == "utf-8" || label == "utf8" {
		return fromUTF8(b)
	}
	enc := lookup(label)
	if enc == nil {
		return sniff(b)
	}
	text := run(enc, b)
	if strings.Contains(text, "\uFFFD") && hasMultibyte(b) {
		return string(b)
	}
	return text
}

func run(enc encoding.Encoding, b []byte) string {
	text, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		text, _ = charmap.Windows1252.NewDecoder().Bytes(b) // knows every byte
	}
	return string(text)
}

// fromUTF8 decodes what is said to be UTF-8. Without a single character of
// more than one byte, stray bytes are rather windows-1252.
func fromUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r != utf8.RuneError && n > 1 {
			return strings.ToValidUTF8(string(b), "\uFFFD")
		}
		rest = rest[n:]
	}
	return run(charmap.Windows1252, b)
}

// sniff decodes bytes of which nothing is known.
func sniff(b []byte) string {
	switch {
	case utf8.Valid(b) && !bytes.Contains(b, []byte("\x1b$")):
		return string(b)
	case !has8bit(b):
		return run(lookup("iso-2022-jp"), b)
	}
	return run(charmap.Windows1252, b)
}

// markOf returns the charset that a byte order mark announces.
func markOf(b []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		return unicode.UTF8
	case bytes.HasPrefix(b, []byte("\xFF\xFE\x00\x00")):
		return utf32.UTF32(utf32.LittleEndian, utf32.ExpectBOM)
	case bytes.HasPrefix(b, []byte("\x00\x00\xFE\xFF")):
		return utf32.UTF32(utf32.BigEndian, utf32.ExpectBOM)
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)
	}
	return nil
}

// hasMultibyte tells text that is UTF-8 and not just ASCII.
func hasMultibyte(b []byte) bool { return has8bit(b) && utf8.Valid(b) }

func has8bit(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// metaCharset returns what the first kilobyte of HTML declares, "" for nothing.
func metaCharset(b []byte) string {
	head := b[:min(len(b), 1024)]
	if !bytes.Contains(bytes.ToLower(head), []byte("charset")) {
		return ""
	}
	_, name, _ := charset.DetermineEncoding(head, "text/html")
	if name == "windows-1252" { // the guess of that function as well
		return ""
	}
	return name
}

// cleanLabel takes the quotes and the junk off a charset label.
func cleanLabel(label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\r\n\"'<>`;,="))
	label = strings.TrimPrefix(label, "charset=")
	if end := strings.IndexAny(label, " \t\r\n\"';,()?"); end >= 0 {
		label = label[:end]
	}
	return label
}

// lookup returns the charset that a clean label means, nil when it means none.
func lookup(label string) encoding.Encoding {
	if saysNothing[label] {
		return nil
	}
	if enc, ok := encodings[label]; ok {
		return enc
	}
	for _, l := range []string{aliases[label], label, strings.ReplaceAll(label, "_", "-"), windowsLabel(label), isoLabel(label)} {
		// WHATWG replaces what browsers should not read; mail is no browser.
		if enc, _ := charset.Lookup(l); l != "" && enc != nil && enc != encoding.Replacement {
			return enc
		}
	}
	return nil
}

// windowsLabel repairs the many spellings of windows-125x.
func windowsLabel(label string) string {
	if n := strings.TrimLeft(label, "abcdefghijklmnopqrstuvwxyz-_ "); len(n) == 4 && strings.HasPrefix(n, "125") {
		return "windows-" + n
	}
	return ""
}

// isoLabel repairs those of iso-8859-x, such as latin-2, 8859_2 and iso885915.
func isoLabel(label string) string {
	if n, ok := strings.CutPrefix(label, "latin-"); ok {
		return "latin" + n
	}
	if i := strings.Index(label, "8859"); i >= 0 {
		n := strings.TrimLeft(label[i+4:], "-_:")
		if end := strings.IndexAny(n, "-_:"); end >= 0 && n != "8-i" && n != "8-e" {
			n = n[:end]
		}
		return "iso-8859-" + n
	}
	return ""
}

var saysNothing = map[string]bool{
	"": true, "us-ascii": true, "ascii": true, "usascii": true, "us": true, "ansi_x3.4-1968": true, "iso646-us": true,
	"unknown": true, "x-unknown": true, "unknown-8bit": true, "default": true, "x-default": true, "binary": true,
	"8bit": true, "7bit": true, "none": true, "auto": true, "_autodetect": true, "x-user-defined": true, "ansi": true,
}

// encodings are those that WHATWG does not know, replaces or reads otherwise.
var encodings = map[string]encoding.Encoding{
	"hz-gb-2312": simplifiedchinese.HZGB2312,
	"hz":         simplifiedchinese.HZGB2312,
	"utf-16":     unicode.UTF16(unicode.BigEndian, unicode.UseBOM), // RFC 2781 section 4.3
	"utf16":      unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	"utf-32":     utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
	"utf-32be":   utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
	"utf-32le":   utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM),
	"cp437":      charmap.CodePage437, "ibm437": charmap.CodePage437,
	"cp850": charmap.CodePage850, "ibm850": charmap.CodePage850,
	"cp852": charmap.CodePage852, "ibm852": charmap.CodePage852,
	"cp855": charmap.CodePage855, "ibm855": charmap.CodePage855,
	"cp858": charmap.CodePage858, "ibm858": charmap.CodePage858,
	"cp860": charmap.CodePage860, "ibm860": charmap.CodePage860,
	"cp862": charmap.CodePage862, "ibm862": charmap.CodePage862,
	"cp863": charmap.CodePage863, "ibm863": charmap.CodePage863,
	"cp865": charmap.CodePage865, "ibm865": charmap.CodePage865,
}

// aliases are labels found in mail for what WHATWG knows by another. GB2312
// and GBK are read as what they grew into.
var aliases = map[string]string{
	"gb2312": "gb18030", "gb_2312-80": "gb18030", "gb2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
	"cp936": "gb18030", "ms936": "gb18030", "windows-936": "gb18030", "euc-cn": "gb18030", "euccn": "gb18030",
	"gb_2312": "gb18030", "gb18030-2000": "gb18030", "gb18030-2022": "gb18030", "chinese": "gb18030",
	"cp932": "shift_jis", "ms932": "shift_jis", "windows-932": "shift_jis", "sjis-win": "shift_jis", "shift-jisx0213": "shift_jis",
	"cp943": "shift_jis", "cp943c": "shift_jis", "mskanji": "shift_jis", "eucjp": "euc-jp", "eucjp-win": "euc-jp", "cp51932": "euc-jp",
	"iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp", "iso-2022-jp-3": "iso-2022-jp", "iso-2022-jp-2004": "iso-2022-jp",
	"iso-2022-jp-ms": "iso-2022-jp", "iso2022jp": "iso-2022-jp", "iso2022-jp": "iso-2022-jp", "jis": "iso-2022-jp",
	"cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp", "cp50222": "iso-2022-jp", "cp50932": "iso-2022-jp",
	"ks_c_5601": "euc-kr", "ks_c_5601-1992": "euc-kr", "ks-c-5601-1987": "euc-kr", "ksc5601": "euc-kr", "euckr": "euc-kr",
	"cp949": "euc-kr", "ms949": "euc-kr", "uhc": "euc-kr", "x-windows-949": "euc-kr", "johab": "",
	"cp950": "big5", "ms950": "big5", "windows-950": "big5", "big-5": "big5", "big5hkscs": "big5", "big5-eten": "big5", "euc-tw": "",
	"cp874": "windows-874", "tis620": "tis-620", "tis_620": "tis-620", "cp65001": "utf-8", "utf-8mb4": "utf-8",
	"utf8mb4": "utf-8", "utf_8": "utf-8", "utf8-sig": "utf-8", "utf-8-sig": "utf-8", "utf-8-mac": "utf-8", "ucs-2": "utf-16be",
	"koi8": "koi8-r", "koi8r": "koi8-r", "koi8u": "koi8-u", "macroman": "macintosh", "x-macroman": "macintosh",
	"mac-roman": "macintosh", "macos-roman": "macintosh", "macintosh-cyrillic": "x-mac-cyrillic", "cp10000": "macintosh",
	"cp28591": "iso-8859-1", "latin": "iso-8859-1", "western": "windows-1252",
}
