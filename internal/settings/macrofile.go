package settings

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// The format of exported macros. Groups and types go by name, so that a file can be read
// by another store.
const (
	macroFormat  = "storedesk-macros"
	macroVersion = 1
)

// MacroFile is a file of macros.
type MacroFile struct {
	Format  string            `json:"format"`
	Version int               `json:"version"`
	Macros  []json.RawMessage `json:"macros"`
}

type macroLine struct {
	Name       string         `json:"name"`
	Groups     []string       `json:"groups"`
	Mode       string         `json:"comment_mode,omitempty"`
	Body       string         `json:"comment,omitempty"`
	Status     *desk.Status   `json:"status,omitempty"`
	Priority   *desk.Priority `json:"priority,omitempty"`
	Type       *string        `json:"type,omitempty"` // "" takes the type away
	SetTags    *[]string      `json:"set_tags,omitempty"`
	AddTags    []string       `json:"add_tags,omitempty"`
	RemoveTags []string       `json:"remove_tags,omitempty"`
}

// Export writes all macros of a store.
func (s *Macros) Export(ctx context.Context, st *desk.Store) (*MacroFile, error) {
	list, err := s.DB.Macros(ctx, st)
	if err != nil {
		return nil, err
	}
	n, err := s.names(ctx, st)
	if err != nil {
		return nil, err
	}
	file := &MacroFile{Format: macroFormat, Version: macroVersion, Macros: []json.RawMessage{}}
	for _, m := range list {
		c := m.Actions.Changes
		line := macroLine{
			Name: m.Name, Groups: []string{}, Mode: string(m.Actions.Mode), Body: m.Actions.Body, Status: c.Status, Priority: c.Priority,
			SetTags: c.SetTags, AddTags: c.AddTags, RemoveTags: c.RemoveTags,
		}
		for _, id := range m.GroupIDs {
			line.Groups = append(line.Groups, n.groupName[id])
		}
		if c.TypeID != nil {
			name := n.typeName[*c.TypeID]
			line.Type = &name
		}
		raw, err := json.Marshal(line)
		if err != nil {
			return nil, err
		}
		file.Macros = append(file.Macros, raw)
	}
	return file, nil
}

// names are the groups and types of a store, both ways.
type names struct {
	group, kind         map[string]int64
	groupName, typeName map[int64]string
}

const maxTypes = 1000

func (s *Macros) names(ctx context.Context, st *desk.Store) (*names, error) {
	n := &names{map[string]int64{}, map[string]int64{}, map[int64]string{}, map[int64]string{}}
	groups, err := s.DB.Groups(ctx, st)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		n.group[desk.Fold(g.Name)], n.groupName[g.ID] = g.ID, g.Name
	}
	types, _, err := s.DB.TicketTypes(ctx, st, "", desk.Page{Size: maxTypes, Order: desk.OldestFirst})
	for _, t := range types {
		n.kind[desk.Fold(t.Name)], n.typeName[t.ID] = t.ID, t.Name
	}
	return n, err
}

// Imported says what an import does, or would do, with one macro of the file.
type Imported struct {
	Name     string
	Replaces bool // there is one of this name
	Problems []string
}

// Import reads macros of a file: one whose name is there already is replaced. If anything
// is wrong with any of them, nothing is written; dry writes nothing in any case. Errors:
// Invalid when it is no such file.
func (s *Macros) Import(ctx context.Context, st *desk.Store, file *MacroFile, dry bool) (report []Imported, written bool, err error) {
	switch {
	case file.Format != macroFormat:
		return nil, false, desk.Errorf(desk.Invalid, "This is no file of macros: its format is %q, not %q.", file.Format, macroFormat)
	case file.Version != macroVersion:
		return nil, false, desk.Errorf(desk.Invalid, "The file has version %d; this program reads version %d.", file.Version, macroVersion)
	case len(file.Macros) > desk.MaxMacros:
		return nil, false, desk.Errorf(desk.Invalid, "The file has more than %d macros.", desk.MaxMacros)
	}
	n, err := s.names(ctx, st)
	if err != nil {
		return nil, false, err
	}
	parsed, seen, good := make([]desk.Macro, len(file.Macros)), map[string]bool{}, true
	for i, raw := range file.Macros {
		m, problems := n.parse(raw)
		key := desk.Fold(m.Name)
		if key != "" && seen[key] {
			problems = append(problems, "The file has this name twice.")
		}
		seen[key] = true
		parsed[i] = m
		report = append(report, Imported{Name: m.Name, Problems: problems})
		good = good && len(problems) == 0
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		written = false
		list, err := tx.Macros(ctx, st)
		if err != nil {
			return err
		}
		for i := range parsed {
			at := slices.IndexFunc(list, func(m desk.Macro) bool { return desk.Fold(m.Name) == desk.Fold(parsed[i].Name) })
			report[i].Replaces = at >= 0
		}
		if dry || !good {
			return nil
		}
		written = true
		return s.importIn(ctx, tx, st, parsed, list)
	})
	return report, written, err
}

func (s *Macros) importIn(ctx context.Context, tx *store.Tx, st *desk.Store, parsed, list []desk.Macro) error {
	for _, m := range parsed { // copies: the write may be tried again
		at := slices.IndexFunc(list, func(other desk.Macro) bool { return desk.Fold(other.Name) == desk.Fold(m.Name) })
		if at >= 0 {
			m.ID = list[at].ID
		}
		if err := s.place(ctx, tx, st, &m, list); err != nil {
			return err
		}
		if at < 0 {
			list = append(list, m)
		}
	}
	return nil
}

// parse reads one macro of a file, and says all that is wrong with it.
func (n *names) parse(raw json.RawMessage) (m desk.Macro, problems []string) {
	var line macroLine
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&line); err != nil && err != io.EOF {
		_ = json.Unmarshal(raw, &line) // for the name
		m.Name = line.Name
		return m, []string{strings.TrimPrefix(err.Error(), "json: ")}
	}
	m.Name, m.Actions = line.Name, desk.MacroActions{Mode: desk.CommentMode(line.Mode), Body: line.Body, Changes: desk.Changes{
		Status: line.Status, Priority: line.Priority, SetTags: line.SetTags, AddTags: line.AddTags, RemoveTags: line.RemoveTags,
	}}
	for _, name := range line.Groups {
		id, ok := n.group[desk.Fold(name)]
		if !ok {
			problems = append(problems, fmt.Sprintf("There is no group %q.", name))
		}
		m.GroupIDs = append(m.GroupIDs, id)
	}
	if line.Type != nil {
		id, ok := n.kind[desk.Fold(*line.Type)]
		if !ok && *line.Type != "" {
			problems = append(problems, fmt.Sprintf("There is no ticket type %q.", *line.Type))
		}
		m.Actions.Changes.TypeID = &id
	}
	tidy(&m)
	fields := desk.Fields{}
	m.Check(fields)
	for _, name := range []string{"name", "groups", "comment_mode", "comment", "status", "priority", "type", "set_tags", "add_tags", "remove_tags", "assignee"} {
		problems = append(problems, fields[name]...)
	}
	return m, problems
}
