package docs

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// field is a row of a table: a parameter, or a key of an object.
type field struct {
	Name     string
	In       string // path, query or header; empty for a key of an object
	Type     []typePart
	Required bool
	Addition bool
	Meaning  []paragraph
}

// typePart is a piece of a type's name; those that name a schema lead to it.
type typePart struct {
	Text   string
	Schema string
}

func plain(text string) []typePart { return []typePart{{Text: text}} }

// typeOf names the type of a value in a few words.
func typeOf(s schema) []typePart {
	switch {
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return []typePart{{Text: name, Schema: name}}
	case len(s.AnyOf) > 0:
		return joined(s.AnyOf)
	case s.Items != nil:
		return append(plain("array of "), typeOf(*s.Items)...)
	case s.Format == "binary":
		return plain("file")
	case len(s.Type) == 0 || len(s.Type) == 6:
		return plain("any")
	case len(s.Type) == 1 && s.Format == "uri":
		return plain("URL")
	default:
		return plain(strings.Join(s.Type, " or "))
	}
}

func joined(choices []schema) []typePart {
	var out []typePart
	for i, choice := range choices {
		if i > 0 {
			out = append(out, typePart{Text: " or "})
		}
		out = append(out, typeOf(choice)...)
	}
	return out
}

// meaning is the description with the limits of the value behind it.
func (d *document) meaning(description string, s schema) ([]paragraph, error) {
	full, err := d.schema(s)
	if err != nil {
		return nil, err
	}
	if description == "" {
		description = full.Description
	}
	return prose(strings.TrimSpace(description) + limits(full)), nil
}

// limits says in words what a schema says in keywords.
func limits(s schema) string {
	var b strings.Builder
	if words := values(s.Enum); len(words) > 0 {
		fmt.Fprintf(&b, " One of %s.", strings.Join(words, ", "))
	}
	if !s.Const.IsZero() {
		fmt.Fprintf(&b, " Always `%s`.", s.Const.Value)
	}
	if s.MaxLength != nil {
		fmt.Fprintf(&b, " At most %d characters.", *s.MaxLength)
	}
	if s.Minimum != nil && s.Maximum != nil {
		fmt.Fprintf(&b, " From %d to %d.", *s.Minimum, *s.Maximum)
	}
	if !s.Default.IsZero() {
		fmt.Fprintf(&b, " Default: `%s`.", s.Default.Value)
	}
	return b.String()
}

// values lists the choices of an enum; null is left to the type.
func values(enum []yaml.Node) []string {
	var out []string
	for _, node := range enum {
		switch {
		case node.Tag == "!!null":
		case node.Value == "":
			out = append(out, "an empty text")
		default:
			out = append(out, "`"+node.Value+"`")
		}
	}
	return out
}

// fields are the rows for the keys of an object. Where every key is required, as in all answers, none is marked:
// the table would say it on each row.
func (d *document) fields(s schema) ([]field, error) {
	var out []field
	for _, property := range slices.Concat(s.Properties, s.PatternProperties) {
		meaning, err := d.meaning(property.Value.Description, property.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", property.Key, err)
		}
		out = append(out, field{
			Name:     property.Key,
			Type:     typeOf(property.Value),
			Required: slices.Contains(s.Required, property.Key) && len(s.Required) < len(s.Properties),
			Meaning:  meaning,
		})
	}
	return out, nil
}

// parameters are the rows for an operation's parameters, header fields apart from the others.
func (d *document) parameters(list []parameter) (own, headers []field, err error) {
	for _, p := range list {
		if p, err = d.parameter(p); err != nil {
			return nil, nil, err
		}
		row := field{Name: p.Name, In: p.In, Type: typeOf(p.Schema), Required: p.Required, Addition: p.Addition}
		if row.Meaning, err = d.meaning(p.Description, p.Schema); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		if p.In == "header" {
			headers = append(headers, row)
		} else {
			own = append(own, row)
		}
	}
	return own, headers, nil
}

// answerHeaders are the rows for the header fields of an answer.
func (d *document) answerHeaders(list ordered[header]) ([]field, error) {
	var out []field
	for _, e := range list {
		h, err := d.header(e.Value)
		if err != nil {
			return nil, err
		}
		meaning, err := d.meaning(h.Description, h.Schema)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Key, err)
		}
		out = append(out, field{Name: e.Key, Type: typeOf(h.Schema), Addition: h.Addition, Meaning: meaning})
	}
	return out, nil
}
