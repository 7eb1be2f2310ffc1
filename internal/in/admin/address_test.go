package admin

import (
	"fmt"
	"testing"
)

func TestFurtherAddresses(t *testing.T) {
	t.Parallel()
	d := open(t)
	made := d.ask(request{method: "POST", path: "users/", body: `{"email":"ada@shop.example"}`})
	var id int
	if _, err := fmt.Sscanf(made.body, `{"id":%d,`, &id); err != nil {
		t.Fatalf("%s: %v", made.body, err)
	}
	path := fmt.Sprintf("users/%d/addresses/", id)
	for i, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", path, "", 200, `{"addresses":[]}`},
		{"POST", path, `{"address":"Ada+1@home.example"}`, 200, `{"addresses":["Ada+1@home.example"]}`},
		{"POST", path, `{"address":"ada+1@home.example"}`, 200, `{"addresses":["Ada+1@home.example"]}`},
		{"POST", path, `{"address":"ada@shop.example"}`, 200, `{"addresses":["Ada+1@home.example"]}`},
		{"POST", path, `{}`, 400, `{"address":["This field is required."]}`},
		{"POST", path, `[]`, 400, ""},
		{"POST", path, `{"address":"ada"}`, 400, `{"address":["Enter a valid email address."]}`},
		{"POST", "users/", `{"email":"ADA+1@home.example"}`, 400, `{"email":["user with this email already exists."]}`},
		{"POST", "users/999999/addresses/", `{}`, 404, ""},
		{"GET", "users/999999/addresses/", "", 404, ""},
		{"DELETE", path, "", 400, `{"address":["This field is required."]}`},
		{"DELETE", path + "?address=eve@evil.example", "", 404, ""},
		{"DELETE", path + "?address=ada%2B1@HOME.example", "", 200, `{"addresses":[]}`},
		{"DELETE", "users/999999/addresses/", "", 404, ""},
		{"GET", path, "", 200, `{"addresses":[]}`},
	} {
		got := d.ask(request{method: c.method, path: c.path, body: c.body})
		if got.status != c.status || c.want != "" && got.body != c.want {
			t.Errorf("%d: %s %s: %d %s", i, c.method, c.path, got.status, got.body)
		}
	}
}
