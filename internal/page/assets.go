package page

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
)

// version names the assets by their content, so that browsers may keep them for good.
var version = func() string {
	sum := sha256.New()
	for _, name := range assetNames() {
		text, err := files.ReadFile("assets/" + name)
		if err != nil {
			panic(err) // it was listed
		}
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}()

func assetNames() []string {
	entries, err := fs.ReadDir(files, "assets")
	if err != nil {
		panic(err) // the directory is part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// Assets are the routes of stylesheet and scripts.
func Assets() []Route {
	return []Route{{Method: http.MethodGet, Path: AssetsPath + "{version}/{name}", Needs: Anyone, CSRF: ReadOnly, Plain: http.HandlerFunc(serveAsset)}}
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	name := r.PathValue("name")
	text, err := files.ReadFile("assets/" + name)
	if err != nil || strings.Contains(name, "/") {
		http.NotFound(w, r)
		return
	}
	switch {
	case strings.HasSuffix(name, ".css"):
		h.Set("Content-Type", "text/css; charset=utf-8")
	case strings.HasSuffix(name, ".js"):
		h.Set("Content-Type", "text/javascript; charset=utf-8")
	}
	h.Set("Cache-Control", "no-cache")
	if r.PathValue("version") == version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(text) // a client that went away is no error of ours
}
