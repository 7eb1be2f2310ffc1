package docs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"storedesk"
	"storedesk/internal/desk"
)

// contract loads the document the way the tests of the API do.
func contract(t *testing.T) (*openapi3.T, routers.Router) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(storedesk.OpenAPI)
	if err != nil {
		t.Fatalf("load openapi.yaml: %v", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatalf("route openapi.yaml: %v", err)
	}
	return doc, router
}

// TestContractIsValid covers the examples too: each is checked against its schema.
func TestContractIsValid(t *testing.T) {
	doc, _ := contract(t)
	err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation(),
		openapi3.EnableSchemaDefaultsValidation(), openapi3.EnableSchemaPatternValidation())
	if err != nil {
		t.Fatal(err)
	}
}

// published are the operations of the original's document that this program serves, under their original names.
var published = map[string]string{
	"ticketsList": "GET /api/admin/tickets/", "ticketsCreate": "POST /api/admin/tickets/",
	"ticketsRetrieve": "GET /api/admin/tickets/{id}/", "ticketsUpdate": "PUT /api/admin/tickets/{id}/",
	"ticketsPartialUpdate":     "PATCH /api/admin/tickets/{id}/",
	"ticketsCommentsRetrieve":  "GET /api/admin/tickets/{id}/comments/",
	"ticketsCommentsCreate":    "POST /api/admin/tickets/{id}/comments/",
	"ticketsAttachmentsCreate": "POST /api/admin/tickets/attachments/",
	"tickettypesList":          "GET /api/admin/tickettypes/", "tickettypesRetrieve": "GET /api/admin/tickettypes/{id}/",
	"usersList": "GET /api/admin/users/", "usersCreate": "POST /api/admin/users/",
	"usersRetrieve": "GET /api/admin/users/{id}/", "usersUpdate": "PUT /api/admin/users/{id}/",
	"usersPartialUpdate": "PATCH /api/admin/users/{id}/",
	"ordersList":         "GET /api/admin/orders/", "ordersRetrieve": "GET /api/admin/orders/{number}/",
	"productsList": "GET /api/admin/products/", "productsRetrieve": "GET /api/admin/products/{id}/",
	"webhooksList": "GET /api/admin/webhooks/", "webhooksCreate": "POST /api/admin/webhooks/",
	"webhooksRetrieve": "GET /api/admin/webhooks/{id}/", "webhooksUpdate": "PUT /api/admin/webhooks/{id}/",
	"webhooksPartialUpdate": "PATCH /api/admin/webhooks/{id}/", "webhooksDestroy": "DELETE /api/admin/webhooks/{id}/",
}

func TestContractKeepsThePublishedNames(t *testing.T) {
	doc, _ := contract(t)
	found := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if found[op.OperationID] != "" {
				t.Errorf("two operations are named %s", op.OperationID)
			}
			found[op.OperationID] = method + " " + path
		}
	}
	for id, want := range published {
		if found[id] != want {
			t.Errorf("%s is %q, want %q", id, found[id], want)
		}
	}
}

// TestContractTellsWhatWebhooksAreSent: every event that a webhook can ask for is described.
func TestContractTellsWhatWebhooksAreSent(t *testing.T) {
	doc, _ := contract(t)
	for _, name := range desk.WebhookEvents {
		if item := doc.Webhooks[name]; item == nil || item.Post == nil {
			t.Errorf("%s is not described", name)
		}
	}
	if len(doc.Webhooks) != len(desk.WebhookEvents) {
		t.Errorf("%d events are described, there are %d", len(doc.Webhooks), len(desk.WebhookEvents))
	}
}

func TestContractListsEveryTicketFilter(t *testing.T) {
	doc, _ := contract(t)
	list := doc.Paths.Value("/api/admin/tickets/").Get
	original := "filter_text id subject status requester assignee order_number product tags ticket_type priority channel " +
		"created_from created_to cursor"
	ours := "updated_from updated_to q ordering page_size"
	for _, name := range strings.Fields(original) {
		checkFilter(t, list, name, false)
	}
	for _, name := range strings.Fields(ours) {
		checkFilter(t, list, name, true)
	}
}

func checkFilter(t *testing.T, list *openapi3.Operation, name string, ours bool) {
	t.Helper()
	p := list.Parameters.GetByInAndName("query", name)
	if p == nil {
		t.Errorf("no filter %s", name)
		return
	}
	if _, marked := p.Extensions["x-storedesk-addition"]; marked != ours {
		t.Errorf("filter %s is marked as an addition: %v, want %v", name, marked, ours)
	}
	if ours && !strings.Contains(p.Description, "addition") {
		t.Errorf("the description of %s does not say that it is an addition", name)
	}
}

const ticket = `{"id":7,"subject":"Where is it?","ticket_type":2,"requester":51,"assignee":null,"priority":"medium",` +
	`"from_email":null,"order":null,"products":[3],"created_at":"2024-05-06T07:08:09.123456Z",` +
	`"updated_at":"2024-05-06T14:08:09+07:00","channel":"email","status":"new","tags":["late"],"comments":[{"id":9,` +
	`"author":51,"body":null,"is_public":true,"attachments":[{"id":4,"file_name":"a.png",` +
	`"file":"https://desk.example/media/x/a.png"}],"from_email":null,"created_at":"2024-05-06T07:08:09.123456Z"}]}`

func change(old, with string) string { return strings.Replace(ticket, old, with, 1) }

// TestContractJudgesAnswers pins what a recorded answer may and may not look like.
func TestContractJudgesAnswers(t *testing.T) {
	const one, list, upload = "/api/admin/tickets/7/", "/api/admin/tickets/", "/api/admin/tickets/attachments/"
	cases := []struct {
		name, method, path string
		status             int
		body               string
		ok                 bool
	}{
		{"a ticket", "GET", one, 200, ticket, true},
		{"a new ticket", "POST", list, 201, ticket, true},
		{"a ticket after a comment", "POST", one + "comments/", 200, ticket, true},
		{"a comment does not answer 201", "POST", one + "comments/", 201, ticket, false},
		{"a missing key", "GET", one, 200, change(`"subject":"Where is it?",`, ""), false},
		{"a key too many", "GET", one, 200, change(`"id":7`, `"id":7,"seq":1`), false},
		{"a key too many in a comment", "GET", one, 200, change(`"body":null`, `"body":null,"html":""`), false},
		{"an order number that is no text", "GET", one, 200, change(`"order":null`, `"order":100042`), false},
		{"a null subject", "GET", one, 200, change(`"subject":"Where is it?"`, `"subject":null`), false},
		{"an unknown status", "GET", one, 200, change(`"status":"new"`, `"status":"reopened"`), false},
		{"a fraction of three digits", "GET", one, 200, change("123456Z", "123Z"), false},
		{"an instant without a zone", "GET", one, 200, change("123456Z", "123456"), false},
		{"a page", "GET", list, 200, `{"next":null,"previous":"https://desk.example/api/admin/tickets/?cursor=cD04","results":[` + ticket + `]}`, true},
		{"a page with a count", "GET", list, 200, `{"count":1,"next":null,"previous":null,"results":[]}`, false},
		{"a page without links", "GET", list, 200, `{"results":[]}`, false},
		{"uploads", "POST", upload, 201, `[{"id":4,"file_name":"a.png","file":"https://desk.example/media/x/a.png"}]`, true},
		{"uploads with 200", "POST", upload, 200, `[]`, false},
		{"a bad upload", "POST", upload, 400, `{"files":{"0":["The submitted file is empty."]}}`, true},
		{"no upload", "POST", upload, 400, `{"files":["This field is required."]}`, true},
		{"a bad upload by name", "POST", upload, 400, `{"files":{"a.png":["The submitted file is empty."]}}`, false},
		{"bad fields", "POST", list, 400, `{"order":["Object with number=nope does not exist."],"comment":{"body":["Not a valid string."]}}`, true},
		{"a null comment", "POST", list, 400, `{"comment":["This field may not be null."]}`, true},
		{"a body that is a list", "PATCH", one, 400, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`, true},
		{"a message that is no list", "PATCH", one, 400, `{"subject":"This field may not be blank."}`, false},
		{"no message", "PATCH", one, 400, `{"subject":[]}`, false},
		{"an unknown field", "PATCH", one, 400, `{"title":["no"]}`, false},
		{"a broken body", "PATCH", one, 400, `{"detail":"JSON parse error - unexpected end"}`, true},
		{"a bad filter", "GET", list, 400, `{"created_from":["Enter a valid date."],"tags":["“x” is not a valid value."]}`, true},
		{"an unauthorized", "GET", list, 401, `{"detail":"Authentication credentials were not provided."}`, true},
		{"another 401", "GET", list, 401, `{"detail":"Unauthorized"}`, false},
		{"a forbidden", "PUT", one, 403, `{"detail":"You do not have permission to perform this action."}`, true},
		{"a missing ticket", "GET", one, 404, `{"detail":"Not found."}`, true},
		{"a bad cursor", "GET", list, 404, `{"detail":"Invalid cursor"}`, true},
		{"a bad cursor where none is taken", "GET", one, 404, `{"detail":"Invalid cursor"}`, false},
		{"a bad version", "GET", one, 406, `{"detail":"Invalid version in \"X-29next-API-Version\" header."}`, true},
		{"a changed ticket", "PATCH", one, 412, `{"detail":"The ticket has changed."}`, true},
		{"a read has no 412", "GET", one, 412, `{"detail":"The ticket has changed."}`, false},
		{"a long body", "POST", list, 413, `{"detail":"Request body too large."}`, true},
		{"another type", "POST", list, 415, `{"detail":"Unsupported media type \"text/plain\" in request."}`, true},
		{"too fast", "GET", list, 429, `{"detail":"Request was throttled. Expected available in 1 second."}`, true},
		{"too fast, badly told", "GET", list, 429, `{"detail":"Request was throttled. Expected available in 1 seconds."}`, false},
		{"a user", "GET", "/api/admin/users/51/", 200, `{"id":51}`, false},
		{"an order without a user", "GET", "/api/admin/orders/100042/", 200, `{"number":"100042","status":"open","fulfillment_status":"fulfilled",` +
			`"payment_status":"paid","is_test":false,"total_incl_tax":"19.90","currency":"USD","user":null,` +
			`"date_placed":"2024-04-30T12:00:00Z","created_at":"2024-04-30T12:00:00Z","updated_at":"2024-04-30T12:00:00Z","lines":[]}`, true},
		{"an unknown status code", "GET", list, 418, `{"detail":"tea"}`, false},
	}
	_, router := contract(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := judge(t, router, c.method, c.path, c.status, "application/json", c.body)
			if c.ok != (err == nil) {
				t.Fatalf("accepted: %v, want %v (%v)", err == nil, c.ok, err)
			}
		})
	}
}

// judge validates one answer, with the header fields every answer of its kind has.
func judge(t *testing.T, router routers.Router, method, path string, status int, media, body string) error {
	t.Helper()
	req := httptest.NewRequest(method, path, nil)
	route, vars, err := router.FindRoute(req)
	if err != nil {
		t.Fatalf("no operation for %s %s: %v", method, path, err)
	}
	header := http.Header{"Content-Type": {media}, "Allow": {"GET, POST, HEAD, OPTIONS"}}
	header.Set("X-29next-API-Version", "2024-04-01")
	header.Set("ETag", `W/"7-1"`)
	header.Set("WWW-Authenticate", `Bearer realm="api",error="invalid_token",error_description="The access token has expired."`)
	header.Set("Retry-After", "1")
	return openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: vars, Route: route},
		Status:                 status, Header: header, Body: io.NopCloser(strings.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
}

func TestContractIsItsOwnAnswer(t *testing.T) {
	_, router := contract(t)
	if err := judge(t, router, "GET", "/api/admin/openapi.yaml", 200, "application/yaml", string(storedesk.OpenAPI)); err != nil {
		t.Fatal(err)
	}
}

func TestContractJudgesRequests(t *testing.T) {
	const jsonType, formType = "application/json", "application/x-www-form-urlencoded"
	cases := []struct {
		name, method, target, media, body string
		ok                                bool
	}{
		{"all filters", "GET", "/api/admin/tickets/?filter_text=x&id=1&subject=x&status=new&status=open&requester=1&assignee=2" +
			"&order_number=1&product=1&product=2&tags=1&ticket_type=1&priority=low&channel=api&created_from=2024-05-01" +
			"&created_to=05/06/24&updated_from=2024-05-06T07:08:09Z&updated_to=2024-05-07&q=late&ordering=-updated_at" +
			"&page_size=100&cursor=cD03", "", "", true},
		{"empty filters", "GET", "/api/admin/tickets/?id=&requester=&priority=&created_from=", "", "", true},
		{"an unknown status", "GET", "/api/admin/tickets/?status=foo", "", "", false},
		{"a tag by its name", "GET", "/api/admin/tickets/?tags=late", "", "", false},
		{"a page too large", "GET", "/api/admin/tickets/?page_size=101", "", "", false},
		{"a ticket", "POST", "/api/admin/tickets/", jsonType, `{"subject":"a","order":null,"comment":{"body":null}}`, true},
		{"an empty ticket", "POST", "/api/admin/tickets/", jsonType, `{}`, true},
		{"a read-only field", "PATCH", "/api/admin/tickets/7/", jsonType, `{"channel":"email"}`, true},
		{"a null comment", "POST", "/api/admin/tickets/", jsonType, `{"comment":null}`, false},
		{"a blank subject", "POST", "/api/admin/tickets/", jsonType, `{"subject":""}`, false},
		{"a form", "POST", "/api/admin/tickets/", formType, "subject=a&tags=x&tags=y&comment.body=b&comment.is_public=true", true},
		{"a comment as a form", "POST", "/api/admin/tickets/7/comments/", formType, "body=b&attachments=4", true},
		{"a user", "POST", "/api/admin/users/", jsonType, `{"email":"a@example.com","metadata":{"a":[1]}}`, true},
		{"a user without an address", "POST", "/api/admin/users/", jsonType, `{"first_name":"a"}`, false},
	}
	_, router := contract(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			req := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
			if c.media != "" {
				req.Header.Set("Content-Type", c.media)
			}
			route, vars, err := router.FindRoute(req)
			if err != nil {
				t.Fatal(err)
			}
			err = openapi3filter.ValidateRequest(t.Context(), &openapi3filter.RequestValidationInput{
				Request: req, PathParams: vars, Route: route,
				Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
			})
			if c.ok != (err == nil) {
				t.Fatalf("accepted: %v, want %v (%v)", err == nil, c.ok, err)
			}
		})
	}
}

// TestContractFixesTheErrorTexts keeps the fixed texts of the protocol from drifting.
func TestContractFixesTheErrorTexts(t *testing.T) {
	doc, _ := contract(t)
	for name, want := range map[string]string{
		"Unauthorized":  "Authentication credentials were not provided.",
		"Forbidden":     "You do not have permission to perform this action.",
		"TooLarge":      "Request body too large.",
		"NotAcceptable": "Could not satisfy the request Accept header.",
		"Throttled":     "Request was throttled. Expected available in 1 second.",
	} {
		example, err := json.Marshal(doc.Components.Responses[name].Value.Content["application/json"].Example)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(example); got != `{"detail":"`+want+`"}` {
			t.Errorf("%s shows %s", name, got)
		}
	}
}
