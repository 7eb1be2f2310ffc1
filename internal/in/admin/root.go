package admin

import (
	"strings"

	"storedesk/internal/wire"
)

// root lists the collections by name, each with its absolute URL.
func (a *API) root(c *call) error {
	body := []byte{'{'}
	for _, res := range a.resources {
		if !res.list {
			continue
		}
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = wire.String(body, strings.TrimSuffix(res.path, "/"))
		body = append(body, ':')
		body = wire.String(body, c.origin+Base+res.path)
	}
	return c.show(append(body, '}'))
}

// optionsBody describes a resource as the original's OPTIONS answers begin.
func optionsBody(res *resource) []byte {
	parses := `["application/json","application/x-www-form-urlencoded","multipart/form-data"]`
	if res.uploads {
		parses = `["multipart/form-data"]`
	}
	body := wire.String([]byte(`{"name":`), title(res.path))
	body = append(body, `,"description":"","renders":["application/json"],"parses":`...)
	return append(append(body, parses...), '}')
}

// title makes "Ticket List", "Ticket Instance", "Comments" of a path.
func title(path string) string {
	elements := strings.Split(strings.TrimSuffix(path, "/"), "/")
	name := strings.TrimSuffix(elements[0], "s")
	if name == "" {
		return "Api Root"
	}
	last := elements[len(elements)-1]
	switch {
	case len(elements) == 1:
		return capital(name) + " List"
	case last[0] == '{':
		return capital(name) + " Instance"
	default:
		return capital(last)
	}
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
