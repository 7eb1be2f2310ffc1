// Package docs serves the reference page of the API at /api/docs/: the contract document rendered once, when the
// program starts, as one HTML page without scripts.
//
//	document.go  reads the parts of OpenAPI that the page shows
//	page.go      what the page shows: operations by resource, then schemas
//	operation.go one operation: parameters, body, answers
//	field.go     the rows of the tables, their types and limits
//	example.go   example bodies and curl lines
//	prose.go     descriptions: paragraphs and `code`
//	handler.go   the page over HTTP
//
// It is not an OpenAPI validator: a document it cannot read fails the start, anything it does not know is left out.
package docs
