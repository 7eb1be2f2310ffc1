package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// profileVariable tells a server built with profilerSource where to serve its profiles.
const profileVariable = "STOREDESK_BENCH_PROFILER"

// profilerSource is added to the program by an overlay when profiles are wanted; the
// program itself serves none.
const profilerSource = `package main

import (
	"net/http"
	_ "net/http/pprof"
	"os"
)

func init() {
	if address := os.Getenv("` + profileVariable + `"); address != "" {
		go http.ListenAndServe(address, nil)
	}
}
`

// build makes the program, with a profiler in it if profiles are wanted.
func (b *bench) build(ctx context.Context) error {
	b.binary = filepath.Join(b.dir, "storedesk")
	args := []string{"build", "-trimpath", "-buildvcs=false", "-o", b.binary}
	if b.profile != "" {
		overlay, err := b.overlay()
		if err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
	}
	progress("building the program")
	if err := command(ctx, []string{"CGO_ENABLED=0"}, "go", append(args, "./cmd/storedesk")...).Run(); err != nil {
		return fmt.Errorf("building: %w", err)
	}
	return nil
}

// overlay writes what go build -overlay wants: a file that is to be seen in another
// place than where it is.
func (b *bench) overlay() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	source, file := filepath.Join(b.dir, "profiler.txt"), filepath.Join(b.dir, "overlay.json")
	if err := os.WriteFile(source, []byte(profilerSource), 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, "cmd/storedesk/profiler.go"): source}})
	if err != nil {
		return "", err
	}
	return file, os.WriteFile(file, text, 0o600)
}

var notInFileNames = regexp.MustCompile(`[^a-z0-9]+`)

// takeProfile keeps the server busy once more, outside of what counts, and writes its
// CPU profile and its allocations.
func (b *bench) takeProfile(ctx context.Context, d *dataset, w work) error {
	if b.profile == "" {
		return nil
	}
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return err
	}
	name := strings.Trim(notInFileNames.ReplaceAllString(strings.ToLower(w.group+" "+w.name), "-"), "-")
	file := filepath.Join(b.profile, d.kind+"-"+name)
	busy := make(chan error, 1)
	go func() {
		_, err := w.load.run(ctx, b.each+500*time.Millisecond)
		busy <- err
	}()
	err := download(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", b.profiler, int(b.each.Seconds())), file+".cpu.pprof")
	if err := <-busy; err != nil {
		return err
	}
	if err != nil {
		return err
	}
	return download(ctx, fmt.Sprintf("http://%s/debug/pprof/allocs", b.profiler), file+".allocs.pprof")
}

func download(ctx context.Context, url, file string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("taking a profile: %w", err)
	}
	defer answer.Body.Close()
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = io.Copy(out, answer.Body)
	return err
}
