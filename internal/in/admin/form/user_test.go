package form

import (
	"reflect"
	"strings"
	"testing"

	"storedesk/internal/desk"
)

func TestUserJSON(t *testing.T) {
	text := func(s string) *desk.Text { return &desk.Text{Value: &s} }
	for body, want := range map[string]desk.UserInput{
		`{"id":9,"user_type":"dashboard","total_spent":"9.00","date_joined":"x","email":"a@b.co"}`: {Email: ref("a@b.co")},
		`{"email":" a@b.co ","first_name":"","last_name":" L ","is_blocked":"no","accepts_marketing":1}`: {
			Email: ref("a@b.co"), FirstName: ref(""), LastName: ref("L"), Blocked: ref(false), AcceptsMarketing: ref(true),
		},
		`{"email":"a@b.co","phone_number":null,"user_agent":"","language":null,"ip":null}`: {
			Email: ref("a@b.co"), PhoneNumber: &desk.Text{}, UserAgent: text(""), Language: &desk.Text{}, IP: &desk.Text{},
		},
		`{"email":"a@b.co","phone_number":12,"language":"","ip":""}`: {
			Email: ref("a@b.co"), PhoneNumber: text("12"), Language: text(""), IP: &desk.Text{},
		},
		`{"email":"a@b.co","language":"th","ip":"2001:DB8:0::1"}`: {Email: ref("a@b.co"), Language: text("th"), IP: text("2001:db8::1")},
		`{"email":"a@b.co","ip":"::ffff:1.2.3.4"}`:                {Email: ref("a@b.co"), IP: text("1.2.3.4")},
		`{"email":"a@b.co","tags":["a",null," b "]}`:              {Email: ref("a@b.co"), Tags: &[]*string{ref("a"), nil, ref("b")}},
		`{"email":"a@b.co","metadata":null}`:                      {Email: ref("a@b.co"), Metadata: &[]byte{}},
		`{"email":"a@b.co","metadata":{"b":[1,1.50,"é<",true,null],"a":-0}}`: {
			Email: ref("a@b.co"), Metadata: ref([]byte(`{"b":[1,1.5,"é<",true,null],"a":0}`)),
		},
		`{"email":"a@b.co","addresses":[]}`: {Email: ref("a@b.co"), Addresses: &[]desk.Address{}},
		`{"email":"a@b.co","addresses":[{"id":5,"country":"US","line1":" Main ","line4":"X","notes":"","is_default_for_billing":true}]}`: {
			Email: ref("a@b.co"), Addresses: &[]desk.Address{{Country: "US", Line1: "Main", Line4: "X", IsDefaultForBilling: true}},
		},
	} {
		got, fields := User(jsonBody(t, body), true, false)
		if got.Metadata != nil && *got.Metadata == nil {
			got.Metadata = &[]byte{}
		}
		if len(fields) > 0 || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", body, *got, fields, want)
		}
	}
}

func TestUserErrors(t *testing.T) {
	for body, want := range map[string]string{
		`{}`:             `{"email":["This field is required."]}`,
		`[]`:             `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`,
		`{"email":null}`: `{"email":["This field may not be null."]}`,
		`{"email":""}`:   `{"email":["This field may not be blank."]}`,
		`{"email":"x"}`:  `{"email":["Enter a valid email address."]}`,
		`{"email":"a@b.co","first_name":"` + strings.Repeat("é", 256) + `"}`: `{"first_name":["Ensure this field has no more than 255 characters."]}`,
		`{"email":"a@b.co","last_name":null}`:                                `{"last_name":["This field may not be null."]}`,
		`{"email":"a@b.co","ip":"1.2.3.04"}`:                                 `{"ip":["Enter a valid IPv4 or IPv6 address."]}`,
		`{"email":"a@b.co","ip":7}`:                                          `{"ip":["Enter a valid IPv4 or IPv6 address."]}`,
		`{"email":"a@b.co","ip":[]}`:                                         `{"ip":["Enter a valid IPv4 or IPv6 address."]}`,
		`{"email":"a@b.co","language":"xx"}`:                                 `{"language":["\"xx\" is not a valid choice."]}`,
		`{"email":"a@b.co","is_blocked":null}`:                               `{"is_blocked":["This field may not be null."]}`,
		`{"email":"a@b.co","accepts_marketing":"x"}`:                         `{"accepts_marketing":["Must be a valid boolean."]}`,
		`{"email":"a@b.co","tags":"x"}`:                                      `{"tags":["Expected a list of items but got type \"str\"."]}`,
		`{"email":"a@b.co","tags":[1]}`:                                      `{"tags":["Invalid value."]}`,
		`{"email":"a@b.co","metadata":[1e400]}`:                              `{"metadata":["Value must be valid JSON."]}`,
		`{"email":"a@b.co","metadata":{"a":"\u0000"}}`:                       `{"metadata":["Value must be valid JSON."]}`,
		`{"email":"a@b.co","metadata":{"\ud800":1}}`:                         `{"metadata":["Value must be valid JSON."]}`,
		`{"email":"a@b.co","addresses":null}`:                                `{"addresses":["This field may not be null."]}`,
		`{"email":"a@b.co","addresses":{}}`:                                  `{"addresses":{"non_field_errors":["Expected a list of items but got type \"dict\"."]}}`,
		`{"email":"a@b.co","addresses":[{"country":"US","line1":"a","line4":"b"},{"country":"","line1":"a"},null,5,` +
			`{"country":"US","line1":"a","line4":"b","is_default_for_billing":"x"},{"country":"US","line1":"a","line4":"b"}]}`: `{"addresses":[{},` +
			`{"country":["This field may not be blank."],"line4":["This field is required."]},["This field may not be null."],` +
			`{"non_field_errors":["Invalid data. Expected a dictionary, but got int."]},{"is_default_for_billing":["Must be a valid boolean."]},{}]}`,
	} {
		_, fields := User(jsonBody(t, body), true, false)
		if got := string(ErrorBody(fields)); got != want {
			t.Errorf("%.70s:\n got %s\nwant %s", body, got, want)
		}
	}
}

func TestUserUpdate(t *testing.T) {
	in, fields := User(jsonBody(t, `{"addresses":[{"x":1}],"first_name":"A"}`), false, false)
	if len(fields) > 0 || !reflect.DeepEqual(*in, desk.UserInput{FirstName: ref("A")}) {
		t.Errorf("%+v, %v", in, fields)
	}
	if _, fields = User(jsonBody(t, `{"email":""}`), false, true); !reflect.DeepEqual(fields, desk.Fields{"email": {msgBlank}}) {
		t.Errorf("%v", fields)
	}
}

func TestUserForm(t *testing.T) {
	b := formBody(t, "email=a@b.co&metadata={\"a\":1}&addresses[7]line1=L&addresses[7]line4=C&addresses[7]country=US&addresses[2]country=DE"+
		"&addresses[2]line1=M&addresses[2]line4=D&addresses[2]is_default_for_billing=on&language=&phone_number=")
	in, fields := User(b, true, false)
	if len(fields) > 0 {
		t.Fatal(fields)
	}
	want := []desk.Address{
		{Country: "DE", Line1: "M", Line4: "D", IsDefaultForBilling: true},
		{Country: "US", Line1: "L", Line4: "C"},
	}
	if !reflect.DeepEqual(*in.Addresses, want) || string(*in.Metadata) != `{"a":1}` {
		t.Errorf("%+v, %s", *in.Addresses, *in.Metadata)
	}
	if *in.Blocked || *in.AcceptsMarketing || len(*in.Tags) != 0 {
		t.Errorf("absent in a whole form: %+v", in)
	}
	in, fields = User(formBody(t, "email="), false, true)
	if len(fields) > 0 || !reflect.DeepEqual(*in, desk.UserInput{}) {
		t.Errorf("PATCH: %+v, %v", in, fields)
	}
	_, fields = User(formBody(t, "email=&metadata={&addresses[0]=x"), true, false)
	wantFields := desk.Fields{"email": {msgBlank}, "metadata": {msgJSON}, "addresses[0].non_field_errors": {msgNotADict("")}}
	if !reflect.DeepEqual(fields, wantFields) {
		t.Errorf("%v", fields)
	}
}
