package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"
)

// jsonText writes an example as indented JSON, its keys in the order of the document; nothing for no example.
func jsonText(node *yaml.Node) (string, error) {
	compact, err := compactJSON(node)
	if err != nil || compact == "" {
		return "", err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(compact), "", "  "); err != nil {
		return "", fmt.Errorf("line %d: write the example: %w", node.Line, err)
	}
	return out.String(), nil
}

func compactJSON(node *yaml.Node) (string, error) {
	if node.IsZero() {
		return "", nil
	}
	var out bytes.Buffer
	if err := writeJSON(&out, node); err != nil {
		return "", fmt.Errorf("line %d: write the example: %w", node.Line, err)
	}
	return out.String(), nil
}

func writeJSON(out *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode:
		return writeList(out, '{', '}', len(node.Content)/2, func(i int) error {
			if err := writeText(out, node.Content[2*i].Value); err != nil {
				return err
			}
			out.WriteByte(':')
			return writeJSON(out, node.Content[2*i+1])
		})
	case yaml.SequenceNode:
		return writeList(out, '[', ']', len(node.Content), func(i int) error { return writeJSON(out, node.Content[i]) })
	case yaml.ScalarNode:
		if node.Tag == "!!str" {
			return writeText(out, node.Value)
		}
		if !json.Valid([]byte(node.Value)) {
			return fmt.Errorf("%q is no JSON value", node.Value)
		}
		out.WriteString(node.Value)
		return nil
	default:
		return fmt.Errorf("YAML node of kind %d", node.Kind)
	}
}

func writeList(out *bytes.Buffer, open, end byte, n int, item func(int) error) error {
	out.WriteByte(open)
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := item(i); err != nil {
			return err
		}
	}
	out.WriteByte(end)
	return nil
}

func writeText(out *bytes.Buffer, text string) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the encoder ends with a line feed
	return nil
}

// curl writes a request that a reader can paste, given $DESK and $TOKEN.
func (d *document) curl(method, path string, op *operation) (string, error) {
	query := url.Values{}
	var key bool
	for _, p := range op.Parameters {
		p, err := d.parameter(p)
		if err != nil {
			return "", err
		}
		switch p.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", p.Example.Value)
		case "query":
			query[p.Name] = append(query[p.Name], exampleValues(&p.Example)...)
		case "header":
			key = key || p.Name == "Idempotency-Key"
		}
	}
	if encoded := query.Encode(); encoded != "" {
		path += "?" + encoded
	}
	lines := []string{`curl "$DESK` + path + `"`}
	if len(op.Security) > 0 {
		lines = append(lines, `-H "Authorization: Bearer $TOKEN"`)
	}
	if key {
		lines = append(lines, `-H "Idempotency-Key: $(uuidgen)"`)
	}
	if method == "PUT" || method == "PATCH" || method == "DELETE" {
		lines[0] = "curl -X " + method + strings.TrimPrefix(lines[0], "curl")
	}
	body, err := curlBody(op.RequestBody)
	return strings.Join(append(lines, body...), " \\\n  "), err
}

func exampleValues(node *yaml.Node) []string {
	switch node.Kind {
	case yaml.ScalarNode:
		return []string{node.Value}
	case yaml.SequenceNode:
		var out []string
		for _, item := range node.Content {
			out = append(out, item.Value)
		}
		return out
	default:
		return nil
	}
}

// curlBody sends the example as JSON, or, where a body is multipart alone, a file in its first field.
func curlBody(body *requestBody) ([]string, error) {
	if body == nil {
		return nil, nil
	}
	if media, ok := body.Content.get("application/json"); ok {
		text, err := jsonText(&media.Example)
		return []string{`-H "Content-Type: application/json"`, "-d " + shellQuote(text)}, err
	}
	return []string{"-F files=@a.png"}, nil
}

func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
