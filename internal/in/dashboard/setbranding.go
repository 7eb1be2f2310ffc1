package dashboard

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/settings"
)

// brandingRoutes are the settings of how mail looks, and the pictures in it.
func (d *door) brandingRoutes() []page.Route {
	const branding = "settings/branding/"
	logo := change(http.MethodPost, branding+"logo/", forSettings, d.addLogo)
	logo.Files, logo.MaxBody = true, maxLogo+64<<10 // the form around the file
	return []page.Route{
		get(branding, forSettings, d.branding),
		change(http.MethodPatch, branding, forSettings, d.changeBranding),
		logo,
		change(http.MethodPost, branding+"preview/", forSettings, d.previewBranding),
		formRow(branding+"frame/", d.frameBranding),
		{Method: http.MethodGet, Path: picturePath + "{key}", Needs: page.Anyone, CSRF: page.ReadOnly, Handle: d.picture},
	}
}

const (
	picturePath = "/pictures/"
	maxLogo     = 1 << 20 // bytes
)

// brandingRow is how mail of the store looks. "" stands for the usual.
type brandingRow struct {
	Colour  string `json:"colour"`
	LogoURL string `json:"logo_url"`
	Footer  string `json:"footer"`
}

func brandingOf(st *desk.Store) brandingRow {
	return brandingRow{st.Mail.Colour, st.Mail.LogoURL, st.Mail.Footer}
}

func (d *door) branding(q *page.Request) error { return q.JSON(http.StatusOK, brandingOf(q.Store)) }

// brandingNames are the settings behind the fields of the form.
var brandingNames = map[string]string{"mail_colour": "colour", "mail_logo_url": "logo_url", "mail_footer": "footer"}

// brandingInput is what a form changes; what is not named stays.
type brandingInput struct {
	Colour  *string `json:"colour"`
	LogoURL *string `json:"logo_url"`
	Footer  *string `json:"footer"`
}

func (in *brandingInput) values() map[string]string {
	values := map[string]string{}
	for name, value := range map[string]*string{"mail_colour": in.Colour, "mail_logo_url": in.LogoURL, "mail_footer": in.Footer} {
		if value != nil {
			values[name] = strings.ReplaceAll(clean(*value), "\r\n", "\n")
		}
	}
	return values
}

// asField names fields as the form does.
func asField(err error) error {
	var e *desk.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	fields := desk.Fields{}
	for name, messages := range e.Fields {
		if field, ok := brandingNames[name]; ok {
			name = field
		}
		fields[name] = messages
	}
	return &desk.Error{Code: e.Code, Message: e.Message, Fields: fields}
}

// branded is the store as it would be with what a form says, which is checked.
func (d *door) branded(q *page.Request, in *brandingInput) (*desk.Store, error) {
	st, err := settings.Preview(q.Store, in.values())
	if err != nil {
		return nil, asField(err)
	}
	if key, own := strings.CutPrefix(st.Mail.LogoURL, picturePath); own && in.LogoURL != nil {
		if _, err := d.Stores.Picture(q.Ctx(), q.Store, key); desk.CodeOf(err) == desk.NotFound {
			return nil, &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"logo_url": {"There is no such picture. Upload it again."}}}
		} else if err != nil {
			return nil, err
		}
	}
	return st, nil
}

func (d *door) decodeBranding(q *page.Request) (*brandingInput, *desk.Store, error) {
	var in brandingInput
	if err := q.Decode(&in); err != nil {
		return nil, nil, err
	}
	st, err := d.branded(q, &in)
	return &in, st, err
}

func (d *door) changeBranding(q *page.Request) error {
	in, _, err := d.decodeBranding(q)
	if err != nil {
		return err
	}
	before, after, err := d.Stores.Change(q.Ctx(), q.Store.ID, in.values())
	if err != nil {
		return asField(err)
	}
	old, now, data := brandingOf(before), brandingOf(after), map[string]string{}
	if old.Colour != now.Colour {
		data["colour"] = now.Colour
	}
	if old.LogoURL != now.LogoURL {
		data["logo_url"] = now.LogoURL
	}
	if old.Footer != now.Footer {
		data["footer"] = "changed"
	}
	if len(data) > 0 {
		if err := d.note(q, "branding.changed", after.Name, data); err != nil {
			return err
		}
	}
	return q.JSON(http.StatusOK, now)
}

func (d *door) previewBranding(q *page.Request) error {
	_, st, err := d.decodeBranding(q)
	if err != nil {
		return err
	}
	v, err := d.Letters.PreviewReply(st)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, letterOf(v))
}

func (d *door) frameBranding(q *page.Request) error {
	colour, logo, footer := q.Form("colour"), q.Form("logo_url"), formLines(q, "footer")
	st, err := d.branded(q, &brandingInput{&colour, &logo, &footer})
	if err != nil {
		return err
	}
	v, err := d.Letters.PreviewReply(st)
	if err != nil {
		return err
	}
	return framed(q, v.HTML)
}

// formLines is a text of several lines, as forms send them.
func formLines(q *page.Request, name string) string {
	return strings.ReplaceAll(q.R.PostFormValue(name), "\r\n", "\n")
}

// pictureTypes are what a browser shows and never runs.
var pictureTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// addLogo keeps a picture, which everybody who knows its address can see. Mail shows it
// when that is saved.
func (d *door) addLogo(q *page.Request) error {
	wrong := func(message string) error {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"logo_url": {message}}}
	}
	file, _, err := q.R.FormFile("file")
	if err != nil {
		if errors.Is(err, http.ErrMissingFile) {
			return wrong("There is no file.")
		}
		return badForm(err)
	}
	defer file.Close()
	if q.R.MultipartForm != nil {
		defer func() { _ = q.R.MultipartForm.RemoveAll() }()
	}
	data, err := io.ReadAll(io.LimitReader(file, maxLogo+1))
	if err != nil {
		return badForm(err)
	}
	kind, _ := blob.SafeType("", data)
	switch {
	case len(data) > maxLogo:
		return wrong("The picture is larger than 1 MB.")
	case !slices.Contains(pictureTypes, kind):
		return wrong("This is no picture that mail can show. Choose a PNG, JPEG, GIF or WebP file.")
	}
	p := &desk.Picture{BlobKey: blob.NewKey(), Type: kind, Size: int64(len(data))}
	if _, err := d.Blobs.Put(q.Ctx(), p.BlobKey, bytes.NewReader(data)); err != nil {
		return err
	}
	if err := d.Stores.AddPicture(context.WithoutCancel(q.Ctx()), q.Store, p); err != nil {
		if desk.CodeOf(err) != desk.Internal { // else the row may be there all the same
			d.discard(q, []desk.Upload{{BlobKey: p.BlobKey}})
		}
		return err
	}
	if err := d.note(q, "branding.picture_added", picturePath+p.Key, nil); err != nil {
		return err
	}
	return q.JSON(http.StatusCreated, struct {
		URL string `json:"url"`
	}{picturePath + p.Key})
}

// picture shows a picture to whoever knows its address: readers of mail, everywhere.
func (d *door) picture(q *page.Request) error {
	p, err := d.Stores.Picture(q.Ctx(), q.Store, clean(q.R.PathValue("key")))
	if err != nil {
		return err
	}
	if !slices.Contains(pictureTypes, p.Type) {
		return desk.ErrNotFound
	}
	data, err := d.Blobs.Open(q.Ctx(), p.BlobKey)
	if err != nil {
		return err
	}
	defer data.Close()
	h := q.W.Header()
	h.Set("Content-Type", p.Type)
	h.Set("Content-Length", strconv.FormatInt(data.Size(), 10))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if q.R.Method != http.MethodHead {
		_, _ = io.Copy(q.W, data) // a client that went away is no error of ours
	}
	return nil
}
