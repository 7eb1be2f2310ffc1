package pyjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"unicode/utf8"

	"storedesk/internal/pyjson"
)

func FuzzAppend(f *testing.F) {
	for _, doc := range append(random(rand.New(rand.NewPCG(1, 2)), 20), ticket(2),
		[]byte(`{"a":1,"b":{"c":[1e400,-0,-0.0,1E-7]},"a":"\ud800\/é😀"}`), []byte(`[NaN,-Infinity]`), []byte("\"\xff\"")) {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := pyjson.Append(nil, src)
		words := bytes.Contains(src, []byte("NaN")) || bytes.Contains(src, []byte("Infinity"))
		if valid := json.Valid(src) && utf8.Valid(src); valid != (err == nil) && !errors.Is(err, pyjson.ErrLimit) && !words {
			t.Fatalf("%q: %v, valid elsewhere: %v", src, err, valid)
		}
		if err != nil {
			return
		}
		for _, c := range got {
			if c < ' ' || c > '~' {
				t.Fatalf("%q: %q has a byte that is not printable ASCII", src, got)
			}
		}
		if again, err := pyjson.Append(nil, got); err != nil || !bytes.Equal(got, again) {
			t.Fatalf("%q: %s, then %s, %v", src, got, again, err)
		}
		// Go makes one character of all lone surrogates, so that keys with them coincide.
		if bytes.Contains(got, []byte(`\ud`)) {
			return
		}
		var before, after any
		if json.Unmarshal(src, &before) == nil && (json.Unmarshal(got, &after) != nil || !reflect.DeepEqual(before, after)) {
			t.Fatalf("%q: %s means something else", src, got)
		}
	})
}
