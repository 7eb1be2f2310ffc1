package importer

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// seeds are tickets in the usual form and in forms that only encoding/json reads.
var seeds = []string{
	`{"id":7,"subject":"Where \"is\" it?\n","ticket_type":2,"requester":51,"assignee":null,"priority":"medium","from_email":null,` +
		`"order":"100042","products":[3,12],"created_at":"2024-05-06T07:08:09.123456Z","updated_at":"2024-05-31T07:08:09Z",` +
		`"channel":"email","status":"new","tags":["late"],"comments":[{"id":9,"author":51,"body":"Hello \u00e9 返品","is_public":true,` +
		`"attachments":[{"id":4,"file_name":"a.png","file":"https://desk.example/media/x/a.png"}],"from_email":null,` +
		`"created_at":"2024-05-06T07:08:09.123456+07:00"}]}`,
	` { "id" : 1 , "tags" : [ ] , "comments" : [ { } ] , "products" : null } `,
	`{"id":1,"id":2}`, `{"ID":1}`, `{"id":1.0}`, `{"id":1e3}`, `{"id":-1}`, `{"id":01}`, `{"id":12345678901234567890}`,
	`{"order":17}`, `{"subject":17}`, `{"tags":["a",null]}`, `{"other":{}}`, `{"created_at":"2024-02-30T00:00:00Z"}`,
	`{"created_at":"2024-02-29T23:59:60Z"}`, `{"subject":"\ud800"}`, `{"subject":"a` + "\xff" + `"}`, `{"subject":"a` + "\x00" + `"}`,
	`{}`, `{`, `[]`, `null`, ``, `{"id":1}}`, `{"id":1,}`, `{"comments":[{"id":1},]}`, `{"comments":[{"is_public":null,"is_public":true}]}`,
}

func FuzzFastReadsTheSame(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var quick, slow ticketObject
		if !fastTicket(data, &quick) {
			return
		}
		if err := json.Unmarshal(data, &slow); err != nil {
			t.Fatalf("%q: encoding/json says %v", data, err)
		}
		if a, b := canonical(t, &quick), canonical(t, &slow); !reflect.DeepEqual(a, b) {
			t.Errorf("%q is read as\n%s\nand by encoding/json as\n%s", data, a, b)
		}
	})
}

func canonical(t *testing.T, o *ticketObject) string {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), ":[]", ":null") // no list and an empty one are the same
}

func TestFastReadsTheUsualForm(t *testing.T) {
	t.Parallel()
	for _, s := range seeds[:2] {
		if !fastTicket([]byte(s), &ticketObject{}) {
			t.Errorf("not read: %s", s)
		}
	}
}

func BenchmarkTicket(b *testing.B) {
	data := []byte(seeds[0])
	for b.Loop() {
		if _, err := ticket(data, ""); err != nil {
			b.Fatal(err)
		}
	}
}
