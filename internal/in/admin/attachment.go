package admin

import (
	"context"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// Limits of an upload beside that of the body.
const (
	maxFiles  = 100
	maxOthers = 1000 // parts that are no files
)

const (
	noFile    = "The submitted data was not a file. Check the encoding type on the form."
	emptyFile = "The submitted file is empty."
	required  = "This field is required."
)

// uploadType refuses what is no multipart form; an empty body has no type.
func (c *call) uploadType() error {
	if c.r.ContentLength == 0 {
		return nil
	}
	_, err := c.boundary()
	return err
}

func (c *call) boundary() (string, error) {
	sent := c.r.Header.Get("Content-Type")
	plain, _, _ := strings.Cut(sent, ";")
	if !strings.EqualFold(strings.TrimSpace(plain), "multipart/form-data") {
		return "", detail(http.StatusUnsupportedMediaType, `Unsupported media type "`+sent+`" in request.`)
	}
	_, params, err := mime.ParseMediaType(sent)
	if boundary := params["boundary"]; err == nil && boundary != "" && len(boundary) <= 200 {
		return boundary, nil
	}
	return "", malformed("Invalid boundary in multipart")
}

func malformed(why string) *problem {
	return detail(http.StatusBadRequest, "Multipart form parse error - "+why)
}

// uploadAttachments answers POST tickets/attachments/. Files go to the blob store as
// they arrive, under keys of our own; if one part is wrong, none is kept.
func (a *API) uploadAttachments(c *call) error {
	u := c.uploading(a)
	kept := false
	defer func() {
		if !kept {
			u.discard()
		}
	}()
	if err := u.receive(); err != nil {
		return err
	}
	if p := u.verdict(); p != nil {
		return p
	}
	once, err := c.once(http.StatusCreated, u.digest)
	if err != nil {
		return err
	}
	return a.atMostOnce(c, once, func(w desk.Write) error {
		made, err := a.tickets.Upload(c.ctx(), c.store, u.files, w)
		// After an error of unknown kind the rows may be there all the same: the
		// blobs stay, and the sweep removes them if no row names them.
		kept = err == nil || desk.CodeOf(err) == desk.Internal
		if err != nil {
			return err
		}
		body := wire.Expand(nil, wire.Attachments(nil, made), a.link(c))
		return c.answer(http.StatusCreated, body)
	})
}

// verdict is the error of an upload that was received whole; nil when it is good.
// As in the original, text parts count before files.
func (u *upload) verdict() *problem {
	fields := desk.Fields{}
	for i := range u.texts {
		fields.Add("files."+itoa(i), noFile)
	}
	for i, size := range u.sizes {
		if size == 0 {
			fields.Add("files."+itoa(u.texts+i), emptyFile)
		}
	}
	if u.texts == 0 && len(u.sizes) == 0 {
		fields.Add("files", required)
	}
	if len(fields) == 0 {
		return nil
	}
	return invalid(fields)
}

// discard removes what was stored, even if the client has gone.
func (u *upload) discard() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(u.c.ctx()), time.Minute)
	defer cancel()
	for _, file := range u.files {
		if err := u.api.blobs.Delete(ctx, file.BlobKey); err != nil {
			u.api.log.WarnContext(ctx, "removing a refused upload", slog.String("request_id", u.c.id), slog.Any("error", err))
		}
	}
}
