package mail

import (
	"context"
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// maxFiles is how many bytes of attachments a mail carries; of more, it carries links.
// Many servers refuse mails above 25 MB, and base64 adds a third.
const maxFiles = 15 << 20

// fileLink stands in a mail for an attachment that is not in it.
type fileLink struct{ Name, URL string }

// files are the attachments of a mail: with their bytes, or as links when they are too large
// together, or were never fetched.
func (s *Service) files(ctx context.Context, st *desk.Store, list []wire.CustomerFile) (files []*gomail.File, links []fileLink) {
	total := int64(0)
	for _, f := range list {
		total += f.Size
	}
	linker := s.Links(st)
	for _, f := range list {
		if total > maxFiles || f.BlobKey == "" {
			links = append(links, fileLink{oneLine(f.Name), string(linker.AppendURL(nil, []byte(f.Path)))})
			continue
		}
		files = append(files, &gomail.File{
			Name: "attachment", // the headers tell the real one
			Header: textproto.MIMEHeader{
				"Content-Type":        {contentType(f.Name)},
				"Content-Disposition": {disposition(f.Name)},
			},
			Writer: func(w io.Writer) (int64, error) { return s.copyBlob(ctx, w, f.BlobKey) },
		})
	}
	return files, links
}

func (s *Service) copyBlob(ctx context.Context, w io.Writer, key string) (int64, error) {
	r, err := s.Blobs.Open(ctx, key)
	if err != nil {
		return 0, fmt.Errorf("an attachment: %w", err)
	}
	defer r.Close()
	return io.Copy(w, r)
}

// contentTypes are those that mail programs show; all else is just bytes to them, which
// keeps what a sender named from being taken for a part of the mail.
var contentTypes = map[string]string{
	".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".webp": "image/webp", ".txt": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8", ".zip": "application/zip",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

func contentType(name string) string {
	if t := contentTypes[strings.ToLower(path.Ext(name))]; t != "" {
		return t
	}
	return "application/octet-stream"
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9 ._()-]{0,59}$`)

// disposition names a file: plainly where that can be, else by RFC 2231, in pieces that fit
// on lines.
func disposition(name string) string {
	name = oneLine(name)
	if plainName.MatchString(name) {
		return `attachment; filename="` + name + `"`
	}
	const piece = 20 // characters; each is at most 12 bytes when escaped
	var b strings.Builder
	b.WriteString("attachment")
	for i := 0; name != ""; i++ {
		end := 0
		for n := 0; n < piece && end < len(name); n++ {
			_, size := utf8.DecodeRuneInString(name[end:])
			end += size
		}
		charset := ""
		if i == 0 {
			charset = "utf-8''"
		}
		fmt.Fprintf(&b, ";\r\n filename*%d*=%s%s", i, charset, strings.NewReplacer("+", "%20", "*", "%2A", "'", "%27", "(", "%28", ")", "%29").Replace(url.QueryEscape(name[:end])))
		name = name[end:]
	}
	return b.String()
}
