// Package media serves attachments by the links that the Admin API shows: whoever
// holds a link may fetch the file, as long as the attachment exists, or as long as
// the link is good where the store lets links expire. What a sender named or typed
// decides neither where bytes lie nor what a browser does with them.
package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// Base is the path under which attachments are served.
const Base = "/media/"

// Handler answers GET and HEAD under Base, with ranges. A link that is unknown, of
// another store or expired is a plain 404.
type Handler struct {
	Tickets *tickets.Service
	Stores  *settings.Stores
	Blobs   blob.Store
	Log     *slog.Logger
	Now     func() time.Time
	Host    func(*http.Request) string // the host as the client sees it
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed.", http.StatusMethodNotAllowed)
		return
	}
	err := h.serve(w, r)
	switch {
	case err == nil:
	case desk.CodeOf(err) == desk.NotFound, errors.Is(err, blob.ErrNotFound):
		http.Error(w, "Not found.", http.StatusNotFound)
	case r.Context().Err() != nil: // the client is gone; returning would answer 200
		panic(http.ErrAbortHandler)
	default:
		h.Log.ErrorContext(r.Context(), "serving an attachment", slog.String("path", r.URL.Path), slog.Any("error", err))
		http.Error(w, "Something went wrong on our side.", http.StatusInternalServerError)
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	st, err := h.Stores.ByHost(r.Context(), h.Host(r))
	if err != nil {
		return err
	}
	path := strings.TrimPrefix(r.URL.Path, Base)
	if !good(st, path, r.URL.Query().Get("expires"), r.URL.Query().Get("signature"), h.Now()) {
		return desk.ErrNotFound
	}
	if strings.IndexByte(path, 0) >= 0 || !utf8.ValidString(path) {
		return desk.ErrNotFound // PostgreSQL would refuse to look for it
	}
	a, err := h.Tickets.Attachment(r.Context(), st, path)
	if err != nil {
		return err
	}
	if a.BlobKey == "" {
		return desk.ErrNotFound // known from an import that brought no files
	}
	file, err := h.Blobs.Open(r.Context(), a.BlobKey)
	if err != nil {
		return err
	}
	defer file.Close()
	return show(w, r, st, a, file)
}

func show(w http.ResponseWriter, r *http.Request, st *desk.Store, a *desk.Attachment, file blob.Reader) error {
	head := make([]byte, blob.HeadSize)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	kind, inline := blob.SafeType(a.FileName, head[:n])
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Disposition", blob.Disposition(inline, a.FileName))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin") // shops and mail readers embed images
	header.Set("ETag", `"`+a.BlobKey+`"`)
	header.Set("Cache-Control", "private, max-age=86400")
	if st.MediaTTL > 0 {
		header.Set("Cache-Control", "private, no-store")
	}
	http.ServeContent(w, r, "", a.CreatedAt.Time(), file)
	return nil
}

// Links makes the URLs of a store's attachments as this client sees them.
func Links(now func() time.Time) func(st *desk.Store, origin string) wire.Linker {
	return func(st *desk.Store, origin string) wire.Linker {
		if st.MediaTTL <= 0 {
			return wire.Origin(origin)
		}
		// Rounded, so that a page asked for twice shows the same links.
		step := max(st.MediaTTL/2, time.Second)
		return expiring{wire.Origin(origin), st, now().Truncate(step).Add(st.MediaTTL + step).Unix()}
	}
}

type expiring struct {
	origin  wire.Origin
	store   *desk.Store
	expires int64
}

// AppendURL implements wire.Linker.
func (e expiring) AppendURL(dst, path []byte) []byte {
	dst = e.origin.AppendURL(dst, path)
	dst = strconv.AppendInt(append(dst, "?expires="...), e.expires, 10)
	return append(append(dst, "&signature="...), sign(e.store, string(path), e.expires)...)
}

func sign(st *desk.Store, path string, expires int64) string {
	mac := hmac.New(sha256.New, []byte(st.MediaSecret))
	mac.Write([]byte(path + "\n" + strconv.FormatInt(expires, 10)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

// good checks a link where the store lets links expire.
func good(st *desk.Store, path, expires, signature string, now time.Time) bool {
	if st.MediaTTL <= 0 {
		return true
	}
	at, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || now.Unix() > at {
		return false
	}
	return hmac.Equal([]byte(sign(st, path, at)), []byte(signature))
}
