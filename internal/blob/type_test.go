package blob

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

const (
	pngHead  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
	jpegHead = "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
	gifHead  = "GIF89a\x01\x00\x01\x00\x80\x00\x00"
	webpHead = "RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00"
	pdfHead  = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
	utf8Text = "text/plain; charset=utf-8"
)

func TestSafeType(t *testing.T) {
	cases := []struct {
		why, name, head string
		kind            string
		inline          bool
	}{
		{"png", "a.png", pngHead, "image/png", true},
		{"jpeg", "a.jpeg", jpegHead, "image/jpeg", true},
		{"jpeg with XMP", "a.jpg", jpegHead + `<?xpacket begin=""?><x:xmpmeta>`, "image/jpeg", true},
		{"gif", "a.gif", gifHead, "image/gif", true},
		{"webp", "a.webp", webpHead, "image/webp", true},
		{"pdf", "a.pdf", pdfHead, "application/pdf", true},
		{"text", "a.txt", "Hello, world\n", utf8Text, true},
		{"text without extension", "README", "Hello\n", utf8Text, true},
		{"empty", "a.txt", "", utf8Text, true},
		{"accents cut at the limit", "a.txt", "x" + strings.Repeat("é", HeadSize), utf8Text, true},
		{"utf-16", "a.txt", "\xff\xfeH\x00i\x00", "text/plain; charset=utf-16le", true},
		{"the bytes win over the name", "a.txt", pngHead, "image/png", true},
		{"wrong image extension", "a.jpg", pngHead, "image/png", true},

		{"letter that looks like csv", "a.txt", "a,b\nc,d\ne,f\n", utf8Text, true},
		{"csv", "a.csv", "a,b\nc,d\n", "text/csv; charset=utf-8", false},
		{"csv of one column", "A.CSV", "a\nb\n", "text/csv; charset=utf-8", false},
		{"calendar", "a.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "text/calendar; charset=utf-8", false},
		{"json", "a.json", `{"a":1}`, "application/json", false},
		{"broken json", "a.json", `{"a":`, "application/json", false},
		{"zip", "a.zip", "PK\x03\x04\x14\x00\x00\x00\x00\x00", "application/zip", false},
		{"word", "a.docx", docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
		{"film", "a.mp4", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4", false},
		{"sound", "a.wav", "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00", "audio/wav", false},
		{"phone photo", "a.heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic", false},

		{"html", "a.html", "<!DOCTYPE html><title>x</title>", opaque, false},
		{"html as text", "a.txt", "<html><body>x", opaque, false},
		{"html as png", "a.png", "  \n<script>alert(1)</script>", opaque, false},
		{"html after a comment", "a.txt", "<!-- x --><script>alert(1)</script>", opaque, false},
		{"html after text", "a.txt", "hello\n<SCRIPT>alert(1)</SCRIPT>", opaque, false},
		{"html in utf-16", "a.txt", "\xff\xfe<\x00s\x00c\x00r\x00i\x00p\x00t\x00>\x00", opaque, false},
		{"text named html", "a.html", "hello", opaque, false},
		{"image named html", "a.html", pngHead, opaque, false},
		{"dots after html", "a.html. .", "hello", opaque, false},
		{"direction override before html", "a.\u202ehtml", "hello", opaque, false},
		{"upper case", "A.HTM", "hello", opaque, false},
		{"svg", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`, opaque, false},
		{"svg as png", "a.png", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">`, opaque, false},
		{"xml", "a.xml", `<?xml version="1.0"?><a/>`, opaque, false},
		{"xml as text", "a.txt", `<?xml version="1.0"?><a/>`, opaque, false},
		{"xhtml", "a.xhtml", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">`, opaque, false},
		{"script", "a.js", "alert(1)", opaque, false},
		{"module", "a.mjs", "export default 1", opaque, false},
		{"shell script", "a", "#!/bin/sh\nrm -rf /\n", opaque, false},
		{"php", "a.txt", "<?php echo 1;", opaque, false},
		{"program", "a.exe", "MZ\x90\x00\x03\x00\x00\x00", opaque, false},
		{"program as text", "a.txt", "MZ\x90\x00\x03\x00\x00\x00", opaque, false},
		{"bytes", "a.txt", "\x00\x01\x02\x03\xfe\xff", opaque, false},

		{"gif and page", "a.gif", "GIF89a<script>alert(1)</script>", opaque, false},
		{"gif and page, later", "a.gif", gifHead + strings.Repeat("\x00", 2000) + "<ScRiPt>", opaque, false},
		{"png and page", "a.png", pngHead + "<html><body onload=alert(1)>", opaque, false},
		{"jpeg and svg", "a.jpg", jpegHead + "<svg onload=alert(1)>", opaque, false},
		{"script and pdf", "a.pdf", "alert(1)//%PDF-1.7", opaque, false},
		{"pdf and page", "a.pdf", pdfHead + "<script>alert(1)</script>", opaque, false},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			kind, inline := SafeType(c.name, []byte(c.head))
			if kind != c.kind || inline != c.inline {
				t.Errorf("SafeType(%q, %.40q) = %s, %v, want %s, %v", c.name, c.head, kind, inline, c.kind, c.inline)
			}
		})
	}
}

func docx() string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml"} {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store}); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// Whatever the bytes, nothing that a browser runs is ever answered as such.
func FuzzSafeType(f *testing.F) {
	f.Add("a.html", []byte("GIF89a<script>"))
	f.Add("a.svg", []byte("<svg"))
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		kind, inline := SafeType(name, head)
		for _, active := range []string{"html", "svg", "xml;", "+xml", "script"} {
			if strings.Contains(kind+";", active) {
				t.Errorf("answered as %s", kind)
			}
		}
		base, _, _ := strings.Cut(kind, ";")
		if inline && !inlineTypes[base] {
			t.Errorf("%s is shown in place", kind)
		}
	})
}
