package docs

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

type document struct {
	Info struct {
		Title       string
		Version     string
		Summary     string
		Description string
	}
	Tags []struct {
		Name        string
		Description string
	}
	Paths      ordered[pathItem]
	Webhooks   ordered[pathItem] // what the program sends, by name
	Components struct {
		Parameters ordered[parameter]
		Headers    ordered[header]
		Responses  ordered[response]
		Schemas    ordered[schema]
	}
}

type pathItem struct {
	Get    *operation
	Post   *operation
	Put    *operation
	Patch  *operation
	Delete *operation
}

type operation struct {
	ID          string `yaml:"operationId"`
	Tags        []string
	Summary     string
	Description string
	Addition    bool `yaml:"x-storedesk-addition"`
	Security    []map[string][]string
	Parameters  []parameter
	RequestBody *requestBody `yaml:"requestBody"`
	Responses   ordered[response]
}

type parameter struct {
	Ref         string `yaml:"$ref"`
	Name        string
	In          string
	Required    bool
	Description string
	Addition    bool `yaml:"x-storedesk-addition"`
	Schema      schema
	Example     yaml.Node
}

type requestBody struct {
	Required bool
	Content  ordered[mediaType]
}

type mediaType struct {
	Schema  schema
	Example yaml.Node
}

type response struct {
	Ref         string `yaml:"$ref"`
	Description string
	Addition    bool `yaml:"x-storedesk-addition"`
	Headers     ordered[header]
	Content     ordered[mediaType]
}

type header struct {
	Ref         string `yaml:"$ref"`
	Description string
	Addition    bool `yaml:"x-storedesk-addition"`
	Schema      schema
}

type schema struct {
	Ref               string `yaml:"$ref"`
	Description       string
	Type              types
	Format            string
	Enum              []yaml.Node
	Const             yaml.Node
	Default           yaml.Node
	MinLength         *int `yaml:"minLength"`
	MaxLength         *int `yaml:"maxLength"`
	Minimum           *int
	Maximum           *int
	Properties        ordered[schema]
	PatternProperties ordered[schema] `yaml:"patternProperties"`
	Required          []string
	Items             *schema
	AnyOf             []schema `yaml:"anyOf"`
}

// types is one JSON type or a list of them.
type types []string

func (t *types) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*t = types{node.Value}
		return nil
	}
	return node.Decode((*[]string)(t))
}

// ordered is a YAML mapping in the order it was written, which is the order the page keeps.
type ordered[T any] []entry[T]

type entry[T any] struct {
	Key   string
	Value T
}

func (o *ordered[T]) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a mapping is expected", node.Line)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		e := entry[T]{Key: node.Content[i].Value}
		if err := node.Content[i+1].Decode(&e.Value); err != nil {
			return err
		}
		*o = append(*o, e)
	}
	return nil
}

func (o ordered[T]) get(key string) (T, bool) {
	for _, e := range o {
		if e.Key == key {
			return e.Value, true
		}
	}
	var none T
	return none, false
}

// target finds what a reference names among the components of its kind; an empty reference is the value itself.
func target[T any](ref, kind string, components ordered[T], value T) (T, error) {
	if ref == "" {
		return value, nil
	}
	name, local := strings.CutPrefix(ref, "#/components/"+kind+"/")
	if found, ok := components.get(name); local && ok {
		return found, nil
	}
	return value, fmt.Errorf("reference to %s: no such component", ref)
}

func (d *document) parameter(p parameter) (parameter, error) {
	return target(p.Ref, "parameters", d.Components.Parameters, p)
}

func (d *document) response(r response) (response, error) {
	return target(r.Ref, "responses", d.Components.Responses, r)
}

func (d *document) header(h header) (header, error) {
	return target(h.Ref, "headers", d.Components.Headers, h)
}

// schema follows a reference; a description beside the reference wins over the one it leads to.
func (d *document) schema(s schema) (schema, error) {
	found, err := target(s.Ref, "schemas", d.Components.Schemas, s)
	if s.Description != "" {
		found.Description = s.Description
	}
	return found, err
}

func parse(source []byte) (*document, error) {
	var d document
	if err := yaml.Unmarshal(source, &d); err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	if d.Info.Title == "" || len(d.Paths) == 0 {
		return nil, errors.New("read the contract: it has no title or no paths")
	}
	return &d, nil
}
