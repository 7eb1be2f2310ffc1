package form

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseQuery(t *testing.T) {
	for raw, want := range map[string]Values{
		"":                    {},
		"&&":                  {},
		"x":                   {"x": {""}},
		"=1":                  {"": {"1"}},
		"a=1&b=2&a=3":         {"a": {"1", "3"}, "b": {"2"}},
		"a=b=c":               {"a": {"b=c"}},
		"x=1;id=1":            {"x": {"1;id=1"}},
		"a+b=c+d%2B":          {"a b": {"c d+"}},
		"x=%":                 {"x": {"%"}},
		"x=%4":                {"x": {"%4"}},
		"x=%E2%82":            {"x": {"\uFFFD"}},
		"x=%ff%41":            {"x": {"\uFFFDA"}},
		"x=%ED%A0%80":         {"x": {"\uFFFD\uFFFD\uFFFD"}},
		"x=%F0%9F%92z":        {"x": {"\uFFFDz"}},
		"x=%C3%A9":            {"x": {"é"}},
		"x=é":                 {"x": {"é"}},
		"x=\xe9%41":           {"x": {"éA"}}, // no UTF-8: Latin-1, as the original assumes
		`x[]={}"|\^<>&y=`:     {"x[]": {`{}"|\^<>`}, "y": {""}},
		"status=new&status=":  {"status": {"new", ""}},
		"id=1#id=%zz&other=2": {"id": {"1#id=%zz"}, "other": {"2"}},
	} {
		got, problem := ParseQuery(raw)
		if problem != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v; want %v", raw, got, problem, want)
		}
	}
}

func TestParseQueryRefusals(t *testing.T) {
	for raw, want := range map[string]string{
		"id=%zz":                  `{"detail":"Invalid hex encoding in query string."}`,
		"id=%4z":                  `{"detail":"Invalid hex encoding in query string."}`,
		"id=%&x=1":                `{"detail":"Invalid hex encoding in query string."}`,
		strings.Repeat("&", 1000): `{"detail":"Too many parameters."}`,
	} {
		_, problem := ParseQuery(raw)
		if problem == nil || problem.Status != 400 || string(problem.Append(nil)) != want {
			t.Errorf("%.20q: %v; want %s", raw, problem, want)
		}
	}
	if values, problem := ParseQuery("a=1" + strings.Repeat("&a=1", 999)); problem != nil || len(values["a"]) != 1000 {
		t.Errorf("1,000 parameters: %d, %v", len(values["a"]), problem)
	}
	if values, _ := ParseQuery("format=xml&x=%zz"); !values.Has("format") {
		t.Error("the values are lost with a bad escape")
	}
}

func TestValues(t *testing.T) {
	q, _ := ParseQuery("a=1&a=2&b=")
	if last, ok := q.Get("a"); last != "2" || !ok {
		t.Errorf("Get: %q, %v", last, ok)
	}
	if _, ok := q.Get("c"); ok || q.Has("c") || !q.Has("b") {
		t.Error("presence is wrong")
	}
	if all := q.All("a"); !reflect.DeepEqual(all, []string{"1", "2"}) {
		t.Errorf("All: %q", all)
	}
}

func TestEncode(t *testing.T) {
	for raw, want := range map[string]string{
		"":                               "cursor=cD0xOTk4MQ%3D%3D",
		"x=%25a&cursor=old&cursor=older": "cursor=cD0xOTk4MQ%3D%3D&x=%25a",
		"z=1&id=&a=b+c&z=0":              "a=b+c&cursor=cD0xOTk4MQ%3D%3D&id=&z=1&z=0",
		"x=%ff&created_from=1/5/24":      "created_from=1%2F5%2F24&cursor=cD0xOTk4MQ%3D%3D&x=%EF%BF%BD",
		"x=~*-_.!()":                     "cursor=cD0xOTk4MQ%3D%3D&x=~%2A-_.%21%28%29",
		"x=1;id=1":                       "cursor=cD0xOTk4MQ%3D%3D&x=1%3Bid%3D1",
	} {
		q, _ := ParseQuery(raw)
		if got := q.Encode("cursor", "cD0xOTk4MQ=="); got != want {
			t.Errorf("%q: %s, want %s", raw, got, want)
		}
	}
}
