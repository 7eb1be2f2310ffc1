package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"storedesk/internal/desk"
)

// instant reads RFC 3339 with any offset.
type instant desk.Instant

// UnmarshalJSON implements json.Unmarshaler.
func (i *instant) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if len(data) < 2 || data[0] != '"' {
		return errors.New("an instant is not a text")
	}
	t, err := time.Parse(time.RFC3339Nano, string(data[1:len(data)-1]))
	if err != nil {
		return fmt.Errorf("not an instant: %.40s", data)
	}
	*i = instant(desk.At(t))
	return nil
}

// number is a text that may have been written as a JSON number.
type number string

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(data []byte) error {
	switch {
	case string(data) == "null":
		return nil
	case data[0] == '"':
		return json.Unmarshal(data, (*string)(n))
	case data[0] == '-' || data[0] >= '0' && data[0] <= '9':
		*n = number(data)
		return nil
	default:
		return fmt.Errorf("neither a text nor a number: %.40s", data)
	}
}

// decode reads one JSON object and nothing after it. The error names the field.
func decode(data []byte, to any) error {
	err := json.Unmarshal(data, to)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		if wrong.Field == "" {
			return fmt.Errorf("not an object but a JSON %s", wrong.Value)
		}
		return fmt.Errorf("%s: a JSON %s does not belong there", wrong.Field, wrong.Value)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("broken JSON at byte %d: %w", syntax.Offset, err)
	}
	return err
}

// clean drops NUL characters. Invalid UTF-8 was replaced when the JSON was read.
func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", "")
}

func cleanText(s *string) *string {
	if s == nil || strings.IndexByte(*s, 0) < 0 {
		return s
	}
	text := clean(*s)
	return &text
}

// idOf checks an object's own id.
func idOf(id *int64, largest int64) (int64, error) {
	switch {
	case id == nil:
		return 0, errors.New("no id")
	case *id < 1 || *id > largest:
		return 0, fmt.Errorf("id %d is not between 1 and %d", *id, largest)
	}
	return *id, nil
}

// maxIndexed is how many bytes a text may have that the databases keep in an index.
// PostgreSQL takes about 2,700, and folding may lengthen a text.
const maxIndexed = 500

// indexed checks texts that stand in indexes, given as names and values.
func indexed(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if n := len(pairs[i+1]); n > maxIndexed {
			return fmt.Errorf("%s: %d bytes are more than %d", pairs[i], n, maxIndexed)
		}
	}
	return nil
}
