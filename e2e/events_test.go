package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"storedesk/internal/store/storetest"
)

const feed = "/api/admin/events/"

// event is what these tests look at in an event.
type event struct {
	ID       int64  `json:"id"`
	EventID  string `json:"event_id"`
	Type     string `json:"type"`
	Ticket   *int64 `json:"ticket"`
	User     *int64 `json:"user"`
	Sequence int64  `json:"sequence"`
	Actor    struct {
		Kind string `json:"kind"`
	} `json:"actor"`
	Changes []struct {
		Field    string `json:"field"`
		From, To any
	} `json:"changes"`
	Comment  *int64 `json:"comment"`
	IsPublic *bool  `json:"is_public"`
}

type events struct {
	Next    string  `json:"next"`
	Last    int64   `json:"last"`
	Results []event `json:"results"`
}

func (c *client) events(query string) events {
	c.node.t.Helper()
	var page events
	c.must(200, "GET", feed+query, nil).decode(c.node.t, &page)
	return page
}

func (c *client) make(body map[string]any) ticket {
	c.node.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	var made ticket
	c.must(201, "POST", "/api/admin/tickets/", body).decode(c.node.t, &made)
	return made
}

// TestFeedTellsEverythingInOrder writes to some tickets and follows the feed in small
// steps.
func TestFeedTellsEverythingInOrder(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		c := in.start().client()
		if none := c.events("?after=latest"); len(none.Results) != 0 {
			t.Errorf("before anything happened: %+v", none)
		}
		first, second := c.make(map[string]any{"subject": "one", "comment": map[string]any{"body": "hello"}}), c.make(nil)
		c.must(200, "PATCH", fmt.Sprintf("/api/admin/tickets/%d/", first.ID), map[string]any{"subject": "two"})
		c.must(200, "POST", fmt.Sprintf("/api/admin/tickets/%d/comments/", first.ID), map[string]any{"body": "note", "is_public": false})
		c.must(201, "POST", "/api/admin/users/", map[string]any{"email": "a@example.com"})

		tickets := strings.TrimSpace(in.run("token", "create", "--scopes", "tickets:read"))
		narrow := *c
		narrow.token = tickets
		narrow.must(403, "GET", feed+"?type=customer.created", nil)
		var all []event
		for path := feed + "?limit=2"; ; {
			var page events
			narrow.must(200, "GET", path, nil).decode(t, &page)
			if len(page.Results) == 0 {
				break
			}
			all = append(all, page.Results...)
			if last := page.Results[len(page.Results)-1]; len(page.Results) == 2 && last.ID != page.Last {
				t.Errorf("the last of a full page is %d, go on from %d", last.ID, page.Last)
			}
			path = strings.TrimPrefix(page.Next, c.node.url)
		}
		want := []string{
			fmt.Sprint("ticket.created ", first.ID, " 1"), fmt.Sprint("ticket.created ", second.ID, " 1"),
			fmt.Sprint("ticket.updated ", first.ID, " 2"), fmt.Sprint("ticket.updated ", first.ID, " 3"),
		}
		if len(all) != len(want) {
			t.Fatalf("events %+v, want %q", all, want)
		}
		for i, e := range all {
			if got := fmt.Sprint(e.Type, " ", *e.Ticket, " ", e.Sequence); got != want[i] || e.User != nil || e.Actor.Kind != "api" || i > 0 && e.ID <= all[i-1].ID {
				t.Errorf("event %d is %s %+v, want %s", i, got, e, want[i])
			}
		}
		if all[0].Comment == nil || !*all[0].IsPublic || all[1].Comment != nil || all[1].IsPublic != nil || *all[3].IsPublic {
			t.Errorf("comments: %+v", all)
		}
		if subject := all[2].Changes[0]; subject.Field != "subject" || subject.From != "one" || subject.To != "two" {
			t.Errorf("the change is %+v", subject)
		}
		if of := c.events(fmt.Sprintf("?ticket=%d&type=ticket.created", first.ID)); len(of.Results) != 1 || of.Results[0].EventID != all[0].EventID {
			t.Errorf("by ticket and type: %+v", of)
		}
		if users := c.events("?type=customer.created"); len(users.Results) != 1 || users.Results[0].User == nil || users.Results[0].Ticket != nil {
			t.Errorf("events of users: %+v", users)
		}
		for query, field := range map[string]string{"limit=1001": "limit", "after=x": "after", "wait=61": "wait", "type=x": "type", "ticket=0": "ticket"} {
			var wrong map[string][]string
			c.must(400, "GET", feed+"?"+query, nil).decode(t, &wrong)
			if len(wrong) != 1 || len(wrong[field]) != 1 {
				t.Errorf("%s: %v", query, wrong)
			}
		}
	})
}

// TestFeedKeepsReadersWaiting holds an answer back until something happens, through the
// other node where there can be one.
func TestFeedKeepsReadersWaiting(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		c := in.start().client()
		writer := c
		if strings.HasPrefix(url, "postgres") {
			writer = in.start().client()
		}
		c.make(nil)
		last := c.events("?after=0").Last
		begun := time.Now()
		if none := c.events(fmt.Sprintf("?after=%d&wait=1", last)); len(none.Results) != 0 || none.Last < last || time.Since(begun) < time.Second {
			t.Errorf("after %v: %+v", time.Since(begun), none)
		}
		other := writer.make(nil)
		answered := make(chan events, 1)
		go func() { answered <- c.events(fmt.Sprintf("?after=%d&wait=60&ticket=%d", last, other.ID+1)) }()
		waited := writer.make(nil)
		if got := <-answered; len(got.Results) != 1 || *got.Results[0].Ticket != waited.ID {
			t.Errorf("waiting for ticket %d: %+v", waited.ID, got)
		}
	})
}

// follower reads a stream of events as a browser does.
type follower struct {
	t    *testing.T
	body *bufio.Reader
	end  func()
	last string // the last id seen
}

// follow opens the stream.
func (n *node) follow(t *testing.T, query, resume string) *follower {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", n.url+feed+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Authorization", "Bearer "+n.in.token)
	if resume != "" {
		request.Header.Set("Last-Event-ID", resume)
	}
	response, err := (&http.Transport{}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != 200 || got != "text/event-stream" {
		t.Fatalf("%d %s", response.StatusCode, got)
	}
	return &follower{t: t, body: bufio.NewReader(response.Body), end: func() { response.Body.Close() }}
}

// next is the next event; ok is false at the stream's end.
func (f *follower) next() (e event, ok bool) {
	f.t.Helper()
	var name, data string
	for {
		line, err := f.body.ReadString('\n')
		if err != nil {
			return e, false
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			f.last = value
		case "event":
			name = value
		case "data":
			data = value
		case "":
			if data == "" {
				continue
			}
			if err := json.Unmarshal([]byte(data), &e); err != nil || e.Type != name || fmt.Sprint(e.ID) != f.last {
				f.t.Errorf("%s %s %s: %v", f.last, name, data, err)
			}
			return e, true
		}
	}
}

func (f *follower) expect(tickets ...ticket) {
	f.t.Helper()
	for _, x := range tickets {
		if e, ok := f.next(); !ok || *e.Ticket != x.ID {
			f.t.Fatalf("%+v came, %v; want an event of ticket %d", e, ok, x.ID)
		}
	}
}

// TestFeedStreams: what happens comes at once; who was cut off misses nothing, be it
// before the first event; and a server that stops ends its streams.
func TestFeedStreams(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		n := in.start()
		c := n.client()
		old := c.make(nil)
		f := n.follow(t, "", "")
		f.expect(old)
		first := c.make(nil)
		f.expect(first)
		f.end()
		second, third := c.make(nil), c.make(nil)
		n.follow(t, "", f.last).expect(second, third)

		fresh := n.follow(t, fmt.Sprintf("?after=latest&ticket=%d", third.ID+2), "")
		for fresh.last == "" {
			line, err := fresh.body.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			fresh.last, _ = strings.CutPrefix(strings.TrimSpace(line), "id: ")
			if !strings.HasPrefix(line, "id: ") {
				fresh.last = ""
			}
		}
		fresh.end()
		c.make(nil)
		wanted := c.make(nil)
		resumed := n.follow(t, fmt.Sprintf("?after=latest&ticket=%d", wanted.ID), fresh.last)
		resumed.expect(wanted)

		last := c.events("?after=latest").Last
		waiting := make(chan *answer, 1)
		go func() {
			a, err := c.send("GET", fmt.Sprintf("%s?after=%d&wait=60", feed, last), nil)
			if err != nil {
				a = &answer{}
			}
			waiting <- a
		}()
		begun := time.Now()
		if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if e, ok := resumed.next(); ok {
			t.Errorf("the stream goes on: %+v", e)
		}
		err := <-n.done
		n.done <- err
		if err != nil || time.Since(begun) > 20*time.Second {
			t.Errorf("the server ended after %v with %v\n%s", time.Since(begun), err, n.log.String())
		}
		if a := <-waiting; a.Status != 200 && a.Status != 0 { // 0: it came too late to be answered
			t.Errorf("who waited was answered %d %s", a.Status, a.Body)
		}
	})
}
