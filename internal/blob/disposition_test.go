package blob

import (
	"mime"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDisposition(t *testing.T) {
	cases := []struct{ why, name, want string }{
		{"plain", "a.png", `filename="a.png"; filename*=UTF-8''a.png`},
		{"spaces", "my file.txt", `filename="my file.txt"; filename*=UTF-8''my%20file.txt`},
		{"accents", "résumé.pdf", `filename="r_sum_.pdf"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf`},
		{"emoji", "😀.png", `filename="_.png"; filename*=UTF-8''%F0%9F%98%80.png`},
		{"joined emoji", "👩‍🚀.png", `filename="___.png"; filename*=UTF-8''%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80.png`},
		{"double quotes", `a"b".txt`, `filename="a_b_.txt"; filename*=UTF-8''a_b_.txt`},
		{"apostrophe", "Ana's.txt", `filename="Ana_s.txt"; filename*=UTF-8''Ana%27s.txt`},
		{"backslash", `a\"b.txt`, `filename="a__b.txt"; filename*=UTF-8''a__b.txt`},
		{"semicolon", "a;b=c.txt", `filename="a_b=c.txt"; filename*=UTF-8''a%3Bb%3Dc.txt`},
		{"percent", "50%22.txt", `filename="50_22.txt"; filename*=UTF-8''50%2522.txt`},
		{"header injection", "a\r\nSet-Cookie: x=1.txt", `filename="aSet-Cookie_ x=1.txt"; filename*=UTF-8''aSet-Cookie_%20x%3D1.txt`},
		{"control characters", "a\x00\x1b\x7f\u0085b.txt", `filename="ab.txt"; filename*=UTF-8''ab.txt`},
		{"line separators", "a\u2028\u2029b.txt", `filename="ab.txt"; filename*=UTF-8''ab.txt`},
		{"direction override", "photo\u202egnp.exe", `filename="photognp.exe"; filename*=UTF-8''photognp.exe`},
		{"isolates", "a\u2066b\u2069\u200f.txt", `filename="ab.txt"; filename*=UTF-8''ab.txt`},
		{"path", "../../etc/passwd", `filename="_.._etc_passwd"; filename*=UTF-8''_.._etc_passwd`},
		{"windows path", `C:\x\a.txt`, `filename="C__x_a.txt"; filename*=UTF-8''C__x_a.txt`},
		{"hidden", ".htaccess", `filename="htaccess"; filename*=UTF-8''htaccess`},
		{"invalid utf-8", "a\xff\xfe.txt", `filename="a_.txt"; filename*=UTF-8''a_.txt`},
		{"empty", "", `filename="file"; filename*=UTF-8''file`},
		{"nothing left", " ..\r\n\u202e", `filename="file"; filename*=UTF-8''file`},
	}
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			if got := Disposition(false, c.name); got != "attachment; "+c.want {
				t.Errorf("got  %s\nwant attachment; %s", got, c.want)
			}
			if got := Disposition(true, c.name); got != "inline; "+c.want {
				t.Errorf("got  %s\nwant inline; %s", got, c.want)
			}
		})
	}
}

func TestDispositionCutsLongNames(t *testing.T) {
	cases := map[string]string{
		strings.Repeat("é", 300) + ".jpeg":           strings.Repeat("é", 250) + ".jpeg",
		strings.Repeat("a", 300):                     strings.Repeat("a", 255),
		"a." + strings.Repeat("b", 300):              "a." + strings.Repeat("b", 253),
		strings.Repeat("a", 251) + ".png":            strings.Repeat("a", 251) + ".png",
		strings.Repeat("a", 254) + "." + "excessive": strings.Repeat("a", 245) + ".excessive",
	}
	for name, want := range cases {
		_, params, err := mime.ParseMediaType(Disposition(false, name))
		if err != nil || params["filename"] != want {
			t.Errorf("%.20q…: %q, %v, want %q", name, params["filename"], err, want)
		}
	}
}

func FuzzDisposition(f *testing.F) {
	for _, s := range []string{"a.png", "a\r\nX: y", `"\`, "\u202e😀", "\xff", "'%22;", strings.Repeat("é", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := Disposition(false, name)
		for _, c := range []byte(got) {
			if c < ' ' || c > '~' || c == '\\' {
				t.Fatalf("byte %#x in %q", c, got)
			}
		}
		if n := strings.Count(got, `"`); n != 2 {
			t.Errorf("%d double quotes in %q", n, got)
		}
		kind, params, err := mime.ParseMediaType(got)
		if err != nil || kind != "attachment" {
			t.Fatalf("%q: %q, %v", got, kind, err)
		}
		saved := params["filename"]
		if !utf8.ValidString(saved) || saved == "" || utf8.RuneCountInString(saved) > maxName {
			t.Errorf("name %q", saved)
		}
		if again := Disposition(false, saved); again != got {
			t.Errorf("cleaning twice differs: %q, then %q", got, again)
		}
	})
}
