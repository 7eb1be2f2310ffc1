package form

import (
	"reflect"
	"strings"
	"testing"

	"storedesk/internal/desk"
)

func TestTicketJSON(t *testing.T) {
	for text, want := range map[string]desk.TicketInput{
		`{}`: {},
		`{"id":1,"channel":"email","created_at":"x","comments":5,"nope":[1]}`: {},
		`{"subject":"  Hello ","status":"open","priority":"low"}`: {
			Subject: ref("Hello"), Status: ref(desk.StatusOpen), Priority: ref(desk.PriorityLow),
		},
		`{"subject":7}`:   {Subject: ref("7")},
		`{"subject":1.0}`: {Subject: ref("1.0")},
		`{"ticket_type":null,"requester":"","assignee":" 5_1 "}`: {TypeID: ref[int64](0), RequesterID: ref[int64](0), AssigneeID: ref[int64](51)},
		`{"ticket_type":1.7,"requester":"007","assignee":9223372036854775807}`: {
			TypeID: ref[int64](1), RequesterID: ref[int64](7), AssigneeID: ref[int64](9223372036854775807),
		},
		`{"from_email":null}`:        {FromEmail: &desk.Text{}},
		`{"from_email":" "}`:         {FromEmail: &desk.Text{Value: ref("")}},
		`{"from_email":" a@b.co "}`:  {FromEmail: &desk.Text{Value: ref("a@b.co")}},
		`{"order":null}`:             {Order: ref("")},
		`{"order":""}`:               {Order: ref("")},
		`{"order":100042}`:           {Order: ref("100042")},
		`{"order":" 1"}`:             {Order: ref(" 1")},
		`{"order":{"a":[1,null]}}`:   {Order: ref("{'a': [1, None]}")},
		`{"products":[3,"1",3,2.9]}`: {Products: &[]int64{3, 1, 3, 2}},
		`{"products":[]}`:            {Products: &[]int64{}},
		`{"products":{"4":null}}`:    {Products: &[]int64{4}},
		`{"products":{}}`:            {Products: &[]int64{}},
		`{"tags":["a"," b ","a"]}`:   {Tags: &[]string{"a", "b", "a"}},
		`{"tags":{"x":1,"y":2}}`:     {Tags: &[]string{"x", "y"}},
		`{"comment":{}}`:             {Comment: &desk.CommentInput{Public: true}},
		`{"comment":{"body":" x ","author":"5","is_public":"off","from_email":"","attachments":["1",2]}}`: {
			Comment: &desk.CommentInput{Body: ref("x"), AuthorID: 5, FromEmail: ref(""), Attachments: []int64{1, 2}},
		},
		`{"comment":{"body":"","author":null,"is_public":1.0,"from_email":null}}`: {Comment: &desk.CommentInput{Body: ref(""), Public: true}},
	} {
		for _, partial := range []bool{false, true} {
			got, fields := Ticket(jsonBody(t, text), partial)
			if len(fields) > 0 || !reflect.DeepEqual(*got, want) {
				t.Errorf("%s:\n got %+v, %v\nwant %+v", text, *got, fields, want)
			}
		}
	}
}

func TestBooleanSpellings(t *testing.T) {
	for spelling, want := range map[string]bool{
		`true`: true, `1`: true, `1.0`: true, `"t"`: true, `"Yes"`: true, `"ON"`: true, `"1"`: true,
		`false`: false, `0`: false, `-0.0`: false, `"F"`: false, `"no"`: false, `"Off"`: false, `"0"`: false,
	} {
		in, fields := Comment(jsonBody(t, `{"is_public":`+spelling+`}`), false)
		if len(fields) > 0 || in.Public != want {
			t.Errorf("%s: %v, %v", spelling, in.Public, fields)
		}
	}
}

func TestTicketJSONErrors(t *testing.T) {
	long := strings.Repeat("x", 300)
	for text, want := range map[string]string{
		`null`: `{"non_field_errors":["No data provided"]}`,
		`[]`:   `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`,
		`true`: `{"non_field_errors":["Invalid data. Expected a dictionary, but got bool."]}`,
		`1.5`:  `{"non_field_errors":["Invalid data. Expected a dictionary, but got float."]}`,
		`5`:    `{"non_field_errors":["Invalid data. Expected a dictionary, but got int."]}`,
		`"x"`:  `{"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}`,

		`{"subject":null}`:                          `{"subject":["This field may not be null."]}`,
		`{"subject":" \u001f"}`:                     `{"subject":["This field may not be blank."]}`,
		`{"subject":true}`:                          `{"subject":["Not a valid string."]}`,
		`{"subject":{}}`:                            `{"subject":["Not a valid string."]}`,
		`{"subject":"a\u0000\ud800"}`:               `{"subject":["Null characters are not allowed.","Surrogate characters are not allowed: U+D800."]}`,
		`{"ticket_type":"a"}`:                       `{"ticket_type":["Incorrect type. Expected pk value, received str."]}`,
		`{"ticket_type":" "}`:                       `{"ticket_type":["Incorrect type. Expected pk value, received str."]}`,
		`{"requester":true}`:                        `{"requester":["Incorrect type. Expected pk value, received bool."]}`,
		`{"requester":[]}`:                          `{"requester":["Incorrect type. Expected pk value, received list."]}`,
		`{"requester":{}}`:                          `{"requester":["Incorrect type. Expected pk value, received dict."]}`,
		`{"assignee":0}`:                            `{"assignee":["Invalid pk \"0\" - object does not exist."]}`,
		`{"assignee":"-0"}`:                         `{"assignee":["Invalid pk \"-0\" - object does not exist."]}`,
		`{"assignee":99999999999999999999}`:         `{"assignee":["Invalid pk \"99999999999999999999\" - object does not exist."]}`,
		`{"assignee":1e30}`:                         `{"assignee":["Invalid pk \"1e+30\" - object does not exist."]}`,
		`{"assignee":1e400}`:                        `{"assignee":["Invalid pk \"inf\" - object does not exist."]}`,
		`{"priority":"urgent"}`:                     `{"priority":["\"urgent\" is not a valid choice."]}`,
		`{"priority":""}`:                           `{"priority":["\"\" is not a valid choice."]}`,
		`{"priority":[]}`:                           `{"priority":["\"[]\" is not a valid choice."]}`,
		`{"priority":true}`:                         `{"priority":["\"True\" is not a valid choice."]}`,
		`{"status":null}`:                           `{"status":["This field may not be null."]}`,
		`{"status":"\ud800"}`:                       `{"status":["\"` + "\uFFFD" + `\" is not a valid choice."]}`,
		`{"from_email":"x"}`:                        `{"from_email":["Enter a valid email address."]}`,
		`{"from_email":true}`:                       `{"from_email":["Enter a valid email address."]}`,
		`{"from_email":5}`:                          `{"from_email":["Enter a valid email address."]}`,
		`{"from_email":"` + long + `@example.com"}`: `{"from_email":["Ensure this field has no more than 254 characters."]}`,
		`{"from_email":"` + long + `"}`:             `{"from_email":["Ensure this field has no more than 254 characters.","Enter a valid email address."]}`,
		`{"from_email":"a\u0000@b.co"}`:             `{"from_email":["Null characters are not allowed.","Enter a valid email address."]}`,
		`{"order":"\u0000"}`:                        `{"order":["Invalid value."]}`,
		`{"order":"\ud800"}`:                        `{"order":["Invalid value."]}`,
		`{"products":null}`:                         `{"products":["This field may not be null."]}`,
		`{"products":"1"}`:                          `{"products":["Expected a list of items but got type \"str\"."]}`,
		`{"products":5}`:                            `{"products":["Expected a list of items but got type \"int\"."]}`,
		`{"products":1.5}`:                          `{"products":["Expected a list of items but got type \"float\"."]}`,
		`{"products":true}`:                         `{"products":["Expected a list of items but got type \"bool\"."]}`,
		`{"products":[null]}`:                       `{"products":["Invalid pk \"None\" - object does not exist."]}`,
		`{"products":[1,"",0]}`:                     `{"products":["Incorrect type. Expected pk value, received str."]}`,
		`{"products":{"1":2,"x":3}}`:                `{"products":["Incorrect type. Expected pk value, received str."]}`,
		`{"tags":"x"}`:                              `{"tags":["Expected a list of items but got type \"str\"."]}`,
		`{"tags":[1]}`:                              `{"tags":["Invalid value."]}`,
		`{"tags":[null]}`:                           `{"tags":["Invalid value."]}`,
		`{"tags":["a","  "]}`:                       `{"tags":["Invalid value."]}`,
		`{"tags":["` + long + `",1]}`:               `{"tags":["Ensure this field has no more than 255 characters."]}`,
		`{"tags":["a\u0000"]}`:                      `{"tags":["Null characters are not allowed."]}`,
		`{"comment":null}`:                          `{"comment":["This field may not be null."]}`,
		`{"comment":"x"}`:                           `{"comment":{"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}}`,
		`{"comment":[]}`:                            `{"comment":{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}}`,
		`{"comment":{"body":[],"author":"x","is_public":null,"attachments":null,"from_email":"x"}}`: `{"comment":{` +
			`"attachments":["This field may not be null."],"author":["Incorrect type. Expected pk value, received str."],` +
			`"body":["Not a valid string."],"from_email":["Enter a valid email address."],"is_public":["This field may not be null."]}}`,
		`{"comment":{"is_public":""}}`:     `{"comment":{"is_public":["Must be a valid boolean."]}}`,
		`{"comment":{"is_public":"tRue"}}`: `{"comment":{"is_public":["Must be a valid boolean."]}}`,
		`{"comment":{"is_public":2}}`:      `{"comment":{"is_public":["Must be a valid boolean."]}}`,
		`{"comment":{"is_public":[]}}`:     `{"comment":{"is_public":["Must be a valid boolean."]}}`,
		`{"status":"x","requester":"y"}`:   `{"requester":["Incorrect type. Expected pk value, received str."],"status":["\"x\" is not a valid choice."]}`,
	} {
		_, fields := Ticket(jsonBody(t, text), true)
		if got := string(ErrorBody(fields)); got != want {
			t.Errorf("%.60s:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestTicketForm(t *testing.T) {
	empty := desk.TicketInput{Products: &[]int64{}, Tags: &[]string{}}
	with := func(change func(*desk.TicketInput)) desk.TicketInput {
		in := empty
		change(&in)
		return in
	}
	for text, want := range map[string]desk.TicketInput{
		"": empty, "nope=1": empty, "comment=x": empty, "comment.=x": empty, "products[0]=1": empty, "tags[0]=a": empty,
		"subject=&priority=&status=": empty,
		"subject=a&subject=b":        with(func(in *desk.TicketInput) { in.Subject = ref("b") }),
		"status=new&status=":         empty,
		"subject=&requester=&order=&from_email=&ticket_type=&assignee=": with(func(in *desk.TicketInput) {
			in.RequesterID, in.TypeID, in.AssigneeID = ref[int64](0), ref[int64](0), ref[int64](0)
			in.Order, in.FromEmail = ref(""), &desk.Text{Value: ref("")}
		}),
		"products=2&products=+1+&tags=a&tags=+b": {Products: &[]int64{2, 1}, Tags: &[]string{"a", "b"}},
		"comment.body=x":                         with(func(in *desk.TicketInput) { in.Comment = &desk.CommentInput{Body: ref("x"), Attachments: []int64{}} }),
		"comment.body=&comment.is_public=on&comment.author=&comment.attachments=4&comment.attachments=5": with(func(in *desk.TicketInput) {
			in.Comment = &desk.CommentInput{Body: ref(""), Public: true, Attachments: []int64{4, 5}}
		}),
		// An empty boolean is absent after all, and so has its default.
		"comment.is_public=": with(func(in *desk.TicketInput) { in.Comment = &desk.CommentInput{Public: true, Attachments: []int64{}} }),
	} {
		got, fields := Ticket(formBody(t, text), false)
		if len(fields) > 0 || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", text, *got, fields, want)
		}
	}
	for text, want := range map[string]desk.TicketInput{
		"":               {},
		"comment.body=x": {Comment: &desk.CommentInput{Body: ref("x"), Public: true}},
		"tags=a":         {Tags: &[]string{"a"}},
	} {
		if got, fields := Ticket(formBody(t, text), true); len(fields) > 0 || !reflect.DeepEqual(*got, want) {
			t.Errorf("PATCH %s: %+v, %v", text, *got, fields)
		}
	}
}

func TestTicketFormErrors(t *testing.T) {
	for text, want := range map[string]string{
		"subject=++&status=":      `{"subject":["This field may not be blank."]}`,
		"requester=+":             `{"requester":["Incorrect type. Expected pk value, received str."]}`,
		"products=":               `{"products":["Incorrect type. Expected pk value, received str."]}`,
		"tags=":                   `{"tags":["Invalid value."]}`,
		"products=1&products=a":   `{"products":["Incorrect type. Expected pk value, received str."]}`,
		"comment.attachments=":    `{"comment":{"attachments":["Incorrect type. Expected pk value, received str."]}}`,
		"comment.is_public=maybe": `{"comment":{"is_public":["Must be a valid boolean."]}}`,
		"comment.body=%00":        `{"comment":{"body":["Null characters are not allowed."]}}`,
		"status=%zz":              `{"status":["\"%zz\" is not a valid choice."]}`,
		"status=%E2%82":           `{"status":["\"` + "\uFFFD" + `\" is not a valid choice."]}`,
		"status=\xff%41":          `{"status":["\"ÿA\" is not a valid choice."]}`,
	} {
		for _, partial := range []bool{false, true} {
			_, fields := Ticket(formBody(t, text), partial)
			if got := string(ErrorBody(fields)); got != want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		}
	}
}

func TestFileWhereTextIsWanted(t *testing.T) {
	small := func() *file { return &file{"b.txt", 4} }
	large := &file{"b.txt", spooled + 1}
	b := &Body{form: formFields{
		"subject": {small()}, "requester": {"1", small()}, "assignee": {large}, "priority": {small()}, "status": {&file{"open", 1}},
		"order": {small()}, "from_email": {small()}, "products": {small()}, "tags": {small()}, "comment.is_public": {small()},
	}}
	in, fields := Ticket(b, true)
	want := desk.Fields{
		"subject":           {msgNotString},
		"requester":         {"Incorrect type. Expected pk value, received InMemoryUploadedFile."},
		"assignee":          {"Incorrect type. Expected pk value, received TemporaryUploadedFile."},
		"priority":          {`"b.txt" is not a valid choice.`},
		"from_email":        {msgEmail},
		"products":          {"Incorrect type. Expected pk value, received InMemoryUploadedFile."},
		"tags":              {msgInvalid},
		"comment.is_public": {msgBoolean},
	}
	if !reflect.DeepEqual(fields, want) || *in.Order != "b.txt" || *in.Status != desk.StatusOpen {
		t.Errorf("%v\n%+v", fields, in)
	}
}

func TestMergeNamesReferencesAsWritten(t *testing.T) {
	b := jsonBody(t, `{"requester":" 0099 ","assignee":7.9,"ticket_type":5,"status":"x",`+
		`"products":["08","a"],"comment":{"author":"1_1","attachments":["09",null]}}`)
	in, fields := Ticket(b, true)
	if in.Products == nil || !reflect.DeepEqual(*in.Products, []int64{8}) {
		t.Fatalf("a list with an error holds %v, want what comes before it", in.Products)
	}
	got := b.Merge(fields, in.Missing(desk.Known{}))
	want := desk.Fields{
		"requester":           {`Invalid pk " 0099 " - object does not exist.`},
		"assignee":            {`Invalid pk "7.9" - object does not exist.`},
		"ticket_type":         {`Invalid pk "5" - object does not exist.`},
		"status":              {`"x" is not a valid choice.`},
		"products":            {`Invalid pk "08" - object does not exist.`},
		"comment.author":      {`Invalid pk "1_1" - object does not exist.`},
		"comment.attachments": {`Invalid pk "09" - object does not exist.`},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	known := desk.Known{Products: map[int64]bool{8: true}}
	if got := b.Merge(fields, in.Missing(known))["products"]; !reflect.DeepEqual(got, []string{msgNotAKey("a")}) {
		t.Errorf("products: %v", got)
	}
}

func TestCommentAlone(t *testing.T) {
	in, fields := Comment(jsonBody(t, `{"author":"05","attachments":[1]}`), false)
	if len(fields) > 0 || in.AuthorID != 5 || !in.Public {
		t.Errorf("%+v, %v", in, fields)
	}
	if in, _ = Comment(formBody(t, "body=x"), false); in.Public {
		t.Error("a form without is_public makes a public comment")
	}
	if in, _ = Comment(formBody(t, "body=x"), true); !in.Public {
		t.Error("a partial form without is_public makes an internal note")
	}
	if in, fields = Comment(jsonBody(t, `[]`), false); in != nil || fields[wholeBody] == nil {
		t.Errorf("%+v, %v", in, fields)
	}
	if _, fields = Comment(jsonBody(t, `{"author":"x"}`), false); !reflect.DeepEqual(fields, desk.Fields{"author": {msgNotAKey("")}}) {
		t.Errorf("%v", fields)
	}
}

func TestValidEmail(t *testing.T) {
	for _, text := range []string{
		"a@b.co", "a+b@sub.example.co.uk", `"q\ w"@x.org`, `"a\"b"@x.org`, "a@localhost", "a@[127.0.0.1]", "a@[::1]", "a@münchen.de",
		"a@☃.net", "a@😀.net", "a@xn--x.com", "a@例え。テスト", "a@B.C-D", "!#$%@x.io", "a@x.12",
	} {
		if !validEmail(text) {
			t.Errorf("%s is refused", text)
		}
	}
	for _, text := range []string{
		"", "a", "@x.com", "a@", "a@b", "a..b@x.org", ".a@x.org", `"a"b"@x.org`, `"q w"@x.org`, "a@b@c.de", "ü@x.com", "a b@x.com", "a@LOCALHOST",
		"a@[300.1.1.1]", "a@[fe80::1%eth0]", "a@-x.com", "a@x-.com", "a@x.c", "a@x.com.", "a@x_y.com", "a@ü y.com", "a@ü_.com",
		"a@\u00a0.com", "a@ü..com", "a@" + strings.Repeat("x", 64) + ".com", "a@" + strings.Repeat("ü", 64) + ".com", "a\n@x.com", "a@x.com\n",
	} {
		if validEmail(text) {
			t.Errorf("%q is taken", text)
		}
	}
}
