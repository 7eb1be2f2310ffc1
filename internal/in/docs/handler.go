package docs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

// Path is where the page lives; the handler answers nowhere else.
const Path = "/api/docs/"

// Handler renders the contract document once and serves the page at Path, to GET and HEAD, with an ETag. It fails for
// a document it cannot read or that refers to a component it does not have. No token is needed to read the page.
func Handler(contract []byte) (http.Handler, error) {
	d, err := parse(contract)
	if err != nil {
		return nil, err
	}
	html, styleHash, err := render(d)
	if err != nil {
		return nil, fmt.Errorf("render the reference page: %w", err)
	}
	sum := sha256.Sum256(html)
	return &handler{
		html:   html,
		etag:   `"` + hex.EncodeToString(sum[:8]) + `"`,
		policy: "default-src 'none'; style-src " + styleHash + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}, nil
}

type handler struct {
	html   []byte
	etag   string
	policy string
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", h.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
	if r.URL.Path != Path {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		return
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-cache") // keep it, but ask with the ETag whether it still holds
	header.Set("ETag", h.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(h.html))
}
