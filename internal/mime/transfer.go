package mime

import (
	"io"
	"strings"
)

// encoding of a part for the transport (RFC 2045 section 6).
type transfer int

const (
	identity transfer = iota // 7bit, 8bit, binary, and whatever is unknown
	base64Transfer
	quotedPrintable
	uuencoded
)

// parseTransfer reads Content-Transfer-Encoding; spelling varies.
func parseTransfer(value string) transfer {
	letters := strings.Map(func(r rune) rune {
		if strings.ContainsRune(alphanumeric, r) {
			return r
		}
		return -1
	}, strings.ToLower(value))
	switch letters {
	case "base64", "base64encoded", "xbase64":
		return base64Transfer
	case "quotedprintable", "quotedprintible", "qp":
		return quotedPrintable
	case "uuencode", "xuuencode", "xuue", "uue":
		return uuencoded
	}
	return identity
}

// decoder undoes a transfer encoding, streaming. Its only errors are those of
// src.
func (t transfer) decoder(src *io.SectionReader) io.Reader {
	switch t {
	case base64Transfer:
		return &base64Reader{r: buffered(src, transferBuffer)}
	case quotedPrintable:
		return &quotedReader{r: buffered(src, transferBuffer)}
	case uuencoded:
		return &uuReader{lines: newLines(src)}
	}
	return io.NewSectionReader(src, 0, src.Size())
}

const transferBuffer = 32 << 10
