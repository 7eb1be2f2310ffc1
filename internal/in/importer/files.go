package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
)

const (
	defaultMaxFile = 100 << 20
	fileTimeout    = 15 * time.Minute // for one file
)

// files fetches attachments. Their links hold a secret of their own: the token is not
// sent, wherever they lead.
type files struct {
	client *client
	http   *http.Client
	blobs  blob.Store
	max    int64
}

func newFiles(c *client, blobs blob.Store, o *Options) *files {
	f := &files{client: c, blobs: blobs, max: o.MaxFile}
	if f.max <= 0 {
		f.max = defaultMaxFile
	}
	if o.Client != nil {
		own := *o.Client
		own.Jar = nil
		f.http = &own
		return f
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = f.dial
	f.http = &http.Client{Transport: transport}
	return f
}

// dial connects to the source itself, to the proxy of this environment, or to a public
// address: a link must not make this program ask machines of its own network.
func (f *files) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 30 * time.Second}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if host != f.client.base.Hostname() && !isProxy(f.client.base, host) {
		d.Control = publicOnly
	}
	return d.DialContext(ctx, network, address)
}

func isProxy(base *url.URL, host string) bool {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: base})
	return err == nil && proxy != nil && proxy.Hostname() == host
}

func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return fmt.Errorf("the link leads to %s, which is no public address", ip)
	}
	return nil
}

// fetch stores the file that a link leads to and names it in the attachment. Where
// the link's path can be guessed, and where the attachment has none yet, it gets a new
// one. After an error the attachment is complete but for its file.
func (f *files) fetch(ctx context.Context, a *desk.Attachment, link string) error {
	key := blob.NewKey()
	if a.Path == "" {
		if a.Path = mediaPath(link); !unguessable(a.Path) {
			a.Path = desk.MediaPath(desk.Upload{FileName: a.FileName, BlobKey: key})
		}
	}
	u, err := url.Parse(link)
	if err != nil {
		return errors.New("its link cannot be read")
	}
	u = f.client.base.ResolveReference(u)
	if u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("its link is of the scheme %q", u.Scheme)
	}
	for attempt := 1; ; attempt++ {
		size, again, err := f.try(ctx, u.String(), key)
		if err == nil {
			a.BlobKey, a.Size = key, size
			return nil
		}
		if !again || attempt == maxFileAttempts || ctx.Err() != nil {
			return err
		}
		if err := f.client.wait(ctx, firstPause<<(attempt-1)); err != nil {
			return err
		}
	}
}

const maxFileAttempts = 4

func (f *files) try(ctx context.Context, u, key string) (size int64, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return 0, false, err
	}
	response, err := f.http.Do(r)
	if err != nil {
		return 0, true, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		again = response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests
		return 0, again, errors.New(response.Status)
	}
	if response.ContentLength > f.max {
		return 0, false, errTooLarge
	}
	info, err := f.blobs.Put(ctx, key, &limited{in: response.Body, left: f.max})
	return info.Size, err != nil && !errors.Is(err, errTooLarge), err
}

var errTooLarge = errors.New("it is larger than allowed")

// limited fails where io.LimitReader would end, so that a file is whole or not kept.
type limited struct {
	in   io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

var random = regexp.MustCompile(`^([0-9A-Za-z]{20,}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$`)

// unguessable tells whether a path holds a part of at least 20 characters that looks
// drawn by lot.
func unguessable(path string) bool {
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '.' || r == '_' }) {
		if random.MatchString(part) && strings.ContainsAny(part, "0123456789") && strings.IndexFunc(part, letter) >= 0 {
			return true
		}
	}
	return false
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
