package form

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"storedesk/internal/desk"
)

// record is one object whose fields are read, in JSON or in a form, and the place
// where their errors are noted.
type record struct {
	body   *Body
	object *object    // in JSON
	form   formFields // in a form
	// full is set in a form that stands for the whole: there an absent boolean is
	// false and an absent list is empty.
	full   bool
	path   string // what comes before a field's name in errors, such as "comment."
	fields desk.Fields
}

// record returns the body's top level; false, with the error noted, when that is no
// object.
func (b *Body) record(partial bool) (*record, bool) {
	r := &record{body: b, form: b.form, full: b.form != nil && !partial, fields: desk.Fields{}}
	if b.form != nil {
		return r, true
	}
	switch v := b.value.(type) {
	case *object:
		r.object = v
		return r, true
	case nil:
		r.fail(wholeBody, "No data provided")
	default:
		r.fail(wholeBody, msgNotADict(v))
	}
	return r, false
}

func (r *record) fail(name, message string) { r.fields.Add(r.path+name, message) }

// rule says what a field allows.
type rule struct {
	null     bool
	blank    bool
	required bool
	kept     bool // required, and already there: what a PATCH may leave out
	limit    int  // characters; 0 = any number
}

// get returns a field's value; false when there is none to be used, because it is
// absent or because of an error, which is noted.
func (r *record) get(name string, rule rule) (any, bool) {
	value, there := r.raw(name, rule)
	switch {
	case !there && rule.required:
		r.fail(name, msgRequired)
	case there && value == nil && !rule.null:
		r.fail(name, msgNull)
		return nil, false
	}
	return value, there
}

// raw returns a field's value before any rule. The empty text of a form means null
// or "absent" where the field cannot be empty.
func (r *record) raw(name string, rule rule) (any, bool) {
	if r.object != nil {
		value, there := r.object.values[name]
		return value, there
	}
	values := r.form[name]
	if len(values) == 0 {
		return nil, false
	}
	last := values[len(values)-1]
	switch {
	case last != "" || rule.blank:
		return last, true
	case rule.null:
		return nil, true
	default:
		return last, rule.required || rule.kept
	}
}

// text reads a text, trimmed. Numbers are taken as text. nil when there is none.
func (r *record) text(name string, rule rule, checks ...check) *desk.Text {
	return r.textOr(name, rule, msgNotString, checks...)
}

// check returns what is wrong with a text, or "".
type check func(string) string

// textOr is text with another message for what is no text.
func (r *record) textOr(name string, rule rule, notText string, checks ...check) *desk.Text {
	value, there := r.get(name, rule)
	if !there {
		return nil
	}
	switch v := value.(type) {
	case nil:
		return &desk.Text{}
	case string, integer, float64:
		text := strip(str(v))
		if text == "" && rule.blank {
			return &desk.Text{Value: &text}
		}
		problems := faults(text, rule, checks)
		for _, problem := range problems {
			r.fail(name, problem)
		}
		if len(problems) > 0 {
			return nil
		}
		return &desk.Text{Value: &text}
	default:
		r.fail(name, notText)
		return nil
	}
}

// faults lists all that is wrong with a text, in the original's order.
func faults(text string, rule rule, checks []check) []string {
	if text == "" {
		return []string{msgBlank}
	}
	var out []string
	if rule.limit > 0 && utf8.RuneCountInString(text) > rule.limit {
		out = append(out, msgTooLong(rule.limit))
	}
	if strings.IndexByte(text, 0) >= 0 {
		out = append(out, msgNUL)
	}
	if s := surrogate(text); s != 0 {
		code := strings.ToUpper(strconv.FormatInt(int64(s), 16))
		out = append(out, "Surrogate characters are not allowed: U+"+code+".")
	}
	for _, check := range checks {
		if message := check(text); message != "" {
			out = append(out, message)
		}
	}
	return out
}

func (r *record) email(name string, rule rule) *desk.Text {
	rule.limit = 254
	return r.textOr(name, rule, msgEmail, func(text string) string {
		if !validEmail(text) {
			return msgEmail
		}
		return ""
	})
}

// choice reads one of some texts. nil when there is none.
func choice[T ~string](r *record, name string, rule rule, options []T) *desk.Text {
	value, there := r.get(name, rule)
	if !there {
		return nil
	}
	if value == nil {
		return &desk.Text{}
	}
	text := str(value)
	if !slices.Contains(options, T(text)) && !(value == "" && rule.blank) {
		r.fail(name, msgNoChoice(text))
		return nil
	}
	return &desk.Text{Value: &text}
}

// Spellings of a boolean.
var (
	trueTexts  = []string{"t", "T", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "1"}
	falseTexts = []string{"f", "F", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "0"}
)

// boolean reads a boolean. nil when there is none.
func (r *record) boolean(name string) *bool {
	no, yes := false, true
	if r.full && len(r.form[name]) == 0 {
		return &no
	}
	value, there := r.get(name, rule{})
	if !there {
		return nil
	}
	switch v := value.(type) {
	case bool:
		return &v
	case string:
		if slices.Contains(trueTexts, v) {
			return &yes
		}
		if slices.Contains(falseTexts, v) {
			return &no
		}
	case integer:
		if v == "1" || v == "0" {
			v := v == "1"
			return &v
		}
	case float64:
		if v == 1 || v == 0 {
			v := v == 1
			return &v
		}
	}
	r.fail(name, msgBoolean)
	return nil
}

// id reads a reference that may be null, which is 0. nil when there is none.
func (r *record) id(name string) *int64 {
	value, there := r.get(name, rule{null: true})
	if !there {
		return nil
	}
	var none int64
	if value == nil || value == "" {
		return &none
	}
	id, message := r.reference(name, value)
	if message != "" {
		r.fail(name, message)
		return nil
	}
	return &id
}

// reference reads the id of some row, or returns what is wrong with it.
func (r *record) reference(name string, value any) (id int64, message string) {
	var fits bool
	switch v := value.(type) {
	case nil:
		return 0, desk.NoSuchObject("None")
	case string:
		number, ok := parseInt(v)
		if !ok {
			return 0, msgNotAKey(value)
		}
		id, fits = number.int64()
	case integer:
		id, fits = v.int64()
	case float64:
		if fits = v > -math.MaxInt64 && v < math.MaxInt64; fits {
			id = int64(v)
		}
	default:
		return 0, msgNotAKey(value)
	}
	if !fits || id <= 0 {
		return 0, desk.NoSuchObject(shown(str(value)))
	}
	r.body.spell(r.path+name, id, value)
	return id, ""
}

// ids reads a list of references: with an error, those before the first bad one.
// nil when there is no list.
func (r *record) ids(name string) *[]int64 {
	items, there := r.list(name)
	if !there {
		return nil
	}
	ids := make([]int64, 0, len(items))
	for _, item := range items {
		id, message := r.reference(name, item)
		if message != "" {
			r.fail(name, message)
			break
		}
		ids = append(ids, id)
	}
	return &ids
}

// list reads a list; of an object its keys. false when there is none.
func (r *record) list(name string) ([]any, bool) {
	if r.object == nil {
		values, there := r.form[name]
		return values, there || r.full
	}
	value, there := r.get(name, rule{})
	if !there {
		return nil, false
	}
	switch v := value.(type) {
	case []any:
		return v, true
	case *object:
		keys := make([]any, len(v.keys))
		for i, key := range v.keys {
			keys[i] = key
		}
		return keys, true
	default:
		r.fail(name, msgNotAList(value))
		return nil, false
	}
}

// tags reads a list of names. nil when there is none or an item is bad.
func (r *record) tags(name string, null bool) *[]*string {
	items, there := r.list(name)
	if !there {
		return nil
	}
	tags := make([]*string, 0, len(items))
	for _, item := range items {
		if item == nil && null {
			tags = append(tags, nil)
			continue
		}
		text, isText := item.(string)
		text = strip(text)
		if !isText || text == "" || surrogate(text) != 0 {
			r.fail(name, msgInvalid)
			return nil
		}
		if problems := faults(text, rule{limit: 255}, nil); len(problems) > 0 {
			r.fail(name, problems[0])
			return nil
		}
		tags = append(tags, &text)
	}
	return &tags
}

// nested reads an object within this one. nil when there is none.
func (r *record) nested(name string) *record {
	in := &record{body: r.body, full: r.full, path: r.path + name + ".", fields: r.fields}
	if r.object == nil {
		in.form = formFields{}
		for key, values := range r.form {
			if key, ok := strings.CutPrefix(key, name+"."); ok && key != "" {
				in.form[key] = values
			}
		}
		if len(in.form) == 0 {
			return nil
		}
		return in
	}
	value, there := r.get(name, rule{})
	if !there {
		return nil
	}
	object, ok := value.(*object)
	if !ok {
		in.fail(wholeBody, msgNotADict(value))
		return nil
	}
	in.object = object
	return in
}
