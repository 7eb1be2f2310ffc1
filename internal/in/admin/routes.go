package admin

import "strings"

// Base is the path under which everything in this package is served.
const Base = "/api/admin/"

// Route is one line of the table: what may be asked, who may ask it, who answers.
type Route struct {
	Method  string
	Path    string // below Base, ends in a slash; {…} stands for one path element
	Scope   string // resource of the scope a token needs: "tickets" is tickets:read or tickets:write; "" = any token
	handle  handler
	uploads bool // the body is a stream of files, taken apart by the handler
	ours    bool // the original has no such list: the listing at Base is as it knows it
	streams bool // can also be answered with text/event-stream
}

// handler answers a request that has passed every check.
type handler func(*API, *call) error

// table holds every route. HEAD goes with GET, and OPTIONS with every path. The
// order of methods of a path is that of its Allow header.
var table = []Route{
	{Method: "GET", Path: "", Scope: "", handle: (*API).root},

	{Method: "GET", Path: "tickets/", Scope: "tickets", handle: (*API).listTickets},
	{Method: "POST", Path: "tickets/", Scope: "tickets", handle: (*API).createTicket},
	{Method: "GET", Path: "tickets/{id}/", Scope: "tickets", handle: (*API).showTicket},
	{Method: "PUT", Path: "tickets/{id}/", Scope: "tickets", handle: (*API).updateTicket},
	{Method: "PATCH", Path: "tickets/{id}/", Scope: "tickets", handle: (*API).updateTicket},
	{Method: "GET", Path: "tickets/{id}/comments/", Scope: "tickets", handle: (*API).showTicket},
	{Method: "POST", Path: "tickets/{id}/comments/", Scope: "tickets", handle: (*API).addComment},
	{Method: "GET", Path: "tickets/{id}/deliveries/", Scope: "tickets", handle: (*API).listDeliveriesOfTicket},
	{Method: "POST", Path: "tickets/attachments/", Scope: "tickets", handle: (*API).uploadAttachments, uploads: true},

	{Method: "GET", Path: "tickettypes/", Scope: "tickets", handle: (*API).listTypes},
	{Method: "GET", Path: "tickettypes/{id}/", Scope: "tickets", handle: (*API).showType},

	{Method: "GET", Path: "users/", Scope: "users", handle: (*API).listUsers},
	{Method: "POST", Path: "users/", Scope: "users", handle: (*API).createUser},
	{Method: "GET", Path: "users/{id}/", Scope: "users", handle: (*API).showUser},
	{Method: "PUT", Path: "users/{id}/", Scope: "users", handle: (*API).updateUser},
	{Method: "PATCH", Path: "users/{id}/", Scope: "users", handle: (*API).updateUser},
	{Method: "GET", Path: "users/{id}/addresses/", Scope: "users", handle: (*API).listAddresses},
	{Method: "POST", Path: "users/{id}/addresses/", Scope: "users", handle: (*API).addAddress},
	{Method: "DELETE", Path: "users/{id}/addresses/", Scope: "users", handle: (*API).removeAddress},

	{Method: "GET", Path: "orders/", Scope: "orders", handle: (*API).listOrders},
	{Method: "GET", Path: "orders/{number}/", Scope: "orders", handle: (*API).showOrder},

	{Method: "GET", Path: "products/", Scope: "catalogue", handle: (*API).listProducts},
	{Method: "GET", Path: "products/{id}/", Scope: "catalogue", handle: (*API).showProduct},

	{Method: "GET", Path: "webhooks/", Scope: "webhooks", handle: (*API).listWebhooks},
	{Method: "POST", Path: "webhooks/", Scope: "webhooks", handle: (*API).createWebhook},
	{Method: "GET", Path: "webhooks/{id}/", Scope: "webhooks", handle: (*API).showWebhook},
	{Method: "PUT", Path: "webhooks/{id}/", Scope: "webhooks", handle: (*API).updateWebhook},
	{Method: "PATCH", Path: "webhooks/{id}/", Scope: "webhooks", handle: (*API).updateWebhook},
	{Method: "DELETE", Path: "webhooks/{id}/", Scope: "webhooks", handle: (*API).deleteWebhook},
	{Method: "GET", Path: "webhooks/{id}/deliveries/", Scope: "webhooks", handle: (*API).listDeliveries},
	{Method: "POST", Path: "webhooks/{id}/test/", Scope: "webhooks", handle: (*API).testWebhook},
	{Method: "POST", Path: "webhooks/{id}/replay/", Scope: "webhooks", handle: (*API).replayWebhook},
	{Method: "POST", Path: "webhooks/{id}/rotate/", Scope: "webhooks", handle: (*API).rotateWebhook},

	{Method: "GET", Path: "mails/", Scope: "tickets", handle: (*API).listMails, ours: true},
	{Method: "GET", Path: "mails/{id}/", Scope: "tickets", handle: (*API).showMail},
	{Method: "GET", Path: "mails/{id}/view/", Scope: "tickets", handle: (*API).viewMail},
	{Method: "POST", Path: "mails/{id}/release/", Scope: "tickets", handle: (*API).releaseMail},
	{Method: "POST", Path: "mails/{id}/replay/", Scope: "tickets", handle: (*API).replayMail},
	{Method: "POST", Path: "mails/{id}/block/", Scope: "tickets", handle: (*API).blockMail},

	{Method: "GET", Path: "events/", Scope: "tickets", handle: (*API).readEvents, streams: true, ours: true},
}

// Routes returns the table with whole paths, without HEAD and OPTIONS.
func Routes() []Route {
	routes := make([]Route, len(table))
	for i, r := range table {
		r.Path = Base + r.Path
		routes[i] = r
	}
	return routes
}

// resource is what the table says about one path.
type resource struct {
	path    string
	list    bool // a collection, named in the listing at Base
	scope   string
	read    string // the scope for GET, HEAD, OPTIONS; "" = any token
	write   string // the scope for every other method, known or not
	allow   []string
	methods map[string]handler // with HEAD, without OPTIONS
	uploads bool
	ours    bool
	streams bool
	options []byte // the answer to OPTIONS
}

// resources gathers the routes by path, in the table's order.
func resources(routes []Route) []*resource {
	var all []*resource
	byPath := map[string]*resource{}
	for _, route := range routes {
		res := byPath[route.Path]
		if res == nil {
			res = newResource(route)
			byPath[route.Path] = res
			all = append(all, res)
		}
		res.methods[route.Method] = route.handle
		res.uploads = res.uploads || route.uploads
		res.ours = res.ours || route.ours
		res.streams = res.streams || route.streams
	}
	for _, res := range all {
		res.seal(routes)
	}
	return all
}

func newResource(route Route) *resource {
	res := &resource{path: route.Path, scope: route.Scope, methods: map[string]handler{}}
	if route.Scope != "" {
		res.read, res.write = route.Scope+":read", route.Scope+":write"
	}
	return res
}

// seal derives what needs all methods of the path.
func (res *resource) seal(routes []Route) {
	var methods []string
	for _, route := range routes {
		if route.Path == res.path {
			methods = append(methods, route.Method)
		}
	}
	if get, ok := res.methods["GET"]; ok {
		res.methods["HEAD"] = get
		methods = append(methods, "HEAD")
		res.list = strings.Count(res.path, "/") == 1 && !res.ours
	}
	res.allow = []string{strings.Join(append(methods, "OPTIONS"), ", ")}
	res.options = optionsBody(res)
}

// needs is the scope a method asks for.
func (res *resource) needs(method string) string {
	switch method {
	case "GET", "HEAD", "OPTIONS":
		return res.read
	}
	return res.write
}
