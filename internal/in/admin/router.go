package admin

import "strings"

// node is one element of a path in the tree of resources.
type node struct {
	exact map[string]*node
	any   *node
	here  *resource
}

func newRouter(all []*resource) *node {
	root := &node{}
	for _, res := range all {
		at := root
		for element := range strings.SplitSeq(strings.TrimSuffix(res.path, "/"), "/") {
			if element != "" {
				at = at.child(element)
			}
		}
		at.here = res
	}
	return root
}

func (n *node) child(element string) *node {
	if element[0] == '{' {
		if n.any == nil {
			n.any = &node{}
		}
		return n.any
	}
	if n.exact == nil {
		n.exact = map[string]*node{}
	}
	if n.exact[element] == nil {
		n.exact[element] = &node{}
	}
	return n.exact[element]
}

// match finds the resource of a path below Base that ends in a slash (or is empty),
// and the element that stood for {…}. Such an element is not empty and holds no dot:
// the original takes a dot for the start of a format suffix.
func (n *node) match(path string) (res *resource, param string) {
	if path == "" {
		return n.here, ""
	}
	element, rest, ok := strings.Cut(path, "/")
	if !ok {
		return nil, ""
	}
	if next := n.exact[element]; next != nil {
		if res, param = next.match(rest); res != nil {
			return res, param
		}
	}
	if n.any == nil || element == "" || strings.Contains(element, ".") {
		return nil, ""
	}
	res, inner := n.any.match(rest)
	if inner != "" {
		element = inner
	}
	return res, element
}
