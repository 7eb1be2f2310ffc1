// Package storedesk holds the contract of the Admin API, so that the program carries it along. It holds no code.
package storedesk

import _ "embed"

// OpenAPI is the contract document: OpenAPI 3.1 in YAML, UTF-8. It is served as it is at /api/admin/openapi.yaml,
// rendered at /api/docs/, and the tests compare recorded answers with it. Do not modify the bytes.
//
//go:embed openapi.yaml
var OpenAPI []byte
