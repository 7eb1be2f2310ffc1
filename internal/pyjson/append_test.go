package pyjson_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"storedesk/internal/pyjson"
)

func TestWritesAsPython(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		`null`:                    `null`,
		"\t[1,2 ,\r\n3 ] ":        `[1, 2, 3]`,
		`{ }`:                     `{}`,
		`[ ]`:                     `[]`,
		`{"a":{"b":[]},"c":true}`: `{"a": {"b": []}, "c": true}`,

		`"<a href='/'>&\/</a>"`:        `"<a href='/'>&/</a>"`,
		`"Grüße 中 😀"`:                  `"Gr\u00fc\u00dfe \u4e2d \ud83d\ude00"`,
		`"\uD83D\uDE00\u00FC\u0041"`:   `"\ud83d\ude00\u00fcA"`,
		`"\ud800 \uDFFFx\ud800\ud800"`: `"\ud800 \udfffx\ud800\ud800"`,
		`"\"\\\b\f\n\r\t\u0022\u005c"`: `"\"\\\b\f\n\r\t\"\\"`,
		`"\u0008\u000B\u000c\u001F"`:   `"\b\u000b\f\u001f"`,
		"\"\x7f\u0080\u2028\uffff\"":   `"\u007f\u0080\u2028\uffff"`,

		`-0`:                             `0`,
		`-0.0`:                           `-0.0`,
		`-0e5`:                           `-0.0`,
		`1e5`:                            `100000.0`,
		`1.50`:                           `1.5`,
		`1e15`:                           `1000000000000000.0`,
		`1e16`:                           `1e+16`,
		`1E-4`:                           `0.0001`,
		`1E-7`:                           `1e-07`,
		`5e-324`:                         `5e-324`,
		`1e-400`:                         `0.0`,
		`1e400`:                          `Infinity`,
		`-1e400`:                         `-Infinity`,
		`[NaN,Infinity,-Infinity]`:       `[NaN, Infinity, -Infinity]`,
		`123456789012345678901234567890`: `123456789012345678901234567890`,
		"-" + strings.Repeat("9", 4300):  "-" + strings.Repeat("9", 4300),

		`{"a":1,"b":2,"a":[3]}`:          `{"a": [3], "b": 2}`,
		`{"a":1,"a":2,"a":3}`:            `{"a": 3}`,
		`{"é":1,"\u00e9":2,"e\u0301":3}`: `{"\u00e9": 2, "e\u0301": 3}`,
		`{"a":{"b":1,"b":2},"a":{"c":{"d":1,"d":2},"c":{"d":3,"e":4,"d":5}},"":6}`: `{"a": {"c": {"d": 5, "e": 4}}, "": 6}`,

		strings.Repeat("[", 200) + strings.Repeat("]", 200): strings.Repeat("[", 200) + strings.Repeat("]", 200),
	} {
		got, err := pyjson.Append([]byte("before "), []byte(src))
		if string(got) != "before "+want || err != nil {
			t.Errorf("%.100q: %s, %v, want %s", src, got, err, want)
		}
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	for src, limit := range map[string]bool{
		``: false, ` `: false, `[`: false, `{`: false, `"`: false, `"\`: false, `"\u12`: false, `"a`: false,
		`1 2`: false, `[1,]`: false, `[,1]`: false, `[1 2]`: false, `{"a"}`: false, `{"a":}`: false, `{"a":1,}`: false,
		`{"a" 1}`: false, `{"a":1 "b":2}`: false, `{1:2}`: false, `{'a':1}`: false, `{"a`: false, `{"a":1`: false,
		`nul`: false, `True`: false, `nullx`: false, `-NaN`: false, `-Inf`: false, `infinity`: false, `Infinityy`: false, `+1`: false,
		`01`: false, `-`: false, `-01`: false, `1.`: false, `.5`: false, `1e`: false, `1e+`: false, `0x10`: false, `1_0`: false,
		"\"\x00\"": false, "\"\n\"": false, "\"\x1f\"": false, `"\x41"`: false, `"\u12G4"`: false, `"\U0041"`: false,
		"\"\xff\"": false, "\"\xed\xa0\x80\"": false, "\"\xc0\xaf\"": false, "\"\xe2\x82\"": false, "\ufeff1": false, "\u00a01": false,

		"[" + deep + "]":                   true,
		`{"a":` + deep + `}`:               true,
		strings.Repeat("9", 4301):          true,
		"-" + strings.Repeat("9", 4301):    true,
		"0." + strings.Repeat("1", 10_000): true,
	} {
		got, err := pyjson.Append([]byte("before"), []byte(src))
		if err == nil || string(got) != "before" || errors.Is(err, pyjson.ErrLimit) != limit {
			t.Errorf("%.100q: %q, %v; a limit: %v", src, got, err, limit)
		}
	}
}

// TestManyKeys crosses the size from which keys are looked up in a map.
func TestManyKeys(t *testing.T) {
	t.Parallel()
	for _, n := range []int{30, 31, 32, 33, 34, 65, 1000} {
		var src, want strings.Builder
		for i := range n {
			fmt.Fprintf(&src, `"k%d":{"k0":%d},`, i, i)
			fmt.Fprintf(&want, `, "k%d": %d`, i, n-i)
		}
		for i := range n {
			fmt.Fprintf(&src, `"\u006b%d":%d,`, i, n-i)
		}
		got, err := pyjson.Append(nil, []byte("{"+strings.TrimSuffix(src.String(), ",")+"}"))
		if w := "{" + want.String()[2:] + "}"; string(got) != w || err != nil {
			t.Errorf("%d keys: %s, %v, want %s", n, got, err, w)
		}
	}
}

func TestFloatsAsPython(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{
		0: "0.0", 1: "1.0", -1.5: "-1.5", 0.1: "0.1", 1e-4: "0.0001", 9.999e-5: "9.999e-05", 1e16: "1e+16",
		9999999999999998: "9999999999999998.0", 123456789.125: "123456789.125", 1e22: "1e+22", 1e300: "1e+300",
		math.MaxFloat64: "1.7976931348623157e+308", math.Inf(1): "inf", math.Inf(-1): "-inf",
	} {
		if got := string(pyjson.AppendFloat(nil, f)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := string(pyjson.AppendFloat(nil, math.NaN())); got != "nan" {
		t.Errorf("%s, want nan", got)
	}
	if got := string(pyjson.AppendFloat(nil, math.Copysign(0, -1))); got != "-0.0" {
		t.Errorf("%s, want -0.0", got)
	}
}

func TestTicketTakesNoMemory(t *testing.T) {
	src := ticket(20)
	dst := make([]byte, 0, 2*len(src))
	allocs := testing.AllocsPerRun(10, func() {
		if _, err := pyjson.Append(dst, src); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 1 {
		t.Errorf("%v allocations", allocs)
	}
}

// ticket is a compact document with that many comments, as the store prepares them.
func ticket(comments int) []byte {
	var b strings.Builder
	b.WriteString(`{"id":1,"subject":"Where is my order?","status":"open","requester":{"id":7,"email":"anna@example.com","first_name":"Anna"},"tags":["vip","late"],"comments":[`)
	for i := range comments {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"body":"<p>Grüße, we sent it on \"Monday\" &amp; it should be with you soon.</p>\n%s","is_public":true,"attachments":[],"created_at":"2024-04-01T10:00:00.000000Z"}`,
			i, strings.Repeat("The parcel is on its way. ", 20))
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

func BenchmarkAppend(b *testing.B) {
	for _, comments := range []int{1, 20, 500} {
		src := ticket(comments)
		b.Run(fmt.Sprintf("comments=%d", comments), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				var err error
				if dst, err = pyjson.Append(dst[:0], src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
