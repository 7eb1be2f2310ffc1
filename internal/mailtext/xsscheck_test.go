package mailtext_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// contexts are places a careless page might put the HTML, each with a mark behind it
// that must stay where it was.
var contexts = map[string][2]string{
	"div":      {"<div>", "</div>"},
	"cell":     {"<table><tbody><tr><td>", "</td></tr></tbody></table>"},
	"item":     {"<ul><li>", "</li></ul>"},
	"section":  {"<section>", "</section>"},
	"svg":      {"<svg><desc>", "</desc></svg>"},
	"math":     {"<math><annotation-xml encoding='text/html'>", "</annotation-xml></math>"},
	"template": {"<template>", "</template>"},
	"noscript": {"<noscript>", "</noscript>"},
	"select":   {"<select><option>", "</option></select>"},
	"title":    {"<title>", "</title>"},
	"textarea": {"<textarea>", "</textarea>"},
}

var (
	harmlessElements = words("html head body template svg desc math annotation-xml noscript select option " +
		"a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em " +
		"figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small " +
		"span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr")
	harmlessAttributes = words("style class id dir lang title align valign bgcolor color bordercolor width height face size href " +
		"target rel src data-remote-src alt border hspace vspace cellpadding cellspacing colspan rowspan nowrap span type start value datetime")
	harmfulStyle = regexp.MustCompile(`(?i)url|expression|@import|binding|behaviou?r|javascript|\\|/\*|position|-moz|image|attr\(|var\(|calc|<|>`)
)

func words(s string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(s) {
		all[w] = true
	}
	return all
}

// checkSafe holds the result of sanitizing against a reading of its own, in every
// context, and sanitizes once more.
func checkSafe(t *testing.T, in, out string) {
	t.Helper()
	if again := sanitized(out); again != out {
		t.Errorf("%q: not stable\n once %q\ntwice %q", in, out, again)
	}
	for _, name := range []string{"div", "cell", "item", "section"} {
		checkContained(t, in, contexts[name][0]+out+contexts[name][1])
	}
	for _, name := range []string{"svg", "math", "template", "noscript", "select"} {
		checkTree(t, in, parse(t, contexts[name][0]+out+contexts[name][1]))
	}
	for _, name := range []string{"title", "textarea"} {
		root := parse(t, contexts[name][0]+out+contexts[name][1])
		each(root, func(n *html.Node) {
			if n.Type == html.ElementNode && !harmlessElements[n.Data] && n.Data != name {
				t.Errorf("%q: <%s> out of <%s>", in, n.Data, name)
			}
		})
	}
}

// checkContained puts the result into a page and looks that nothing broke out.
func checkContained(t *testing.T, in, placed string) {
	t.Helper()
	root := parse(t, `<main id="outer">`+placed+`</main><footer id="after"></footer>`)
	checkTree(t, in, root)
	each(root, func(n *html.Node) {
		if id(n) == "after" && (n.Parent.DataAtom != atom.Body) {
			t.Errorf("%q: swallows what follows: %q", in, placed)
		}
	})
}

func parse(t *testing.T, s string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return root
}

func each(n *html.Node, visit func(*html.Node)) {
	for d := range n.Descendants() {
		visit(d)
	}
}

func id(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "id" {
			return a.Val
		}
	}
	return ""
}

func checkTree(t *testing.T, in string, root *html.Node) {
	t.Helper()
	each(root, func(n *html.Node) {
		switch n.Type {
		case html.TextNode, html.DoctypeNode:
		case html.ElementNode:
			if !harmlessElements[n.Data] {
				t.Errorf("%q: <%s>", in, n.Data)
			}
			for _, a := range n.Attr {
				checkAttribute(t, in, n, a)
			}
		default:
			t.Errorf("%q: node %v %q", in, n.Type, n.Data)
		}
	})
}

func checkAttribute(t *testing.T, in string, n *html.Node, a html.Attribute) {
	t.Helper()
	if a.Key == "encoding" && n.Data == "annotation-xml" {
		return
	}
	if !harmlessAttributes[a.Key] || a.Namespace != "" {
		t.Errorf("%q: <%s %s=%q>", in, n.Data, a.Key, a.Val)
		return
	}
	switch a.Key {
	case "href", "src", "data-remote-src":
		u, err := url.Parse(a.Val)
		if err != nil {
			t.Errorf("%q: %s=%q: %v", in, a.Key, a.Val, err)
			return
		}
		switch {
		case u.Scheme == "http", u.Scheme == "https":
		case a.Key == "href" && (u.Scheme == "mailto" || u.Scheme == "tel"):
		case a.Key == "src" && n.Data == "img" && regexp.MustCompile(`^data:image/(png|gif|jpeg|webp);base64,`).MatchString(a.Val):
		default:
			t.Errorf("%q: %s=%q", in, a.Key, a.Val)
		}
		if a.Key == "src" && u.Scheme != "data" {
			t.Errorf("%q: loads %q", in, a.Val)
		}
	case "style":
		if harmfulStyle.MatchString(a.Val) {
			t.Errorf("%q: style=%q", in, a.Val)
		}
	case "id":
		if !regexp.MustCompile(`^(divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|reply-intro|outer|after)$`).MatchString(a.Val) {
			t.Errorf("%q: id=%q", in, a.Val)
		}
	case "target":
		if a.Val != "_blank" {
			t.Errorf("%q: target=%q", in, a.Val)
		}
	}
}
