package form

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
)

func query(t *testing.T, raw string) Values {
	t.Helper()
	q, problem := ParseQuery(raw)
	if problem != nil {
		t.Fatalf("%q: %v", raw, problem)
	}
	return q
}

func ref[T any](v T) *T { return &v }

func at(t *testing.T, text string) desk.Instant {
	t.Helper()
	when, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return desk.At(when)
}

func TestTicketFilter(t *testing.T) {
	day := func(text string) desk.Instant { return at(t, text+"T00:00:00Z") }
	for raw, want := range map[string]desk.TicketFilter{
		"": {},
		"filter_text=&id=&subject=&requester=&assignee=&order_number=&ticket_type=&priority=&channel=&created_from=&created_to=&q=&updated_from=": {},
		"unknown=1&Status=x&status[]=x&page=2": {},
		"filter_text=+a%25b++":                 {Text: "a%b"},
		"subject=+":                            {},
		"subject=%C2%85x%1F":                   {Subject: "x"},
		"id=7":                                 {ID: ref[int64](7)},
		"id=1&id=2":                            {ID: ref[int64](2)},
		"id=1&id=":                             {},
		"id=+7+":                               {ID: ref[int64](7)},
		"id=1.5":                               {ID: ref[int64](1)},
		"id=1e1":                               {ID: ref[int64](10)},
		"id=1_0":                               {ID: ref[int64](10)},
		"id=%EF%BC%97":                         {ID: ref[int64](7)},
		"id=.5":                                {ID: ref[int64](0)},
		"id=5.":                                {ID: ref[int64](5)},
		"id=-0":                                {ID: ref[int64](0)},
		"id=-1.9":                              {ID: ref[int64](-1)},
		"id=1e-5":                              {ID: ref[int64](0)},
		"id=0e99999999999999999999":            {ID: ref[int64](0)},
		"id=1e-99999999999999999999":           {ID: ref[int64](0)},
		"id=9223372036854775807.9":             {ID: ref[int64](9223372036854775807)},
		"id=9223372036854775808":               {Nothing: true},
		"id=1e50":                              {Nothing: true},
		"id=-1e60":                             {Nothing: true},
		"status=new&status=open&status=new":    {Statuses: []desk.Status{desk.StatusNew, desk.StatusOpen}},
		"requester=+5_199+&assignee=%2B007":    {RequesterID: 5199, AssigneeID: 7},
		"requester=5&requester=":               {},
		"ticket_type=%EF%BC%95":                {TypeID: 5},
		"order_number=+100042+":                {OrderNumber: "100042"},
		"product=3&product=1&product=3":        {Products: []int64{3, 1}},
		"tags=2":                               {Tags: []int64{2}},
		"priority=high&channel=email":          {Priority: desk.PriorityHigh, Channel: desk.ChannelEmail},
		"created_from=2024-01-05":              {Created: desk.Span{From: day("2024-01-05")}},
		"created_to=2024-02-29":                {Created: desk.Span{To: day("2024-03-01")}},
		"created_from=1/5/24":                  {Created: desk.Span{From: day("2024-01-05")}},
		"created_from=12/31/69":                {Created: desk.Span{From: day("1969-12-31")}},
		"created_from=12/31/68":                {Created: desk.Span{From: day("2068-12-31")}},
		"created_from=01/05/2024":              {Created: desk.Span{From: day("2024-01-05")}},
		"created_from=+2024-1-+5+":             {Created: desk.Span{From: day("2024-01-05")}},
		"created_from=%D9%A2%D9%A0%D9%A2%D9%A4-01-05": {Created: desk.Span{From: day("2024-01-05")}},
		"created_from=0001-01-01":                     {Created: desk.Span{From: day("0001-01-01")}},
		"created_to=9999-12-31":                       {},
		"created_from=1970-01-01":                     {Created: desk.Span{From: -1}},
		"created_to=1969-12-31":                       {Created: desk.Span{To: -1}},
		"updated_from=2024-01-05&updated_to=1/5/24":   {Updated: desk.Span{From: day("2024-01-05"), To: day("2024-01-06")}},
		"updated_from=2024-01-05T07:00:00%2B07:00":    {Updated: desk.Span{From: day("2024-01-05")}},
		"updated_to=2024-01-05T00:00:00.5Z":           {Updated: desk.Span{To: at(t, "2024-01-05T00:00:00.500001Z")}},
		"q=+lost+parcel,+lost":                        {Words: []string{"LOST", "PARCEL"}},
		"q=!!!":                                       {Nothing: true},
	} {
		got, fields := TicketFilter(query(t, raw), time.UTC)
		if len(fields) > 0 || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", raw, *got, fields, want)
		}
	}
}

func TestTicketFilterErrors(t *testing.T) {
	const thatChoice = "Select a valid choice. That choice is not one of the available choices."
	values := map[string]map[string]string{
		"id": {
			" ": msgNumber, "abc": msgNumber, "NaN": msgNumber, "sNaN": msgNumber, "Infinity": msgNumber, "-inf": msgNumber,
			"0x10": msgNumber, "1,2": msgNumber, "1 2": msgNumber, "--1": msgNumber, "null": msgNumber, "1e": msgNumber,
			"e1": msgNumber, "1e+": msgNumber, ".": msgNumber, "1.2.3": msgNumber, "1\x00": msgNumber, "%": msgNumber,
			"1e51": msgNumberSize, "1e999999999999999999999": msgNumberSize, strings.Repeat("9", 51): msgNumberSize,
			"100000000000000007629769841091887003294964970946561":   msgNumberSize,
			"100000000000000007629769841091887003294964970946560.1": msgNumberSize,
		},
		"filter_text":  {"\x00": msgNUL, "a\x00b ": msgNUL},
		"subject":      {"\x00": msgNUL},
		"order_number": {"\x00": msgNUL},
		"q":            {"\x00": msgNUL},
		"status": {
			"foo": "Select a valid choice. foo is not one of the available choices.",
			"":    "Select a valid choice.  is not one of the available choices.",
			"NEW": "Select a valid choice. NEW is not one of the available choices.",
		},
		"requester": {
			"abc": thatChoice, "1.0": thatChoice, "null": thatChoice, "0": thatChoice, "-1": thatChoice, " ": thatChoice,
			"1__0": thatChoice, "_1": thatChoice, "1_": thatChoice, "\x1f1": thatChoice, "\x00": thatChoice,
			"9223372036854775808": thatChoice, strings.Repeat("9", 5000): thatChoice,
		},
		"assignee":    {"abc": thatChoice},
		"ticket_type": {"abc": thatChoice, "0": thatChoice},
		"product": {
			"abc": "“abc” is not a valid value.", "": "“” is not a valid value.", "1.0": "“1.0” is not a valid value.",
			"01":                   "Select a valid choice. 01 is not one of the available choices.",
			" 1":                   "Select a valid choice.  1 is not one of the available choices.",
			"+1":                   "Select a valid choice. +1 is not one of the available choices.",
			"0":                    "Select a valid choice. 0 is not one of the available choices.",
			"99999999999999999999": "Select a valid choice. 99999999999999999999 is not one of the available choices.",
		},
		"tags":     {"vip": "“vip” is not a valid value.", "1,2": "“1,2” is not a valid value."},
		"priority": {" ": "Select a valid choice.   is not one of the available choices."},
		"channel":  {"fax": "Select a valid choice. fax is not one of the available choices."},
		"created_from": {
			"2024-13-01": msgDate, "2024-02-30": msgDate, "2023-02-29": msgDate, "yesterday": msgDate, " ": msgDate,
			"2024-01-01T00:00:00Z": msgDate, "20240101": msgDate, "13/31/2024": msgDate, "2024/01/31": msgDate,
			"0000-01-01": msgDate, "2024-01-05\x00": msgDate, "2024- 1-05": msgDate, "2024-1-311": msgDate,
		},
		"created_to":   {"2024-00-10": msgDate, "2024-01-01 00:00": msgDate, "31.01.2024": msgDate, "10000-01-01": msgDate},
		"updated_from": {"2024-01-05T07:00:00": msgDate, "x": msgDate},
		"updated_to":   {"2024-02-30": msgDate},
	}
	for name, cases := range values {
		for value, want := range cases {
			_, fields := TicketFilter(Values{name: {value}}, time.UTC)
			if !reflect.DeepEqual(fields, desk.Fields{name: {want}}) {
				t.Errorf("%s=%.30q: %v, want %s", name, value, fields, want)
			}
		}
	}
}

func TestTicketFilterNamesEveryFilterOnce(t *testing.T) {
	_, fields := TicketFilter(query(t, "id=x&status=a&status=b&product=99&product=01&product=x&created_to=&priority=no"), time.UTC)
	want := desk.Fields{
		"id": {msgNumber}, "status": {msgNotAmong("a")}, "product": {"“x” is not a valid value."}, "priority": {msgNotAmong("no")},
	}
	if !reflect.DeepEqual(fields, want) {
		t.Errorf("%v", fields)
	}
}

func TestDaysFollowTheZone(t *testing.T) {
	for _, c := range []struct{ zone, day, from, to string }{
		{"Asia/Bangkok", "2024-01-05", "2024-01-04T17:00:00Z", "2024-01-05T17:00:00Z"},
		{"Europe/Berlin", "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"},
		// Midnight does not exist on the first of these days and comes twice on the second.
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		{"America/Havana", "2023-11-05", "2023-11-05T04:00:00Z", "2023-11-06T05:00:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Skip(err)
		}
		f, fields := TicketFilter(Values{"created_from": {c.day}, "created_to": {c.day}}, zone)
		want := desk.Span{From: at(t, c.from), To: at(t, c.to)}
		if len(fields) > 0 || f.Created != want {
			t.Errorf("%s %s: %s to %s", c.zone, c.day, f.Created.From.Time(), f.Created.To.Time())
		}
	}
}

func TestUserFilter(t *testing.T) {
	for raw, want := range map[string]desk.UserFilter{
		"": {},
		"email=+A@b.co+&phone_number=%2B1&user_type=nope": {Email: "A@b.co", PhoneNumber: "+1", Type: "nope"},
		"name=+Ann%C2%A0Lee+":                             {Name: []string{"Ann", "Lee"}},
		"name=+":                                          {},
		"language=en":                                     {Language: "en"},
		"is_blocked=true":                                 {Blocked: ref(true)},
		"is_blocked=True&accepts_marketing=False":         {Blocked: ref(true), AcceptsMarketing: ref(false)},
		"is_blocked=2&accepts_marketing=3":                {Blocked: ref(true), AcceptsMarketing: ref(false)},
		"is_blocked=1&accepts_marketing=0":                {},
		"is_blocked=TRUE&accepts_marketing=maybe":         {},
		"is_blocked=true&is_blocked=":                     {},
		"date_joined_from=2024-01-05&date_joined_to=":     {Joined: desk.Span{From: at(t, "2024-01-05T00:00:00Z")}},
	} {
		got, fields := UserFilter(query(t, raw), time.UTC)
		if len(got.Name) == 0 {
			got.Name = nil
		}
		if len(fields) > 0 || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: %+v, %v", raw, *got, fields)
		}
	}
	_, fields := UserFilter(query(t, "language=EN&date_joined_to=x&email=%00&name=%00&user_type=%00&phone_number=%00"), time.UTC)
	want := desk.Fields{
		"language": {msgNotAmong("EN")}, "date_joined_to": {msgDate}, "email": {msgNUL}, "name": {msgNUL},
		"user_type": {msgNUL}, "phone_number": {msgNUL},
	}
	if !reflect.DeepEqual(fields, want) {
		t.Errorf("%v", fields)
	}
}

func TestSearchesHaveOnlySoManyWords(t *testing.T) {
	many := "a"
	for i := range maxWords {
		many += "+b" + strconv.Itoa(i)
	}
	if _, fields := TicketFilter(query(t, "q="+many), time.UTC); fields["q"] == nil {
		t.Error("q takes them all")
	}
	if _, fields := UserFilter(query(t, "name="+many), time.UTC); fields["name"] == nil {
		t.Error("name takes them all")
	}
	if got, fields := UserFilter(query(t, "name="+strings.Repeat("a+", 1000)), time.UTC); len(got.Name) != 1 || len(fields) > 0 {
		t.Errorf("one word a thousand times: %v, %v", got.Name, fields)
	}
}

func TestSmallFilters(t *testing.T) {
	if name, fields := TypeFilter(query(t, "name=+Returns+")); name != "Returns" || len(fields) > 0 {
		t.Errorf("type: %q, %v", name, fields)
	}
	if _, fields := TypeFilter(query(t, "name=%00")); fields["name"] == nil {
		t.Error("type: NUL passes")
	}
	number, status, fields := OrderFilter(query(t, "order_number=+1+&status=+paid"))
	if number != "1" || status != "paid" || len(fields) > 0 {
		t.Errorf("order: %q, %q, %v", number, status, fields)
	}
	if _, _, fields := OrderFilter(query(t, "order_number=%00&status=%00")); len(fields) != 2 {
		t.Errorf("order: %v", fields)
	}
	title, public, fields := ProductFilter(query(t, "title=mug&is_public=false"))
	if title != "mug" || public == nil || *public || len(fields) > 0 {
		t.Errorf("product: %q, %v, %v", title, public, fields)
	}
	if _, public, _ := ProductFilter(query(t, "is_public=x")); public != nil {
		t.Error("product: is_public=x is not ignored")
	}
}

func TestPageSizeAndOrdering(t *testing.T) {
	for value, want := range map[string]int{"": 20, "1": 1, "100": 100, " 7 ": 7} {
		if got, fields := PageSize(Values{"page_size": {value}}, 20); got != want || len(fields) > 0 {
			t.Errorf("page_size=%s: %d, %v", value, got, fields)
		}
	}
	for _, value := range []string{"0", "101", "-1", "x", "1.0", "99999999999999999999"} {
		_, fields := PageSize(Values{"page_size": {value}}, 20)
		if !reflect.DeepEqual(fields, desk.Fields{"page_size": {"Ensure this value is between 1 and 100."}}) {
			t.Errorf("page_size=%s: %v", value, fields)
		}
	}
	if size, fields := PageSize(Values{}, 33); size != 33 || fields != nil {
		t.Errorf("no page_size: %d, %v", size, fields)
	}
	for value, want := range map[string]desk.ListOrder{
		"": desk.NewestFirst, "id": desk.OldestFirst, "-id": desk.NewestFirst,
		"updated_at": desk.UpdatedOldestFirst, "-updated_at": desk.UpdatedNewestFirst,
	} {
		if got, fields := Ordering(Values{"ordering": {value}}); got != want || len(fields) > 0 {
			t.Errorf("ordering=%s: %s, %v", value, got, fields)
		}
	}
	if _, fields := Ordering(Values{"ordering": {"subject"}}); !reflect.DeepEqual(fields, desk.Fields{
		"ordering": {"Select a valid choice. subject is not one of the available choices."},
	}) {
		t.Errorf("ordering=subject: %v", fields)
	}
}

func FuzzQuery(f *testing.F) {
	for _, raw := range []string{"", "a=1&b=2&a=3", "x=%zz", "x=%E2%82&y", "a+b=%2B", "\xff=\xe9", "x=%", "id=1#%zz"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, problem := ParseQuery(raw)
		if problem != nil {
			return
		}
		again, problem := ParseQuery(q.Encode("cursor", "x"))
		if problem != nil && len(q) < maxFields {
			t.Fatalf("%q: %v", raw, problem)
		}
		want := Values{}
		for name, values := range q {
			want[name] = values
		}
		want["cursor"] = []string{"x"}
		if problem == nil && !reflect.DeepEqual(again, want) {
			t.Errorf("%q: %q became %q", raw, want, again)
		}
		if _, err := url.ParseQuery(q.Encode("cursor", "x")); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	})
}

func FuzzFilters(f *testing.F) {
	for _, value := range []string{"", "1", "1e51", "2024-01-05", "1/5/24", "new", "high", "\x00", "true", "１", "-0.5e+3", "a b"} {
		f.Add(value, "2")
	}
	names := strings.Fields("filter_text id subject status requester assignee order_number product tags ticket_type priority " +
		"channel created_from created_to updated_from updated_to q email name phone_number language user_type is_blocked " +
		"accepts_marketing date_joined_from date_joined_to page_size ordering")
	f.Fuzz(func(t *testing.T, one, two string) {
		q := Values{}
		for _, name := range names {
			q[name] = []string{two, one}
		}
		ticket, fields := TicketFilter(q, time.UTC)
		if ticket.ID != nil && len(fields["id"]) > 0 {
			t.Error("both an id and an error")
		}
		for _, id := range append(append([]int64{}, ticket.Products...), ticket.Tags...) {
			if id <= 0 {
				t.Errorf("id %d", id)
			}
		}
		_, more := UserFilter(q, time.UTC)
		size, _ := PageSize(q, 20)
		if size < 1 || size > maxPageSize {
			t.Errorf("page size %d", size)
		}
		Ordering(q)
		for _, fields := range []desk.Fields{fields, more} {
			for name, messages := range fields {
				if len(messages) != 1 {
					t.Errorf("%s: %q", name, messages)
				}
			}
			validJSON(t, ErrorBody(fields))
		}
	})
}
