package desk

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestVariablesAreFilledOnce(t *testing.T) {
	t.Parallel()
	values := map[string]string{"requester.first_name": "Eve", "order.number": "{{ store.name }}", "store.name": "Lamps", "user.email": ""}
	for _, c := range []struct {
		in, want   string
		unresolved []string
	}{
		{"", "", nil},
		{"Hello", "Hello", nil},
		{"Hi {{ requester.first_name }}!", "Hi Eve!", nil},
		{"Hi {{requester.first_name}}{{requester.first_name}}", "Hi EveEve", nil},
		{"{{\trequester.first_name\n}}", "Eve", nil},
		{"{{ order.number }}", "{{ store.name }}", nil}, // a value is text
		{"{{ user.email }}", "{{ user.email }}", []string{"user.email"}},
		{"{{ a }} {{ b }} {{a}}", "{{ a }} {{ b }} {{a}}", []string{"a", "b"}},
		{"{{ requester.first_name }", "{{ requester.first_name }", nil},
		{"{{}} {{ }} { { x } }", "{{}} {{ }} { { x } }", nil},
		{"{{{ requester.first_name }}}", "{Eve}", nil},
		{"{{ requester.first_name | upper }}", "{{ requester.first_name | upper }}", nil},
	} {
		got, unresolved := Fill(c.in, values)
		if got != c.want || !slices.Equal(unresolved, c.unresolved) {
			t.Errorf("%q: %q %q, want %q %q", c.in, got, unresolved, c.want, c.unresolved)
		}
	}
}

func TestVariablesOfMacrosAreChecked(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"Hi {{ requester.first_name }} {{order.tracking_url}}": 0,
		"a } b { c":                          0,
		"{{ requester.firstname }}":          1,
		"{{ x }} {{ y }}":                    2,
		"{{ requester.first_name":            1,
		"requester.first_name }}":            1,
		"{{ requester.first_name | upper }}": 1,
	} {
		if got := CheckVariables(in); len(got) != want {
			t.Errorf("%q: %q, want %d", in, got, want)
		}
	}
}

func TestChangesAreStepsFromWhatIsThere(t *testing.T) {
	t.Parallel()
	set := []string{"x", "y"}
	ticket := &Ticket{Tags: []Tag{{1, "a"}, {2, "b"}}}
	for _, c := range []struct {
		changes Changes
		want    []string
	}{
		{Changes{AddTags: []string{"b", "c"}}, []string{"a", "b", "c"}},
		{Changes{RemoveTags: []string{"a", "z"}}, []string{"b"}},
		{Changes{SetTags: &set, AddTags: []string{"z"}, RemoveTags: []string{"y"}}, []string{"x", "z"}},
	} {
		in := &TicketInput{}
		c.changes.Write(in, ticket)
		if in.Tags == nil || !slices.Equal(*in.Tags, c.want) || in.Status != nil {
			t.Errorf("%+v: %v, want %v", c.changes, in.Tags, c.want)
		}
	}
	if !slices.Equal(set, []string{"x", "y"}) {
		t.Errorf("the macro itself has changed: %v", set)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"@Ana could you?": true, "ask @ana.smith.": true, "@AnaSmith": true, "(@asmith)": true, "@anab": false,
		"mail ana@example.com": false, "ana": false, "@ana_smith": false,
	} {
		if got := Mentions(in, "Ana Smith", "asmith@shop.example"); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

// FuzzFill: whatever a macro and the values hold, the text stays valid, values are put in
// as they are, and what is left is what is named.
func FuzzFill(f *testing.F) {
	f.Add("Hi {{ requester.first_name }}", "Eve")
	f.Add("{{{{ requester.first_name }}}}", "{{ requester.first_name }}")
	f.Add("{{ x }}\xff", "}}")
	f.Fuzz(func(t *testing.T, text, value string) {
		filled, unresolved := Fill(text, map[string]string{"requester.first_name": value})
		if utf8.ValidString(text) && utf8.ValidString(value) && !utf8.ValidString(filled) {
			t.Fatalf("%q is not UTF-8", filled)
		}
		if value != "" && slices.Contains(unresolved, "requester.first_name") {
			t.Fatalf("%q is unresolved", text)
		}
		for _, name := range unresolved {
			if !strings.Contains(filled, name) {
				t.Fatalf("%q is gone from %q", name, filled)
			}
		}
		if same, none := Fill(text, nil); same != text || len(CheckVariables(text)) == 0 && slices.ContainsFunc(none, func(n string) bool { return !slices.Contains(Variables, n) }) {
			t.Fatalf("%q becomes %q", text, same)
		}
	})
}
