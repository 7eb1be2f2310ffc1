package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"storedesk/internal/store/storetest"
)

// TestFieldsAndFilters sends right and wrong values of every field and filter, in every
// form of body; the recorder holds the answers against openapi.yaml.
func TestFieldsAndFilters(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		g := stock(t, in, url, "", 1000)
		c := in.start().client()
		var made ticket
		c.must(201, "POST", "/api/admin/tickets/", map[string]any{"subject": "needle", "tags": []string{"late"}, "comment": map[string]any{"body": "hay"}}).decode(t, &made)
		g.ticket = made.ID
		for _, row := range filters(g) {
			got := c.ask(ask{method: "GET", path: "/api/admin/" + row.path, odd: row.status == 200})
			row.check(t, row.path, got)
		}
		for _, row := range writes(g) {
			row.check(t, row.body, c.ask(ask{method: row.method, path: "/api/admin/" + row.path, media: row.media, body: row.body, odd: true}))
		}
	})
}

// filling is one request with the status it gets and a part of the answer.
type filling struct {
	method, path, media, body string
	status                    int
	says                      string
}

func (f filling) check(t *testing.T, what string, got *answer) {
	t.Helper()
	if got.Status != f.status || !strings.Contains(string(got.Body), f.says) {
		t.Errorf("%s %s %.100s: %d %.300s, want %d with %s", f.method, f.path, what, got.Status, got.Body, f.status, f.says)
	}
}

func filters(g *goods) (rows []filling) {
	good := func(path string) { rows = append(rows, filling{path: path, status: 200, says: `"results":[`}) }
	bad := func(path, name, says string) {
		rows = append(rows, filling{path: path, status: 400, says: fmt.Sprintf("%q:[%s", name, says)})
	}
	for _, query := range []string{
		"filter_text=needle", "filter_text=%25", "filter_text=", "id=1", "id=1.5", "id=", "subject=NEED", "status=new&status=open", "requester=", "assignee=",
		"order_number=nope", "priority=", "priority=medium", "channel=api", "created_from=2020-01-01&created_to=12/31/2099", "created_from=", "updated_from=2020-01-01",
		"updated_to=2020-01-01T00:00:00Z", "q=hay", "q=needle+hay", "q=", "ordering=id", "ordering=-updated_at", "ordering=updated_at&page_size=1", "page_size=1", "page_size=100",
		"unknown=1", "id=99999999999999999999999", "tags=1", "format=json", "format=", "cursor=", "cursor=cD00ODY%3D", "cursor=cj0x",
		fmt.Sprintf("requester=%d&assignee=%d&ticket_type=%d&product=%d", g.user, g.agent, g.kind, g.product),
		"filter_text=n&subject=n&status=new&priority=medium&channel=api&q=hay&created_from=2020-01-01&updated_from=2020-01-01&id=" + fmt.Sprint(g.ticket),
	} {
		good("tickets/?" + query)
	}
	for _, query := range []string{"email=X@example.com", "name=a+b", "phone_number=1", "language=de", "user_type=lead", "date_joined_from=2020-01-01", "date_joined_to=1/2/20", "is_blocked=true", "is_blocked=maybe", "accepts_marketing=0", "page_size=1"} {
		good("users/?" + query)
	}
	for _, path := range []string{"tickettypes/?name=x", "orders/?order_number=A-1000&status=open", "products/?title=mUG&is_public=1", "products/?is_public=maybe", "orders/?page_size=1"} {
		good(path)
	}
	const noChoice = `"Select a valid choice. `
	for _, row := range [][3]string{
		{"tickets/?filter_text=%00", "filter_text", `"Null characters are not allowed."]`},
		{"tickets/?id=abc", "id", `"Enter a number."]`},
		{"tickets/?id=1e51", "id", `"Ensure this value is less than or equal to 1e+50."]`},
		{"tickets/?subject=%00", "subject", `"Null`},
		{"tickets/?order_number=%00", "order_number", `"Null`},
		{"tickets/?q=%00", "q", `"Null`},
		{"tickets/?status=foo", "status", noChoice},
		{"tickets/?status=", "status", noChoice},
		{"tickets/?requester=99", "requester", noChoice + "That"},
		{"tickets/?assignee=99999999999999999999", "assignee", noChoice},
		{"tickets/?ticket_type=x", "ticket_type", noChoice},
		{"tickets/?product=abc", "product", "\"“abc” is not a valid value."},
		{"tickets/?product=99", "product", noChoice + "99"},
		{"tickets/?product=99999999999999999999", "product", `"`},
		{"tickets/?tags=late", "tags", "\"“late”"},
		{"tickets/?tags=99", "tags", noChoice + "99"},
		{"tickets/?priority=urgent", "priority", noChoice},
		{"tickets/?channel=fax", "channel", noChoice},
		{"tickets/?created_from=soon", "created_from", `"Enter a valid date."`},
		{"tickets/?created_to=2020-02-30", "created_to", `"Enter`},
		{"tickets/?updated_from=soon", "updated_from", `"`},
		{"tickets/?updated_to=x", "updated_to", `"`},
		{"tickets/?ordering=subject", "ordering", `"`},
		{"tickets/?page_size=0", "page_size", `"`},
		{"tickets/?page_size=101", "page_size", `"`},
		{"tickets/?page_size=x&status=foo", "status", noChoice},
		{"users/?language=xx", "language", noChoice},
		{"users/?date_joined_from=x", "date_joined_from", `"Enter`},
		{"users/?date_joined_to=x", "date_joined_to", `"Enter`},
		{"users/?email=%00", "email", `"Null`},
		{"users/?name=%00", "name", `"Null`},
		{"users/?phone_number=%00", "phone_number", `"Null`},
		{"users/?user_type=%00", "user_type", `"Null`},
		{"users/?page_size=x", "page_size", `"`},
		{"tickettypes/?name=%00", "name", `"Null`},
		{"tickettypes/?page_size=x", "page_size", `"`},
		{"orders/?order_number=%00", "order_number", `"Null`},
		{"orders/?status=%00", "status", `"Null`},
		{"products/?title=%00", "title", `"Null`},
		{"products/?page_size=0", "page_size", `"`},
	} {
		bad(row[0], row[1], row[2])
	}
	for _, list := range []string{"tickets/", "users/", "tickettypes/", "orders/", "products/"} {
		for _, cursor := range []string{"%C3%A9", "cD14", "bz0tMQ%3D%3D", "cj14"} {
			rows = append(rows, filling{path: list + "?cursor=" + cursor, status: 404, says: `{"detail":"Invalid cursor"}`})
		}
	}
	return rows
}

func writes(g *goods) (rows []filling) {
	one := fmt.Sprintf("tickets/%d/", g.ticket)
	user := fmt.Sprintf("users/%d/", g.user)
	add := func(status int, says string, targets ...filling) {
		for _, row := range targets {
			row.status, row.says = status, says
			rows = append(rows, row)
		}
	}
	tickets := func(body string) []filling {
		return []filling{{method: "POST", path: "tickets/", media: jsonMedia, body: body}, {method: "PUT", path: one, media: jsonMedia, body: body}, {method: "PATCH", path: one, media: jsonMedia, body: body}}
	}
	comment := func(media, body string) filling {
		return filling{method: "POST", path: one + "comments/", media: media, body: body}
	}
	long := strings.Repeat("x", 256)
	for body, says := range map[string]string{
		`{"subject":""}`: `"This field may not be blank."`, `{"subject":null}`: `"This field may not be null."`, `{"subject":[]}`: `"Not a valid string."`,
		`{"subject":"\u0000"}`: `"Null characters`, `{"ticket_type":99}`: `"Invalid pk \"99\"`, `{"requester":"a"}`: `"Incorrect type. Expected pk value, received str."`,
		`{"assignee":true}`: `received bool`, `{"priority":"urgent"}`: `"\"urgent\" is not a valid choice."`, `{"status":[]}`: `is not a valid choice`,
		`{"from_email":"nobody"}`: `"Enter a valid email address."`, `{"from_email":"` + long + `@example.com"}`: `no more than 254`, `{"order":"nope"}`: `"Object with number=nope`,
		`{"products":"x"}`: `Expected a list of items but got type \"str\"`, `{"products":[99]}`: `"Invalid pk`, `{"products":null}`: `may not be null`, `{"tags":[""]}`: `"Invalid value."`,
		`{"tags":["` + long + `"]}`: `no more than 255`, `{"tags":5}`: `Expected a list`, `{"comment":null}`: `"comment":["This field may not be null."]`,
		`{"comment":"x"}`: `{"comment":{"non_field_errors":["Invalid data.`, `{"comment":{"author":99,"is_public":"x","attachments":[7],"body":[],"from_email":"x"}}`: `"comment":{`,
		`[]`: `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`, `null`: `{"non_field_errors":["No data provided"]}`, `5`: `non_field_errors`, `"x"`: `non_field_errors`, `true`: `non_field_errors`,
		`{"requester":99999999999999999999}`: `"Invalid pk`, `{"subject":"","priority":"x","products":[1,2],"tags":[1,null]}`: `"priority"`,
		`{"subject":"` + "\xff" + `"}`: `JSON parse error - `, `{"subject":"a"} x`: `JSON parse error - `, `{"a":NaN}`: `JSON parse error - `, `{"subject":"\ud800"}`: ``,
	} {
		add(400, says, tickets(body)...)
	}
	for body, says := range map[string]string{
		`{"body":[]}`: `"Not a valid string."`, `{"author":99}`: `"Invalid pk`, `{"is_public":"x"}`: `"Must be a valid boolean."`, `{"is_public":null}`: `may not be null`,
		`{"attachments":[99]}`: `"Invalid pk`, `{"attachments":"x"}`: `Expected a list`, `{"from_email":"x"}`: `valid email`, `[]`: `non_field_errors`, `null`: `non_field_errors`,
	} {
		add(400, says, comment(jsonMedia, body))
	}
	add(400, `is not a valid choice`, filling{method: "POST", path: "tickets/", media: formMedia, body: "priority=x"}, filling{method: "PATCH", path: one, media: formMedia, body: "status=x"})
	add(400, `{"products":[`, filling{method: "POST", path: "tickets/", media: formMedia, body: "products="})
	add(400, `{"comment":{"author":[`, filling{method: "POST", path: "tickets/", media: formMedia, body: "comment.author=x"})
	add(400, `Multipart form parse error - `, filling{method: "POST", path: "tickets/", media: "multipart/form-data", body: "x"}, comment("multipart/form-data; boundary=", "x"))
	add(200, `"is_public":false`, comment(formMedia, "body=note"))
	add(200, `"is_public":true`, comment(jsonMedia, `{"is_public":"Yes"}`), comment(jsonMedia, ``))
	add(201, `"subject":""`, filling{method: "POST", path: "tickets/"}, filling{method: "POST", path: "tickets/", media: jsonMedia, body: `{"id":5,"channel":"fax","comments":7,"nonsense":{}}`})
	add(200, `"tags":[]`, filling{method: "PUT", path: one, media: formMedia, body: "subject=x"})
	return append(rows, userWrites(user, long)...)
}

func userWrites(user, long string) (rows []filling) {
	for body, says := range map[string]string{
		`{"email":""}`: `may not be blank`, `{"email":null}`: `may not be null`, `{"email":"x"}`: `valid email`, `{"email":"agent1000@example.com"}`: `user with this email already exists.`,
		`{"first_name":"` + long + `"}`: `no more than 255`, `{"last_name":null}`: `may not be null`, `{"ip":"x"}`: `"ip":[`, `{"phone_number":"` + long + `"}`: `"phone_number":[`,
		`{"language":"xx"}`: `"language":[`, `{"is_blocked":"x"}`: `valid boolean`, `{"accepts_marketing":null}`: `may not be null`, `{"metadata":"\u0000"}`: `"metadata":[`,
		`{"user_agent":[]}`: `Not a valid string`, `{"tags":"x"}`: `"tags":[`, `{"tags":["x",[]]}`: `"tags":["Invalid value."]`, `[]`: `non_field_errors`, `null`: `non_field_errors`,
	} {
		for _, target := range []filling{{method: "PUT", path: user}, {method: "PATCH", path: user}} {
			rows = append(rows, filling{method: target.method, path: user, media: jsonMedia, body: body, status: 400, says: says})
		}
	}
	for body, says := range map[string]string{
		`{}`: `{"email":["This field is required."]}`, `{"email":"n@example.com","addresses":"x"}`: `"addresses":`, `{"email":"n@example.com","addresses":[{}]}`: `"addresses":[{`,
		`{"email":"n@example.com","addresses":[{"country":"DE","line1":"x","line4":"y"},5,null,{"country":"XX"}]}`: `"addresses":[{},`,
	} {
		rows = append(rows, filling{method: "POST", path: "users/", media: jsonMedia, body: body, status: 400, says: says})
	}
	form := url.Values{"email": {"form@example.com"}, "addresses[0]country": {"DE"}, "addresses[0]line1": {"1 Main St"}, "addresses[0]line4": {"Köln"}, "metadata": {`{"a":1}`}}
	return append(rows, filling{method: "POST", path: "users/", media: formMedia, body: form.Encode(), status: 201, says: `"line1":"1 Main St"`},
		filling{method: "POST", path: "users/", media: formMedia, body: "email=form2@example.com&metadata={", status: 400, says: `"metadata":[`})
}
