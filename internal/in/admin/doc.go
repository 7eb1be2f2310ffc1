// Package admin is the door of the Admin API: HTTP under /api/admin/. It decides
// what a request is, in the order of checks that clients of the original depend on,
// turns it into one verb and the verb's answer into bytes. It holds no rule about
// tickets and asks no database itself.
//
//	path → store → Accept → version → body → query → token → scope → throttle → method → handler
//
// Each arrow is one function in serve.go; what a route needs (scope, methods) stands
// in the table in routes.go, which the router, the permission check, the Allow
// header and the listing at /api/admin/ all read.
package admin
