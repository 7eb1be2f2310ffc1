package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"storedesk"
)

// recorder passes requests on and holds each exchange under /api/admin/ and /media/
// against openapi.yaml: every answer, and every request that was carried out.
type recorder struct {
	t    testing.TB
	next http.RoundTripper
	seen *coverage // may be nil
}

// coverage counts the answers that each operation gave.
type coverage struct {
	mu     sync.Mutex
	counts map[outcome]int
}

// outcome is a status that an operation answers with.
type outcome struct {
	operation string // its operationId
	status    int
}

func (c *coverage) add(operation string, status int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[outcome]int{}
	}
	c.counts[outcome{operation, status}]++
}

type oddRequest struct{}

// odd marks requests that the server carries out although openapi.yaml does not
// describe their form; answers to them are checked all the same.
func odd(ctx context.Context) context.Context { return context.WithValue(ctx, oddRequest{}, true) }

// RoundTrip implements http.RoundTripper.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.t.Helper()
	sent, err := copyOfBody(request)
	if err != nil {
		return nil, err
	}
	response, err := r.next.RoundTrip(request)
	if err != nil || !described(request.URL.Path) {
		return response, err
	}
	text, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text), failing{err}))
	if err != nil {
		return response, nil //nolint:nilerr // the client will meet it when it reads on
	}
	x := &exchange{request: request, sent: sent, status: response.StatusCode, header: response.Header, text: text}
	operation, err := x.checkOnce()
	if err != nil {
		r.t.Errorf("%s %s is not as openapi.yaml says: %v\nsent %.300s\nanswered %d %v\n%.600s",
			request.Method, request.URL, err, sent, response.StatusCode, response.Header, text)
	}
	r.seen.add(operation, response.StatusCode)
	return response, nil
}

// failing is a reader with an error at its end.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// copyOfBody is the request's body, unless it is a stream or large.
func copyOfBody(request *http.Request) ([]byte, error) {
	if request.GetBody == nil || request.ContentLength > 1<<20 {
		return nil, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

func described(path string) bool {
	return strings.HasPrefix(path, "/api/admin") || strings.HasPrefix(path, "/media/")
}

// exchange is a request and its answer.
type exchange struct {
	request *http.Request
	sent    []byte // nil where it is not known
	status  int
	header  http.Header
	text    []byte
}

// document is openapi.yaml, ready to judge.
type document struct {
	*openapi3.T
	router routers.Router
}

var contract = sync.OnceValue(func() *document {
	doc, err := openapi3.NewLoader().LoadFromData(storedesk.OpenAPI)
	if err != nil {
		panic(fmt.Errorf("openapi.yaml: %w", err))
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(fmt.Errorf("openapi.yaml: %w", err))
	}
	return &document{doc, router}
})

// accepted are the operations of exchanges that passed, by shape.
var accepted sync.Map

// checkOnce is check, but takes an exchange that differs in digits alone from one that
// passed for another such: judging takes a millisecond, and drills send thousands.
func (x *exchange) checkOnce() (operation string, err error) {
	shape := x.shape()
	if known, ok := accepted.Load(shape); ok {
		return known.(string), nil
	}
	if operation, err = x.check(); err == nil {
		accepted.Store(shape, operation)
	}
	return operation, err
}

// shape is a digest of the exchange with every digit replaced by 0, without what
// differs each time.
func (x *exchange) shape() [32]byte {
	var all bytes.Buffer
	fmt.Fprintln(&all, http.StatusText(x.status), x.request.Method, x.request.URL, x.request.Context().Value(oddRequest{}), x.request.Header.Get("Content-Type"))
	fmt.Fprintf(&all, "%s\n%s\n", x.sent, x.text)
	for _, name := range slices.Sorted(maps.Keys(x.header)) {
		if slices.Contains([]string{"Date", "Etag", "X-Request-Id"}, name) {
			fmt.Fprintln(&all, name)
		} else {
			fmt.Fprintln(&all, name, x.header[name])
		}
	}
	text := all.Bytes()
	for i, b := range text {
		if b >= '1' && b <= '9' {
			text[i] = '0'
		}
	}
	return sha256.Sum256(text)
}

// check judges the exchange and names its operation; "" for one that has none.
func (x *exchange) check() (operation string, err error) {
	api := strings.HasPrefix(x.request.URL.Path, "/api/admin/") && !strings.HasSuffix(x.request.URL.Path, "/openapi.yaml")
	if err := x.checkAlways(api); err != nil {
		return "", err
	}
	route, vars := contract().route(x.request)
	if route == nil {
		return "", x.checkUndescribed()
	}
	operation = route.Operation.OperationID
	if x.status == http.StatusNotModified && route.Operation.Responses.Value("304") == nil { // the library lets it pass
		return operation, errors.New("nobody said that 304 may come")
	}
	input := &openapi3filter.RequestValidationInput{
		Request: x.asked(), PathParams: vars, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true},
	}
	if err := x.judge(input); err != nil {
		return operation, err
	}
	if x.status/100 != 2 || x.sent == nil && x.request.Body != nil || x.request.Context().Value(oddRequest{}) != nil {
		return operation, nil
	}
	if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
		return operation, fmt.Errorf("the request was carried out, but: %w", err)
	}
	return operation, nil
}

// asked is the request as the validator reads it: HEAD is judged as GET.
func (x *exchange) asked() *http.Request {
	request := x.request.Clone(context.Background())
	request.Body = io.NopCloser(bytes.NewReader(x.sent))
	if request.Method == http.MethodHead {
		request.Method = http.MethodGet
	}
	return request
}

// route finds the operation of a request; nil when the document has none.
func (d *document) route(request *http.Request) (*routers.Route, map[string]string) {
	asked := request.Clone(context.Background())
	if asked.Method == http.MethodHead {
		asked.Method = http.MethodGet
	}
	if path, ok := strings.CutPrefix(asked.URL.Path, "/media/"); ok { // {path} holds slashes
		item := d.Paths.Value("/media/{path}")
		if operation := item.GetOperation(asked.Method); operation != nil {
			return &routers.Route{Spec: d.T, Path: "/media/{path}", PathItem: item, Method: asked.Method, Operation: operation}, map[string]string{"path": path}
		}
		return nil, nil
	}
	route, vars, err := d.router.FindRoute(asked)
	if err != nil {
		return nil, nil
	}
	return route, vars
}

// judge validates the answer. HEAD has the headers of GET and no body.
func (x *exchange) judge(input *openapi3filter.RequestValidationInput) error {
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: x.status, Header: x.header, Body: io.NopCloser(bytes.NewReader(x.text)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: x.request.Method == http.MethodHead},
	})
}

// checkAlways is what the document says of every answer, in words.
func (x *exchange) checkAlways(api bool) error {
	var problems []error
	if x.status >= 500 {
		problems = append(problems, errors.New("the server failed"))
	}
	if api && x.header.Get("X-Request-Id") == "" {
		problems = append(problems, errors.New("no X-Request-Id"))
	}
	if api && x.header.Get("X-Content-Type-Options") != "nosniff" {
		problems = append(problems, errors.New("no X-Content-Type-Options: nosniff"))
	}
	silent := x.status == 204 || x.status == 301 || x.status == 304 || x.request.Method == http.MethodHead
	if silent && len(x.text) > 0 {
		problems = append(problems, errors.New("a body where none belongs"))
	}
	if x.status == 304 && x.header.Get("ETag") == "" {
		problems = append(problems, errors.New("304 without ETag"))
	}
	if api && !silent && !json.Valid(x.text) {
		problems = append(problems, errors.New("the body is not JSON"))
	}
	return errors.Join(problems...)
}

// named are the responses that a method or path without an operation may get.
var named = map[int]string{
	400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 406: "NotAcceptable",
	408: "TooSlow", 413: "TooLarge", 415: "UnsupportedMedia", 429: "Throttled",
}

// checkUndescribed judges an answer to OPTIONS, to a method that a path does not have
// and to a path that is none.
func (x *exchange) checkUndescribed() error {
	switch {
	case x.status == 301:
		if !strings.HasSuffix(strings.Split(x.header.Get("Location"), "?")[0], "/") {
			return fmt.Errorf("leads to %q", x.header.Get("Location"))
		}
		return nil
	case x.status == 200 && x.request.Method == http.MethodOptions && x.header.Get("Allow") != "":
		return nil
	case strings.HasPrefix(x.request.URL.Path, "/media/") && x.status == 405 && x.header.Get("Allow") != "":
		return nil
	}
	name, ok := named[x.status]
	if !ok {
		return fmt.Errorf("nobody said that %d may come", x.status)
	}
	d := contract()
	responses := openapi3.NewResponses(openapi3.WithStatus(x.status, d.Components.Responses[name]))
	return x.judge(&openapi3filter.RequestValidationInput{
		Request: x.asked(),
		Route:   &routers.Route{Spec: d.T, PathItem: &openapi3.PathItem{}, Operation: &openapi3.Operation{Responses: responses}},
	})
}

// outcomes lists what the document says can happen.
func (d *document) outcomes() []outcome {
	var all []outcome
	for _, path := range d.Paths.InMatchingOrder() {
		for _, operation := range d.Paths.Value(path).Operations() {
			for status := range operation.Responses.Map() {
				n, err := strconv.Atoi(status)
				if err != nil {
					panic(operation.OperationID + " has a response " + status)
				}
				all = append(all, outcome{operation.OperationID, n})
			}
		}
	}
	slices.SortFunc(all, func(a, b outcome) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	return all
}

// missing are the outcomes that never came, but for the statuses left out.
func (c *coverage) missing(all []outcome, without ...int) []outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := maps.Clone(c.counts)
	return slices.DeleteFunc(all, func(o outcome) bool { return seen[o] > 0 || slices.Contains(without, o.status) })
}
