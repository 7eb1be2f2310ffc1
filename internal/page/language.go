package page

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed messages
var messages embed.FS

// Language is a catalogue of messages. The files are plain JSON in the form of i18next
// (flat keys, {{name}} for values, _one and _other for plurals by {{count}}), one
// directory for each language, so that pages and scripts share them.
type Language struct {
	Tag  string // BCP 47
	tag  language.Tag
	text map[string]string
}

// English is the catalogue that others fall back to.
var English = mustLoad(messages, "en")

// Languages are all catalogues, English first.
var Languages = loadAll(messages)

func mustLoad(f fs.FS, tag string) *Language {
	l, err := LoadLanguage(f, tag)
	if err != nil {
		panic(err) // the files are part of the program, and a test reads them
	}
	return l
}

func loadAll(f fs.FS) []*Language {
	list := []*Language{English}
	dirs, err := fs.ReadDir(f, "messages")
	if err != nil {
		panic(err) // the directory is part of the program
	}
	for _, d := range dirs {
		if d.Name() != English.Tag {
			list = append(list, mustLoad(f, d.Name()))
		}
	}
	return list
}

// LoadLanguage reads messages/TAG/*.json. A key in two files is an error.
func LoadLanguage(f fs.FS, tag string) (*Language, error) {
	l := &Language{Tag: tag, text: map[string]string{}}
	var err error
	if l.tag, err = language.Parse(tag); err != nil {
		return nil, err
	}
	names, err := fs.Glob(f, path.Join("messages", tag, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(f, name)
		if err != nil {
			return nil, err
		}
		var texts map[string]string
		if err := json.Unmarshal(data, &texts); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, text := range texts {
			if _, twice := l.text[key]; twice {
				return nil, fmt.Errorf("%s: the key %s is in another file too", name, key)
			}
			l.text[key] = text
		}
	}
	return l, nil
}

// Choose picks the catalogue that fits an Accept-Language header best.
func Choose(header string) *Language {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(Languages) == 1 {
		return English
	}
	tags := make([]language.Tag, len(Languages))
	for i, l := range Languages {
		tags[i] = l.tag
	}
	_, i, _ := language.NewMatcher(tags).Match(wanted...)
	return Languages[i]
}

// Text is a message with values by name. With a value called count, the form of the
// key for that number is taken. A key that no catalogue has shows as itself.
func (l *Language) Text(key string, values ...any) string {
	text := l.find(key, values)
	for i := 0; i+1 < len(values); i += 2 {
		text = strings.ReplaceAll(text, "{{"+fmt.Sprint(values[i])+"}}", fmt.Sprint(values[i+1]))
	}
	return text
}

func (l *Language) find(key string, values []any) string {
	for i := 0; i+1 < len(values); i += 2 {
		if n, ok := values[i+1].(int); ok && values[i] == "count" {
			if text, ok := l.text[key+"_"+l.form(n)]; ok {
				return text
			}
		}
	}
	if text, ok := l.text[key]; ok {
		return text
	}
	if l != English {
		return English.find(key, values)
	}
	return key
}

func (l *Language) form(n int) string {
	forms := map[plural.Form]string{
		plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
	}
	return forms[plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)]
}

// Has tells whether the catalogue itself has a key.
func (l *Language) Has(key string) bool {
	_, ok := l.text[key]
	return ok
}

// Keys returns the keys of the catalogue.
func (l *Language) Keys() []string {
	keys := make([]string, 0, len(l.text))
	for key := range l.text {
		keys = append(keys, key)
	}
	return keys
}
