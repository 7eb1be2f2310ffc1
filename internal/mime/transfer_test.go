package mime

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"testing"
	"testing/iotest"
)

// FuzzTransfer decodes what others encoded, also when it is read in small
// pieces.
func FuzzTransfer(f *testing.F) {
	f.Add([]byte("hello"), uint8(3), false)
	f.Add([]byte("a=b \t\r\n\x00\xff "), uint8(76), true)
	f.Add(bytes.Repeat([]byte("long line "), 100), uint8(0), false)
	f.Fuzz(func(t *testing.T, data []byte, width uint8, pad bool) {
		check := func(name string, encoding transfer, encoded []byte) {
			src := io.NewSectionReader(bytes.NewReader(encoded), 0, int64(len(encoded)))
			if err := iotest.TestReader(encoding.decoder(src), data); err != nil {
				t.Errorf("%s of %q: %v", name, encoded, err)
			}
		}
		check("identity", identity, data)
		encoding := base64.StdEncoding
		if !pad {
			encoding = encoding.WithPadding(base64.NoPadding)
		}
		check("base64", base64Transfer, fold([]byte(encoding.EncodeToString(data)), int(width)))
		var quoted bytes.Buffer
		w := quotedprintable.NewWriter(&quoted)
		w.Binary = true
		_, _ = w.Write(data) // into memory
		_ = w.Close()
		check("quoted-printable", quotedPrintable, quoted.Bytes())
		check("uuencode", uuencoded, uuEncode(data))
	})
}

// fold breaks text into lines.
func fold(text []byte, width int) []byte {
	if width == 0 {
		return text
	}
	var out []byte
	for len(text) > width {
		out = append(append(out, text[:width]...), "\r\n"...)
		text = text[width:]
	}
	return append(out, text...)
}

func uuEncode(data []byte) []byte {
	char := func(b byte) byte {
		if b &= 63; b == 0 {
			return '`'
		}
		return b + ' '
	}
	out := []byte("begin 644 file\n")
	for len(data) > 0 {
		line := data[:min(45, len(data))]
		data = data[len(line):]
		out = append(out, char(byte(len(line))))
		for i := 0; i < len(line); i += 3 {
			var b [3]byte
			copy(b[:], line[i:])
			out = append(out, char(b[0]>>2), char(b[0]<<4|b[1]>>4), char(b[1]<<2|b[2]>>6), char(b[2]))
		}
		out = append(out, '\n')
	}
	return append(out, "`\nend\n"...)
}
