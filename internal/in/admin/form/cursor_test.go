package form

import (
	"encoding/base64"
	"slices"
	"testing"

	"storedesk/internal/desk"
)

// TestDecodeBase64 is what the original's reader makes of odd texts.
func TestDecodeBase64(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "!!!!": "", "=": "", "====": "", "cD00ODY=": "p=486", "cD00ODY=xyz": "p=486", "cD00O DY=": "p=486",
		"cD00-ODY_=": "p=486", "cD00ODY==": "p=486", "=cD00ODY=": "p=486", "Y2==": "c", "YQ=a=": "a\x06",
	} {
		if got, ok := decodeBase64(text); !ok || string(got) != want {
			t.Errorf("%q: %q, %v; want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"a", "ab", "abc", "a=", "ab=", "c", "cD00ODY", "Y=2="} {
		if got, ok := decodeBase64(text); ok {
			t.Errorf("%q: %q, want an error", text, got)
		}
	}
}

func TestDecodeCursor(t *testing.T) {
	const huge, tiny = 1<<63 - 1, -1 << 63
	for query, want := range map[string]Cursor{
		"":                          {},
		"hello":                     {},
		"P=486":                     {},
		"p=486":                     {Position: "486", key: desk.Key{ID: 486}},
		"r=1&p=487":                 {Reverse: true, Position: "487", key: desk.Key{ID: 487}},
		"r=1":                       {Reverse: true},
		"r=-1":                      {Reverse: true},
		"r=00":                      {},
		"o=5&p=486":                 {Offset: 5, Position: "486", key: desk.Key{ID: 486}},
		"o=0":                       {},
		"o= 5 ":                     {Offset: 5},
		"o=+5":                      {Offset: 5},
		"o=1_0":                     {Offset: 10},
		"o=1000":                    {Offset: 1000},
		"o=1001":                    {Offset: 1000},
		"o=99999999999999999999":    {Offset: 1000},
		"p=486&p=5":                 {Position: "486", key: desk.Key{ID: 486}},
		"p= 486 ":                   {Position: " 486 ", key: desk.Key{ID: 486}},
		"p=%2B4_86":                 {Position: "+4_86", key: desk.Key{ID: 486}},
		"p=%EF%BC%97":               {Position: "７", key: desk.Key{ID: 7}},
		"p=-5":                      {Position: "-5", key: desk.Key{ID: -5}},
		"p=99999999999999999999":    {Position: "99999999999999999999", key: desk.Key{ID: huge}},
		"p=-99999999999999999999":   {Position: "-99999999999999999999", key: desk.Key{ID: tiny}},
		"x=1&r=0&o=3&p=%30&unknown": {Offset: 3, Position: "0"},
	} {
		text := base64.StdEncoding.EncodeToString([]byte(query))
		if got, problem := DecodeCursor(text, desk.NewestFirst); problem != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", query, got, problem, want)
		}
	}
	for _, query := range []string{
		"p=", "p=abc", "p=1.5", "p=486%00", "p=486;o=5", "o=", "o=-1", "o=x", "o=1.0", "r=", "r=x", "é", "\xff",
		"p=1714979289123456.7",
	} {
		text := base64.StdEncoding.EncodeToString([]byte(query))
		got, problem := DecodeCursor(text, desk.NewestFirst)
		if problem == nil || problem.Status != 404 || problem.Detail != "Invalid cursor" {
			t.Errorf("%q: %+v, %v; want 404", query, got, problem)
		}
	}
	for _, text := range []string{"é", "cD00ODY", "a"} {
		if got, problem := DecodeCursor(text, desk.NewestFirst); problem == nil {
			t.Errorf("%q: %+v, want 404", text, got)
		}
	}
}

func TestDecodeCursorByUpdate(t *testing.T) {
	text := base64.StdEncoding.EncodeToString([]byte("p=1714979289123456.7"))
	c, problem := DecodeCursor(text, desk.UpdatedNewestFirst)
	want := desk.Key{At: 1714979289123456, ID: 7}
	if problem != nil || c.key != want || c.Encode() != text {
		t.Errorf("%+v, %v, %s", c, problem, c.Encode())
	}
	for _, query := range []string{"p=486", "p=.7", "p=1.", "p=1.x", "p=x.1", "p=99999999999999999999.1"} {
		text := base64.StdEncoding.EncodeToString([]byte(query))
		if c, problem := DecodeCursor(text, desk.UpdatedOldestFirst); problem == nil {
			t.Errorf("%q: %+v, want 404", query, c)
		}
	}
}

func TestCursorPage(t *testing.T) {
	c, _ := DecodeCursor("bz01JnI9MSZwPTQ4Nw==", desk.NewestFirst)
	p := c.Page(desk.NewestFirst, 20)
	if p.Key == nil || p.Key.ID != 487 || !p.Reverse || p.Offset != 5 || p.Size != 20 || p.Order != desk.NewestFirst {
		t.Errorf("%+v", p)
	}
	if p := (Cursor{}).Page(desk.OldestFirst, 3); p.Key != nil {
		t.Errorf("a cursor of nothing has a key: %+v", p)
	}
}

// walkList reads a page as the store does, from a list whose ids are all that are
// from 1 to n.
func walkList(c Cursor, n int64, size int, order desk.ListOrder) (rows []desk.Key, more bool) {
	var ids []int64
	up := order.Ascending() != c.Reverse
	for id := int64(1); id <= n; id++ {
		if c.Position == "" || up && id > c.key.ID || !up && id < c.key.ID {
			ids = append(ids, id)
		}
	}
	if !up {
		slices.Reverse(ids)
	}
	ids = ids[min(c.Offset, len(ids)):]
	more = len(ids) > size
	ids = ids[:min(size, len(ids))]
	if c.Reverse {
		slices.Reverse(ids)
	}
	for _, id := range ids {
		rows = append(rows, desk.Key{ID: id})
	}
	return rows, more
}

// TestLinks is read off the original, on a list of 20,000 tickets.
func TestLinks(t *testing.T) {
	none := "none"
	for _, c := range []struct{ cursor, next, previous string }{
		{"", "p=19981", none},
		{"p=486", "p=466", "r=1&p=485"},
		{"r=1&p=487", "p=488", "r=1&p=507"},
		{"r=1", none, "r=1&p=20"},
		{"o=5", "p=19976", "o=1&r=1&p=19994"},
		{"o=5&p=486", "p=461", "o=1&r=1&p=479"},
		{"o=5&r=1", "o=1&p=7", "r=1&p=25"},
		{"o=5&r=1&p=487", "o=1&p=494", "r=1&p=512"},
		{"o=1&r=1&p=19999", "p=19999", none},
		{"o=1000", "p=18981", "o=1&r=1&p=18999"},
		{"o=5000", "p=18981", "o=1&r=1&p=18999"},
		{"p=-5", none, "r=1&p=-5"},
		{"r=1&p=-5", "p=1", "r=1&p=20"},
		{"p=99999999999999999999", "p=19981", "r=1&p=20000"},
		{"r=1&p=99999999999999999999", "p=99999999999999999999", none},
		{"p=-99999999999999999999", none, "r=1&p=-99999999999999999999"},
		{"p=1", none, "r=1&p=1"},
		{"p=%30", none, "r=1&p=0"},
		{"r=1&p=20000", "p=20000", none},
		{"o=2&p=3", none, "r=1&p=3"},
		{"o=1&p=3", none, "o=20&r=1"},
		{"o=1&r=1&p=19998", "o=20", none},
	} {
		cursor, problem := DecodeCursor(base64.StdEncoding.EncodeToString([]byte(c.cursor)), desk.NewestFirst)
		if problem != nil {
			t.Fatalf("%s: %v", c.cursor, problem)
		}
		rows, more := walkList(cursor, 20000, 20, desk.NewestFirst)
		next, previous := Links(cursor, desk.NewestFirst, 20, rows, more)
		for name, pair := range map[string][2]string{
			"next": {linkText(t, next), c.next}, "previous": {linkText(t, previous), c.previous},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %s %s, want %s", c.cursor, name, pair[0], pair[1])
			}
		}
	}
}

func linkText(t *testing.T, c *Cursor) string {
	t.Helper()
	if c == nil {
		return "none"
	}
	text, err := base64.StdEncoding.DecodeString(c.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestLinksOfEmptyListWithOffset: the link leads to the list's end, with no position.
func TestLinksOfEmptyListWithOffset(t *testing.T) {
	next, previous := Links(Cursor{Offset: 1, Reverse: true}, desk.NewestFirst, 20, nil, false)
	if next == nil || next.Encode() != "" || previous != nil {
		t.Errorf("reverse: %v, %v", next, previous)
	}
	next, previous = Links(Cursor{Offset: 1}, desk.NewestFirst, 20, nil, false)
	if next != nil || linkText(t, previous) != "r=1" {
		t.Errorf("forward: %v, %v", next, previous)
	}
}

func TestLinksWalkBothWaysInEveryOrder(t *testing.T) {
	for _, order := range []desk.ListOrder{desk.NewestFirst, desk.OldestFirst} {
		for size := 1; size <= 4; size++ {
			const n = 9
			var seen []int64
			var last Cursor
			for c := (&Cursor{}); c != nil; {
				last = *c
				rows, more := walkList(*c, n, size, order)
				for _, row := range rows {
					seen = append(seen, row.ID)
				}
				c, _ = Links(*c, order, size, rows, more)
			}
			want := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}
			if !order.Ascending() {
				slices.Reverse(want)
			}
			if !slices.Equal(seen, want) {
				t.Errorf("%s by %d forward: %v", order, size, seen)
			}
			var back []int64
			for c := &last; c != nil; {
				rows, more := walkList(*c, n, size, order)
				for _, row := range slices.Backward(rows) {
					back = append(back, row.ID)
				}
				_, c = Links(*c, order, size, rows, more)
			}
			slices.Reverse(back)
			if !slices.Equal(back, want) {
				t.Errorf("%s by %d backward: %v", order, size, back)
			}
		}
	}
}

// TestLinksOfOneRowPageAfterOffset: the link leads to the very same row.
func TestLinksOfOneRowPageAfterOffset(t *testing.T) {
	for _, order := range []desk.ListOrder{desk.NewestFirst, desk.OldestFirst} {
		for _, reverse := range []bool{false, true} {
			c := Cursor{Offset: 2, Reverse: reverse}
			rows, more := walkList(c, 9, 1, order)
			next, previous := Links(c, order, 1, rows, more)
			back := previous
			if reverse {
				back = next
			}
			again, _ := walkList(*back, 9, 1, order)
			if !slices.Equal(again, rows) {
				t.Errorf("%s, reverse %v: %v, want %v", order, reverse, again, rows)
			}
		}
	}
}

func TestLinksByUpdate(t *testing.T) {
	rows := []desk.Key{{At: 9, ID: 4}, {At: 8, ID: 7}}
	next, previous := Links(Cursor{Position: "10.1"}, desk.UpdatedNewestFirst, 2, rows, true)
	if linkText(t, next) != "p=8.7" || linkText(t, previous) != "r=1&p=9.4" {
		t.Errorf("%s, %s", linkText(t, next), linkText(t, previous))
	}
}

func FuzzCursor(f *testing.F) {
	for _, text := range []string{"", "cD00ODY=", "cj0xJnA9NDg3", "bz01JnI9MSZwPTQ4Nw==", "!!!!", "cD0xLjI=", "é", "YQ=a="} {
		f.Add(text, false)
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, byUpdate bool) {
		order := desk.NewestFirst
		if byUpdate {
			order = desk.UpdatedNewestFirst
		}
		c, problem := DecodeCursor(text, order)
		if problem != nil {
			if c != (Cursor{}) {
				t.Errorf("both a cursor and a problem: %+v", c)
			}
			return
		}
		if c.Offset < 0 || c.Offset > maxOffset {
			t.Errorf("offset %d", c.Offset)
		}
		again, problem := DecodeCursor(c.Encode(), order)
		if problem != nil || again != c {
			t.Errorf("%+v became %+v, %v", c, again, problem)
		}
		rows := []desk.Key{{At: 2, ID: 5}, {At: 1, ID: 3}}
		for n := range 3 {
			for _, more := range []bool{false, true} {
				next, previous := Links(c, order, 2, rows[:n], more)
				for _, link := range []*Cursor{next, previous} {
					if link == nil {
						continue
					}
					if got, problem := DecodeCursor(link.Encode(), order); problem != nil || got != *link {
						t.Errorf("link %+v became %+v, %v", *link, got, problem)
					}
				}
			}
		}
	})
}
