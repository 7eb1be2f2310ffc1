package form

import (
	"slices"
	"strings"

	"storedesk/internal/desk"
)

// Kind is a media type that a body may have.
type Kind string

// The kinds of bodies, in the order in which a wildcard type chooses.
const (
	JSON      Kind = "application/json"
	Form      Kind = "application/x-www-form-urlencoded"
	Multipart Kind = "multipart/form-data"
)

// Body is a parsed body: one JSON value of any type, or the fields of a form.
type Body struct {
	value any        // JSON
	form  formFields // nil for JSON

	spelled map[string]string // see Merge
}

// formFields are the fields of a form; a value is a string or a *file. The files of
// a field come after its texts.
type formFields map[string][]any

// ParseBody parses a body of one of the allowed kinds; none named means all three.
// An empty body is an empty object, or an empty form where the type is a form's,
// whatever is allowed. The charset of the type is taken to be UTF-8. Problems:
//
//	415 the type is not allowed, or there is none
//	400 JSON that does not parse, multipart without a usable boundary, or a form of
//	    more than 1,000 fields
func ParseBody(contentType string, body []byte, allow ...Kind) (*Body, *Problem) {
	media, _ := parseHeader(contentType)
	if len(body) == 0 {
		if media == string(Form) || media == string(Multipart) {
			return &Body{form: formFields{}}, nil
		}
		return &Body{value: &object{values: map[string]any{}}}, nil
	}
	for _, kind := range []Kind{JSON, Form, Multipart} {
		if (len(allow) == 0 || slices.Contains(allow, kind)) && kind.matches(media) {
			return kind.parse(contentType, body)
		}
	}
	return nil, &Problem{415, `Unsupported media type "` + contentType + `" in request.`}
}

// matches compares with a type as sent, in which either half may be "*".
func (k Kind) matches(media string) bool {
	top, sub, _ := strings.Cut(media, "/")
	wantTop, wantSub, _ := strings.Cut(string(k), "/")
	return (top == "*" || top == wantTop) && (sub == "*" || sub == wantSub)
}

func (k Kind) parse(contentType string, body []byte) (*Body, *Problem) {
	switch k {
	case Multipart:
		fields, problem := parseMultipart(contentType, body)
		if problem != nil {
			return nil, problem
		}
		return &Body{form: fields}, nil
	case Form:
		values, problem := parseFields(string(body))
		if problem != nil {
			return nil, problem
		}
		fields := make(formFields, len(values))
		for name, texts := range values {
			for _, text := range texts {
				fields[name] = append(fields[name], text)
			}
		}
		return &Body{form: fields}, nil
	default:
		value, err := parseJSON(body)
		if err != nil {
			return nil, &Problem{400, "JSON parse error - " + err.Error()}
		}
		return &Body{value: value}, nil
	}
}

// FormValue returns the last text of a form's field, such as access_token; false in
// a JSON body.
func (b *Body) FormValue(name string) (string, bool) {
	values := b.form[name]
	if len(values) == 0 {
		return "", false
	}
	text, ok := values[len(values)-1].(string)
	return text, ok
}

// Merge adds to the errors of a decoder what a look-up of the input's references
// found missing, and returns the sum. An id is named as the client wrote it ("007",
// 7.0). A list names its first bad item only: where both complain about a list, the
// look-up is right, for a decoder hands out the items up to the first bad one.
func (b *Body) Merge(fields, missing desk.Fields) desk.Fields {
	sum := desk.Fields{}
	for key, messages := range fields {
		sum[key] = messages
	}
	for key, messages := range missing {
		sum[key] = nil
		for _, message := range messages {
			if spelled, ok := b.spelled[key+"\n"+message]; ok {
				message = spelled
			}
			sum.Add(key, message)
		}
	}
	return sum
}

// spell remembers how a reference was written, the first time it is named.
func (b *Body) spell(field string, id int64, written any) {
	key := field + "\n" + desk.NoSuchObject(id)
	if _, known := b.spelled[key]; known {
		return
	}
	if b.spelled == nil {
		b.spelled = map[string]string{}
	}
	b.spelled[key] = desk.NoSuchObject(str(written))
}
