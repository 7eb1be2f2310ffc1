package dashboard

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/page"
)

func uploadRow(handle func(*page.Request) error) page.Route {
	row := change(http.MethodPost, "uploads/", forTickets, handle)
	row.Files = true
	row.MaxBody = maxUpload + maxBody // the form around the files
	return row
}

// uploadFiles stores the files of a multipart form as they arrive. They are the agent's
// own: nobody else can put them into a comment. If one is wrong, none is kept.
func (d *door) uploadFiles(q *page.Request) error {
	parts, err := q.R.MultipartReader()
	if err != nil {
		return desk.Errorf(desk.Invalid, "The body must be multipart/form-data.")
	}
	var list []desk.Upload
	kept := false
	defer func() {
		if !kept {
			d.discard(q, list)
		}
	}()
	total := int64(0)
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return badForm(err)
		}
		name := uploadName(p.FileName())
		if p.FormName() != "files" || name == "" {
			continue
		}
		if len(list) == maxUploads {
			return desk.Errorf(desk.Invalid, "There are more than %d files.", maxUploads)
		}
		f := desk.Upload{FileName: name, BlobKey: blob.NewKey()}
		source := &watched{r: p}
		info, err := d.Blobs.Put(q.Ctx(), f.BlobKey, source)
		if source.err != nil && !errors.Is(source.err, io.EOF) {
			return badForm(source.err)
		}
		if err != nil {
			return err
		}
		f.Size = info.Size
		list = append(list, f)
		if total += f.Size; total > maxUpload {
			return &http.MaxBytesError{Limit: maxUpload}
		}
		if f.Size == 0 {
			return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"files": {name + " is empty."}}}
		}
	}
	if len(list) == 0 {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"files": {"There is no file."}}}
	}
	uploads, err := d.Tickets.StaffUpload(q.Ctx(), q.Store, q.Staff.UserID, list)
	// After an error of unknown kind the rows may be there all the same: the sweep decides.
	kept = err == nil || desk.CodeOf(err) == desk.Internal
	return answer(q, attachedFiles(uploads), err)
}

// watched remembers the error of a reader, to tell it from the blob store's.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

func badForm(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &desk.Error{Code: desk.Invalid, Message: "The files are too large.", Err: err}
	}
	return &desk.Error{Code: desk.Invalid, Message: "The form is cut short."}
}

func (d *door) discard(q *page.Request, list []desk.Upload) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(q.Ctx()), time.Minute)
	defer cancel()
	for _, f := range list {
		if err := d.Blobs.Delete(ctx, f.BlobKey); err != nil {
			d.Log.WarnContext(ctx, "removing a refused upload", slog.Any("error", err))
		}
	}
}

// uploadName is the name under which a file is shown: the last element of what its sender
// called it, without what cannot be printed, at most 255 characters. It never becomes a path.
func uploadName(sent string) string {
	name := strings.ToValidUTF8(sent, "\uFFFD")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	if strings.Trim(name, ". ") == "" {
		return ""
	}
	runes, ext := []rune(name), []rune(path.Ext(name))
	if len(runes) > 255 {
		ext = ext[:min(len(ext), 20)]
		return string(runes[:255-len(ext)]) + string(ext)
	}
	return name
}
