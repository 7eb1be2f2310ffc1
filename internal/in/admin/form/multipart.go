package form

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPartHeader is how many bytes the headers of a part may take. A part with
// longer ones is passed over, as the original does.
const maxPartHeader = 1024

// Of parts the original counts two more than of fields: what stands before the
// first boundary and after the last.
const maxParts = maxFields + 2

var validBoundary = regexp.MustCompile(`^[ -~]{0,200}[!-~]$`)

func badMultipart(text string) *Problem {
	return &Problem{400, "Multipart form parse error - " + text}
}

// parseMultipart reads a form as leniently as the original: a part ends where the
// next boundary stands, wherever that is; what has no headers or no name is passed
// over; a form that breaks off counts as far as it goes.
func parseMultipart(contentType string, body []byte) (formFields, *Problem) {
	if !ascii(contentType) {
		return nil, badMultipart("Invalid non-ASCII Content-Type in multipart: " + contentType)
	}
	_, params := parseHeader(contentType)
	boundary, there := params["boundary"]
	if !there {
		boundary = "None"
	}
	if !there || !validBoundary.MatchString(boundary) {
		return nil, badMultipart("Invalid boundary in multipart: " + boundary)
	}
	fields := formFields{}
	files := formFields{}
	separator := []byte("--" + boundary)
	for count := 1; len(body) > 0; count++ {
		if count > maxParts {
			return nil, tooMany
		}
		part, rest, bounded := bytes.Cut(body, separator)
		if bounded {
			part = bytes.TrimSuffix(bytes.TrimSuffix(part, []byte("\n")), []byte("\r"))
		}
		addPart(fields, files, part)
		body = rest
	}
	for name, values := range files {
		fields[name] = append(fields[name], values...)
	}
	return fields, nil
}

func addPart(fields, files formFields, part []byte) {
	end := bytes.Index(part[:min(len(part), maxPartHeader)], []byte("\r\n\r\n"))
	if end < 0 {
		return
	}
	content := part[end+4:]
	var disposition map[string]string
	encoding := ""
	for line := range strings.SplitSeq(string(part[:end]), "\r\n") {
		head, params := parseHeader(line)
		name, value, _ := strings.Cut(head, ":")
		switch name {
		case "content-disposition":
			disposition = params
		case "content-transfer-encoding":
			encoding = strings.TrimSpace(value)
		}
	}
	name, named := disposition["name"]
	if !named {
		return
	}
	name = strings.TrimSpace(decodeText(name))
	if disposition["filename"] != "" {
		if fileName := lastElement(decodeText(disposition["filename"])); fileName != "" {
			files[name] = append(files[name], &file{fileName, len(content)})
		}
		return
	}
	if encoding == "base64" {
		if plain, ok := decodeBase64(string(content)); ok {
			content = plain
		}
	}
	fields[name] = append(fields[name], decodeText(string(content)))
}

// lastElement is a file's name without the folders its sender had it in.
func lastElement(name string) string {
	name = html.UnescapeString(name)
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "." || name == ".." {
		return ""
	}
	return name
}

// parseHeader splits "value; name=x; other="y"" into the value, in lower case, and
// its parameters.
func parseHeader(line string) (string, map[string]string) {
	pieces := headerPieces(line)
	params := map[string]string{}
	for _, piece := range pieces[1:] {
		name, value, ok := strings.Cut(piece, "=")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.TrimSpace(value)
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
			value = strings.ReplaceAll(strings.ReplaceAll(value, `\\`, `\`), `\"`, `"`)
		}
		if short, extended := strings.CutSuffix(name, "*"); extended {
			// RFC 2231: charset'language'percent-encoded text; UTF-8 is assumed.
			name = short
			if parts := strings.Split(value, "'"); len(parts) == 3 {
				value = unquotePlus(strings.ReplaceAll(parts[2], "+", "%2B"))
			}
		}
		params[name] = value
	}
	return strings.ToLower(pieces[0]), params
}

// headerPieces splits at the semicolons that stand outside quotes.
func headerPieces(line string) []string {
	var pieces []string
	quoted, start := false, 0
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ';' && !quoted:
			pieces = append(pieces, strings.TrimSpace(line[start:i]))
			start = i + 1
		}
	}
	return append(pieces, strings.TrimSpace(line[start:]))
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII || r == utf8.RuneError }) < 0
}
