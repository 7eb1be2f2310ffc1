package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"storedesk/internal/in/admin"
	"storedesk/internal/store/storetest"
)

// tenancy says how to ask a route for what a store has. A route that takes an id must
// not find another store's.
type tenancy struct {
	path func(g *goods) string // below /api/admin/
	body string                // "upload" stands for a file
}

func fixed(path string) func(*goods) string { return func(*goods) string { return path } }

// tenancies has a row for every route: a new route without one fails the test.
var tenancies = map[string]tenancy{
	"GET ":                         {path: fixed("")},
	"GET tickets/":                 {path: fixed("tickets/")},
	"POST tickets/":                {path: fixed("tickets/"), body: `{"subject":"new"}`},
	"GET tickets/{id}/":            {path: ticketPath("")},
	"PUT tickets/{id}/":            {path: ticketPath(""), body: `{"subject":"taken over"}`},
	"PATCH tickets/{id}/":          {path: ticketPath(""), body: `{"status":"closed"}`},
	"GET tickets/{id}/comments/":   {path: ticketPath("comments/")},
	"POST tickets/{id}/comments/":  {path: ticketPath("comments/"), body: `{"body":"taken over"}`},
	"GET tickets/{id}/deliveries/": {path: ticketPath("deliveries/")},
	"POST tickets/attachments/":    {path: fixed("tickets/attachments/"), body: "upload"},
	"GET tickettypes/":             {path: fixed("tickettypes/")},
	"GET tickettypes/{id}/":        {path: func(g *goods) string { return fmt.Sprintf("tickettypes/%d/", g.kind) }},
	"GET users/":                   {path: fixed("users/")},
	"POST users/":                  {path: fixed("users/"), body: `{"email":"new@example.com"}`},
	"GET users/{id}/":              {path: userPath},
	"PUT users/{id}/":              {path: userPath, body: `{"first_name":"taken over"}`},
	"PATCH users/{id}/":            {path: userPath, body: `{"is_blocked":true}`},
	"GET users/{id}/addresses/":    {path: addressPath("")},
	"POST users/{id}/addresses/":   {path: addressPath(""), body: `{"address":"taken@over.example"}`},
	"DELETE users/{id}/addresses/": {path: addressPath("?address=taken@over.example")},
	"GET orders/":                  {path: fixed("orders/")},
	"GET orders/{number}/":         {path: func(g *goods) string { return "orders/" + g.order + "/" }},
	"GET products/":                {path: fixed("products/")},
	"GET products/{id}/":           {path: func(g *goods) string { return fmt.Sprintf("products/%d/", g.product) }},

	"GET webhooks/":                 {path: fixed("webhooks/")},
	"POST webhooks/":                {path: fixed("webhooks/"), body: hookBody},
	"GET webhooks/{id}/":            {path: hookPath("")},
	"PUT webhooks/{id}/":            {path: hookPath(""), body: hookBody},
	"PATCH webhooks/{id}/":          {path: hookPath(""), body: `{"name":"taken over"}`},
	"DELETE webhooks/{id}/":         {path: func(g *goods) string { return fmt.Sprintf("webhooks/%d/", g.doomed[0]) }},
	"GET webhooks/{id}/deliveries/": {path: hookPath("deliveries/")},
	"POST webhooks/{id}/test/":      {path: hookPath("test/")},
	"POST webhooks/{id}/replay/":    {path: hookPath("replay/"), body: `{"after":0}`},
	"POST webhooks/{id}/rotate/":    {path: hookPath("rotate/")},
	"GET mails/":                    {path: fixed("mails/")},
	"GET mails/{id}/":               {path: mailPath("")},
	"GET mails/{id}/view/":          {path: mailPath("view/")},
	"POST mails/{id}/release/":      {path: func(g *goods) string { return fmt.Sprintf("mails/%d/release/", g.held[0]) }},
	"POST mails/{id}/replay/":       {path: func(g *goods) string { return fmt.Sprintf("mails/%d/replay/", g.failed[0]) }},
	"POST mails/{id}/block/":        {path: mailPath("block/")},
	"GET events/":                   {path: fixed("events/?limit=2")},
}

const hookBody = `{"target":"https://receiver.example/","events":["ticket.updated"],"active":true}`

func hookPath(rest string) func(*goods) string {
	return func(g *goods) string { return fmt.Sprintf("webhooks/%d/%s", g.webhook, rest) }
}

func mailPath(rest string) func(*goods) string {
	return func(g *goods) string { return fmt.Sprintf("mails/%d/%s", g.mail, rest) }
}

func ticketPath(rest string) func(*goods) string {
	return func(g *goods) string { return fmt.Sprintf("tickets/%d/%s", g.ticket, rest) }
}

func addressPath(rest string) func(*goods) string {
	return func(g *goods) string { return userPath(g) + "addresses/" + rest }
}

func userPath(g *goods) string { return fmt.Sprintf("users/%d/", g.user) }

// apart is an installation of two stores: mine answers on localhost, theirs on
// other.example. The client is theirs.
type apart struct {
	*client

	mine, theirs *goods
	owner        *client
	upload, tag  int64 // mine: an upload nobody has claimed, a tag
}

// TestStoresAreApart asks one store for the rows of another, on every route and through
// every filter and field that names a row: never data, never a hint.
func TestStoresAreApart(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := setApart(t, url)
		before := s.look()
		s.tokens(t)
		s.routes(t)
		s.filters(t)
		s.references(t)
		for path, body := range s.look() {
			if before[path] != body {
				t.Errorf("another store changed %s from %s to %s", path, before[path], body)
			}
		}
		s.keys(t)
	})
}

func setApart(t *testing.T, url string) *apart {
	t.Helper()
	in := install(t, url)
	in.run("store", "create", "Other", "other.example")
	in.run("store", "set", "--store", "localhost", "hosts=localhost,127.0.0.1")
	in.token = strings.TrimSpace(in.run("token", "create", "--store", "localhost", "--scopes", "admin:read admin:write"))
	s := &apart{mine: stock(t, in, url, "localhost", 1000), theirs: stock(t, in, url, "other.example", 2000)}
	foreign := strings.TrimSpace(in.run("token", "create", "--store", "other.example", "--scopes", "admin:read admin:write"))
	n := in.start()
	s.owner, s.client = n.client(), n.client()
	s.client.token, s.client.host = foreign, "other.example"
	for c, g := range map[*client]*goods{s.owner: s.mine, s.client: s.theirs} {
		body := fmt.Sprintf(`{"subject":"needle %d","requester":%d,"tags":["needle%d"],"comment":{"body":"needle","author":%d}}`, g.kind, g.user, g.kind, g.agent)
		var made ticket
		c.ask(ask{method: "POST", path: list, media: jsonMedia, body: body}).decode(t, &made)
		g.ticket = made.ID
		c.hook(g)
	}
	s.tag = s.findTag(t)
	media, body := upload("needle.txt", "needle")
	var made []attachment
	s.owner.ask(ask{method: "POST", path: attachments, media: media, body: body}).decode(t, &made)
	s.upload = made[0].ID
	return s
}

// findTag looks for the id of my tag, which no answer shows.
func (s *apart) findTag(t *testing.T) int64 {
	t.Helper()
	for id := range int64(10) {
		if s.owner.ask(ask{method: "GET", path: fmt.Sprintf("%s?tags=%d", list, id)}).Status == 200 {
			return id
		}
	}
	t.Fatal("no tag is found by its id")
	return 0
}

// look reads everything of mine.
func (s *apart) look() map[string]string {
	seen := map[string]string{}
	for route, row := range tenancies {
		if strings.HasPrefix(route, "GET ") {
			path := "/api/admin/" + row.path(s.mine)
			seen[path] = string(s.owner.ask(ask{method: "GET", path: path}).Body)
		}
	}
	return seen
}

// mark is what only my rows hold.
var mark = regexp.MustCompile(`needle 1000|\b(user|agent|needle)?1000\b|A-1000`)

// tokens asserts that a token is good at its own store alone, on every route.
func (s *apart) tokens(t *testing.T) {
	t.Helper()
	for _, route := range admin.Routes() {
		row := tenancies[route.Method+" "+strings.TrimPrefix(route.Path, admin.Base)]
		if row.path == nil {
			continue // routes complains
		}
		a := row.ask(route.Method, s.mine)
		for host, c := range map[string]*client{"other.example": s.owner, "localhost": s.client} {
			if got := c.ask(a.with("Host", host)); got.Status != 401 {
				t.Errorf("%s %s with a token of another store: %d", route.Method, a.path, got.Status)
			}
		}
		if got := s.owner.ask(a.with("Host", "unknown.example")); got.Status != 404 {
			t.Errorf("%s %s on a host of no store: %d", route.Method, a.path, got.Status)
		}
	}
}

func (row tenancy) ask(method string, g *goods) ask {
	a := ask{method: method, path: "/api/admin/" + row.path(g), media: jsonMedia, body: row.body}
	if row.body == "upload" {
		a.media, a.body = upload("new.txt", "new")
	}
	if row.body == "" {
		a.media = ""
	}
	return a
}

// routes walks the route table with my ids: 404 where one is named, and no trace of my
// rows anywhere. That the same route finds their own shows that the row is right.
func (s *apart) routes(t *testing.T) {
	t.Helper()
	left := map[string]bool{}
	for name := range tenancies {
		left[name] = true
	}
	for _, route := range admin.Routes() {
		name := route.Method + " " + strings.TrimPrefix(route.Path, admin.Base)
		row, ok := tenancies[name]
		if !ok {
			t.Errorf("%s has no row in tenancies", name)
			continue
		}
		delete(left, name)
		got := s.ask(row.ask(route.Method, s.mine))
		if named := strings.Contains(route.Path, "{"); named && (got.Status != 404 || string(got.Body) != `{"detail":"Not found."}`) {
			t.Errorf("%s of another store: %d %.300s", name, got.Status, got.Body)
		}
		if mark.Match(got.Body) {
			t.Errorf("%s shows another store: %.300s", name, got.Body)
		}
		if got := s.ask(row.ask(route.Method, s.theirs)); got.Status/100 != 2 && name != "POST users/" {
			t.Errorf("%s does not find the store's own: %d %.300s", name, got.Status, got.Body)
		}
	}
	for name := range left {
		t.Errorf("%s is no route any more", name)
	}
}

// filters names my rows in every filter that can.
func (s *apart) filters(t *testing.T) {
	t.Helper()
	for filter, value := range map[string]int64{"requester": s.mine.user, "assignee": s.mine.agent, "ticket_type": s.mine.kind, "product": s.mine.product, "tags": s.tag} {
		got := s.ask(ask{method: "GET", path: fmt.Sprintf("%s?%s=%d", list, filter, value)})
		if got.Status != 400 || !strings.Contains(string(got.Body), "is not one of the available choices.") {
			t.Errorf("filter by %s of another store: %d %.200s", filter, got.Status, got.Body)
		}
	}
	for _, query := range []string{
		fmt.Sprintf("tickets/?id=%d", s.mine.ticket), "tickets/?filter_text=user1000", "tickets/?subject=needle+1000", "tickets/?q=needle1000", "tickets/?order_number=A-1000",
		fmt.Sprintf("tickets/?filter_text=%d", s.mine.ticket+100000), "users/?email=user1000@example.com", "tickettypes/?name=Kind+1000", "orders/?order_number=A-1000",
	} {
		var page struct{ Results []json.RawMessage }
		s.must(200, "GET", "/api/admin/"+query, nil).decode(t, &page)
		if len(page.Results) != 0 {
			t.Errorf("%s shows %s", query, page.Results)
		}
	}
}

// references names my rows in every field that can.
func (s *apart) references(t *testing.T) {
	t.Helper()
	comment := []string{fmt.Sprintf(`"author":%d`, s.mine.agent), fmt.Sprintf(`"attachments":[%d]`, s.upload)}
	fields := []string{
		fmt.Sprintf(`"requester":%d`, s.mine.user), fmt.Sprintf(`"assignee":%d`, s.mine.agent), fmt.Sprintf(`"ticket_type":%d`, s.mine.kind),
		fmt.Sprintf(`"products":[%d]`, s.mine.product), fmt.Sprintf(`"order":%q`, s.mine.order),
	}
	for _, field := range comment {
		fields = append(fields, `"comment":{`+field+`}`)
	}
	refuse := func(method, path, body string) {
		t.Helper()
		got := s.ask(ask{method: method, path: path, media: jsonMedia, body: body})
		if got.Status != 400 || !strings.Contains(string(got.Body), "does not exist") {
			t.Errorf("%s %s %s: %d %.200s", method, path, body, got.Status, got.Body)
		}
	}
	one := "/api/admin/" + ticketPath("")(s.theirs)
	for _, field := range fields {
		refuse("POST", list, "{"+field+"}")
		refuse("PUT", one, "{"+field+"}")
		refuse("PATCH", one, "{"+field+"}")
	}
	for _, field := range comment {
		refuse("POST", one+"comments/", "{"+field+"}")
	}
	// An address or a tag that another store has is free here.
	got := s.ask(ask{method: "POST", path: "/api/admin/users/", media: jsonMedia, body: `{"email":"user1000@example.com"}`})
	if got.Status != 201 {
		t.Errorf("an address of another store: %d %s", got.Status, got.Body)
	}
}

// keys uses one Idempotency-Key in both stores.
func (s *apart) keys(t *testing.T) {
	t.Helper()
	mine := s.ask(ask{method: "POST", path: list, media: jsonMedia, body: `{"subject":"same"}`}.with("Idempotency-Key", "shared"))
	var first, second ticket
	mine.decode(t, &first)
	other := s.owner.ask(ask{method: "POST", path: list, media: jsonMedia, body: `{"subject":"same"}`}.with("Idempotency-Key", "shared"))
	other.decode(t, &second)
	if first.ID == second.ID || other.Header.Get("Idempotent-Replay") != "" {
		t.Errorf("one key in two stores answered %s and %s", mine.Body, other.Body)
	}
	s.owner.must(404, "GET", fmt.Sprintf("%s%d/", list, first.ID), nil)
}
