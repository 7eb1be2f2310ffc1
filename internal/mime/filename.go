package mime

import (
	"path"
	"strings"
	"unicode"
)

// maxName is the length in characters that cleanName keeps of a name.
const maxName = 255

// fileName is what the sender calls a part, made safe; "" when it has no name.
func fileName(disposition, content media, label string) string {
	for _, name := range []string{
		disposition.params["filename"], content.params["name"], content.params["filename"], disposition.params["name"],
	} {
		// Encoded words have no place in a parameter (RFC 2047 section 5),
		// yet that is where most names are.
		if name = cleanName(decodeWords(name, label)); name != "" {
			return name
		}
	}
	return ""
}

// cleanName keeps what comes behind the last path separator, without control
// characters, without those that are invisible or turn the direction of text
// (they make exe.gpj of jpg.exe), and at most 255 characters, cut before the
// extension.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.TrimRight(trimSpace(name), `/\`)
	name = trimSpace(name[strings.LastIndexAny(name, `/\`)+1:])
	if strings.Trim(name, ". ") == "" {
		return ""
	}
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

// defaultName names a part that came without a name, so that whoever saves it
// gets a file that opens.
func defaultName(kind string) string {
	if name, ok := defaultNames[kind]; ok {
		return name
	}
	family, sub, _ := strings.Cut(kind, "/")
	switch family {
	case "image", "audio", "video":
		if sub = strings.TrimPrefix(sub, "x-"); sub != "" && len(sub) <= 8 && strings.Trim(sub, alphanumeric) == "" {
			return family + "." + sub
		}
	case "text":
		return "text.txt"
	case "message", "multipart":
		return "message.eml"
	}
	return "attachment.bin"
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"

var defaultNames = map[string]string{
	"text/calendar":                    "invite.ics",
	"text/html":                        "text.html",
	"text/csv":                         "table.csv",
	"text/vcard":                       "contact.vcf",
	"text/x-vcard":                     "contact.vcf",
	"text/rfc822-headers":              "headers.txt",
	"message/delivery-status":          "delivery-status.txt",
	"message/global-delivery-status":   "delivery-status.txt",
	"message/disposition-notification": "disposition-notification.txt",
	"message/feedback-report":          "feedback-report.txt",
	"image/jpeg":                       "image.jpg",
	"image/pjpeg":                      "image.jpg",
	"image/svg+xml":                    "image.svg",
	"image/tiff":                       "image.tif",
	"audio/mpeg":                       "audio.mp3",
	"application/pdf":                  "document.pdf",
	"application/zip":                  "archive.zip",
	"application/ms-tnef":              "winmail.dat",
	"application/vnd.ms-tnef":          "winmail.dat",
	"application/pkcs7-mime":           "smime.p7m",
	"application/x-pkcs7-mime":         "smime.p7m",
	"application/pkcs7-signature":      "smime.p7s",
	"application/x-pkcs7-signature":    "smime.p7s",
	"application/pgp-signature":        "signature.asc",
	"application/pgp-keys":             "key.asc",
	"application/pgp-encrypted":        "version.txt",
	"application/json":                 "data.json",
	"application/ics":                  "invite.ics",
}
