package blob

import (
	"bytes"
	"mime"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// HeadSize is how many bytes from the start of a blob [SafeType] looks at.
const HeadSize = 3072

const (
	opaque    = "application/octet-stream"
	plainText = "text/plain"
	pdf       = "application/pdf"
)

// SafeType decides the Content-Type with which an attachment is answered and
// whether a browser may show it in place. head is the start of the bytes,
// HeadSize of them or all; they decide, and the name only tells one kind of
// plain text from another or lowers the trust.
//
// Shown in place are PNG, JPEG, GIF, WebP, PDF and plain text. What a browser
// could run (HTML, SVG, XML, scripts, ...), what pretends to be something
// else, and all that is unknown is application/octet-stream, to be saved.
// The answer should still carry X-Content-Type-Options: nosniff and a
// sandboxing Content-Security-Policy.
func SafeType(name string, head []byte) (contentType string, inline bool) {
	head = head[:min(len(head), HeadSize)]
	ext := strings.ToLower(path.Ext(cleanName(name)))
	if activeExt[ext] {
		return opaque, false
	}
	kind, charset := sniff(head)
	if refined, ok := textExt[ext]; ok && textTypes[kind] {
		kind = refined
	}
	switch {
	case inlineTypes[kind]:
		if deceptive(kind, head) {
			return opaque, false
		}
		inline = true
	case !savedAs(kind):
		return opaque, false
	}
	if strings.HasPrefix(kind, "text/") {
		kind += "; charset=" + charset
	}
	return kind, inline
}

// inlineTypes is short on purpose: each is shown without running anything.
var inlineTypes = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true,
	pdf: true, plainText: true,
}

// textTypes are harmless kinds of text that sniffing confuses: a letter with
// commas looks like CSV.
var textTypes = map[string]bool{
	plainText: true, "text/csv": true, "text/tab-separated-values": true,
	"text/calendar": true, "text/vcard": true,
	"application/json": true, "application/x-ndjson": true,
}

// textExt refines a text type by extension.
var textExt = map[string]string{
	".txt": plainText, ".text": plainText, ".log": plainText, ".md": plainText,
	".csv": "text/csv", ".tsv": "text/tab-separated-values",
	".ics": "text/calendar", ".vcf": "text/vcard",
	".json": "application/json", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson",
}

// activeExt are extensions that a browser or desktop runs whatever the bytes:
// a saved page.html that begins like a GIF is still opened as a page.
var activeExt = setOf(`.html .htm .xhtml .xht .shtml .phtml .mht .mhtml .svg .svgz .xml .xsl .xslt .xsd
	.rdf .rss .atom .mml .mathml .js .mjs .cjs .jse .vbs .vbe .wsf .wsh .hta .htc .swf .wasm .jar .jnlp
	.exe .com .scr .pif .bat .cmd .ps1 .msi .lnk .url .webloc .desktop .sh .php .appcache`)

// savedTypes are answered under their own name, to be saved, beside images,
// sound and film.
var savedTypes = setOf(`application/zip application/gzip application/x-7z-compressed application/x-rar-compressed
	application/x-tar application/json application/x-ndjson application/msword application/vnd.ms-excel
	application/vnd.ms-powerpoint application/vnd.ms-outlook text/rtf
	text/csv text/tab-separated-values text/calendar text/vcard
	application/vnd.openxmlformats-officedocument.wordprocessingml.document
	application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
	application/vnd.openxmlformats-officedocument.presentationml.presentation
	application/vnd.oasis.opendocument.text application/vnd.oasis.opendocument.spreadsheet
	application/vnd.oasis.opendocument.presentation`)

func savedAs(kind string) bool {
	if savedTypes[kind] {
		return true
	}
	family, _, _ := strings.Cut(kind, "/")
	return (family == "image" || family == "audio" || family == "video") && !strings.Contains(kind, "xml")
}

// sniff returns the type without parameters, and a charset that is only
// meant for text.
func sniff(head []byte) (kind, charset string) {
	kind, params, err := mime.ParseMediaType(mimetype.Detect(head).String())
	if err != nil {
		return opaque, ""
	}
	if kind == "image/apng" { // shown by whatever shows PNG
		kind = "image/png"
	}
	switch charset = params["charset"]; charset {
	case "utf-16le", "utf-16be", "iso-8859-1", "windows-1252":
		return kind, charset
	}
	return kind, "utf-8"
}

// markup begins what makes a browser treat bytes as a page.
var markup = [][]byte{
	[]byte("<!doctype"), []byte("<html"), []byte("<head"), []byte("<body"), []byte("<script"),
	[]byte("<svg"), []byte("<iframe"), []byte("<object"), []byte("<embed"), []byte("<?php"),
}

// deceptive reports bytes that are also something else than their kind: a
// polyglot such as GIF89a<script>.
func deceptive(kind string, head []byte) bool {
	if kind == pdf && !bytes.HasPrefix(head, []byte("%PDF-")) {
		return true // found further inside, after who knows what
	}
	// Without NUL, so that UTF-16 reads as ASCII.
	flat := bytes.ToLower(bytes.ReplaceAll(head, []byte{0}, nil))
	for _, m := range markup {
		if bytes.Contains(flat, m) {
			return true
		}
	}
	return false
}

func setOf(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}
