package desk_test

import (
	"strings"
	"testing"

	"storedesk/internal/desk"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"ada@shop.example":                   true,
		"Ada.L+lamps@mail.shop.example":      true,
		"jörg@müller.example":                true,
		"ada@localhost":                      false,
		"ada":                                false,
		"":                                   false,
		"@shop.example":                      false,
		"ada@":                               false,
		"ada@shop..example":                  false,
		"ada@-shop.example":                  false,
		"ada@sh_op.example":                  false,
		"Ada <ada@shop.example>":             false,
		"ada@shop.example, bob@shop.example": false,
		"ada@shop.example\r\nBcc: eve@evil.example": false,
		"ada@[127.0.0.1]":                                  false,
		strings.Repeat("a", 64) + "@shop.example":          true,
		strings.Repeat("a", 250) + "@shop.example":         false,
		"ada@" + strings.Repeat("b", 64) + ".shop.example": false,
	} {
		if got := desk.IsAddress(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
