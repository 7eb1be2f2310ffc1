package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Limits of a conversation with a source.
const (
	defaultPerSecond = 4
	maxPage          = 256 << 20        // bytes of one answer
	pageTimeout      = time.Minute      // for one answer, with its body
	maxAttempts      = 8                // of one request that fails in ways that pass
	firstPause       = time.Second      // after the first failure; doubles with each
	longestPause     = time.Minute      // between attempts
	longestRetry     = 10 * time.Minute // of a Retry-After that is obeyed
	slowest          = 10 * time.Second // between requests, however often the source says 429
)

// apiVersion is the version of the API whose shapes are read.
const apiVersion = "2024-04-01"

var (
	errGone   = errors.New("not there (404)")
	errDenied = errors.New("the token is not accepted")
)

// client asks a source, one request at a time, no faster than it allows.
type client struct {
	base  *url.URL
	token string
	http  *http.Client
	wait  func(context.Context, time.Duration) error
	now   func() time.Time

	interval time.Duration // between requests, as configured
	gap      time.Duration // between requests, as the source made us slow down
	next     time.Time     // when the next request may begin
}

func newClient(o *Options) (*client, error) {
	base, err := url.Parse(strings.TrimSpace(o.URL))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("%q is no URL of a store: write https://store.example", o.URL)
	}
	if o.Token == "" {
		return nil, errors.New("no token")
	}
	rate := o.PerSecond
	if rate <= 0 {
		rate = defaultPerSecond
	}
	c := &client{
		base: &url.URL{Scheme: base.Scheme, Host: base.Host}, token: o.Token, wait: o.wait, now: o.Now,
		interval: time.Duration(float64(time.Second) / rate),
	}
	if c.wait == nil {
		c.wait = pause
	}
	c.gap = c.interval
	plain := o.Client
	if plain == nil {
		plain = &http.Client{Transport: http.DefaultTransport}
	}
	own := *plain
	own.CheckRedirect = c.sameHost
	c.http = &own
	return c, nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sameHost keeps the token from following a redirect to somebody else.
func (c *client) sameHost(r *http.Request, via []*http.Request) error {
	if r.URL.Host != c.base.Host || r.URL.Scheme != c.base.Scheme {
		return fmt.Errorf("the source redirects to another host, %s", r.URL.Host)
	}
	if len(via) > 5 {
		return errors.New("too many redirects")
	}
	return nil
}

// get reads an object of the API; query may be empty.
func (c *client) get(ctx context.Context, path, query string, to any) error {
	u := *c.base
	u.Path, u.RawQuery = "/api/admin/"+path, query
	for attempt := 1; ; attempt++ {
		if err := c.turn(ctx); err != nil {
			return err
		}
		again, err := c.try(ctx, u.String(), to)
		if err == nil {
			c.gap = max(c.interval, c.gap*9/10)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if again < 0 || attempt == maxAttempts {
			return fmt.Errorf("%s: %w", u.String(), err)
		}
		if again == 0 {
			again = min(longestPause, firstPause<<(attempt-1))
		}
		if err := c.wait(ctx, again); err != nil {
			return err
		}
	}
}

// turn waits until the next request may begin.
func (c *client) turn(ctx context.Context) error {
	if d := c.next.Sub(c.now()); d > 0 {
		if err := c.wait(ctx, d); err != nil {
			return err
		}
	}
	c.next = c.now().Add(c.gap)
	return nil
}

// try makes one request. again says how long to wait before the next: 0 leaves that
// to the caller, less means that it is no use.
func (c *client) try(ctx context.Context, u string, to any) (again time.Duration, err error) {
	const never = -1
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return never, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("X-29next-API-Version", apiVersion)
	response, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	switch status := response.StatusCode; {
	case status == http.StatusOK:
		return 0, readJSON(response.Body, to)
	case status == http.StatusNotFound:
		return never, errGone
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return never, fmt.Errorf("%w (%s)", errDenied, response.Status)
	case status == http.StatusTooManyRequests:
		c.gap = min(slowest, c.gap*3/2)
		return retryAfter(response.Header.Get("Retry-After"), c.now()), errors.New(response.Status)
	case status >= 500:
		return retryAfter(response.Header.Get("Retry-After"), c.now()), errors.New(response.Status)
	default:
		return never, errors.New(response.Status)
	}
}

func readJSON(body io.Reader, to any) error {
	data, err := io.ReadAll(io.LimitReader(body, maxPage+1))
	if err != nil {
		return err
	}
	if len(data) > maxPage {
		return fmt.Errorf("an answer of more than %d bytes", maxPage)
	}
	return json.Unmarshal(data, to)
}

// retryAfter reads seconds or a date; 0 if there is neither.
func retryAfter(header string, now time.Time) time.Duration {
	if header == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(header); err == nil {
		return min(longestRetry, max(0, time.Duration(seconds)*time.Second))
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(longestRetry, max(0, at.Sub(now)))
	}
	return 0
}
