package mime

import "testing"

func TestInlinePartsAreFoundByWhatHTMLCallsThem(t *testing.T) {
	m := mustRead(t, []byte(mixed+
		"--b\nContent-Type: image/png\nContent-ID: <a@x>\n\n1\n"+
		"--b\nContent-Type: image/png\nContent-ID: <B%40x y>\n\n2\n"+
		"--b\nContent-Type: image/png\nContent-Location: http://example.com/logo.png\n\n3\n"+
		"--b\nContent-Type: image/png; name=\"my pic.png\"\n\n4\n--b--"))
	for ref, want := range map[string]string{
		"cid:a@x":                      "1",
		"CID:a@x":                      "1",
		"cid:a%40x":                    "1",
		"cid:<a@x>":                    "1",
		"a@x":                          "1",
		"cid:A@X":                      "1",
		"http://example.com/logo.png":  "3",
		"my pic.png":                   "4",
		"my%20pic.png":                 "4",
		"cid:my%20pic.png":             "4",
		"./my%20pic.png":               "4",
		"":                             "",
		"cid:":                         "",
		"cid:other@x":                  "",
		"http://example.com/other.png": "",
		"http://evil/my%20pic.png":     "",
	} {
		got := ""
		if p := m.Inline(ref); p != nil {
			got = string(content(t, p))
		}
		if got != want {
			t.Errorf("%q is part %q, want %q", ref, got, want)
		}
	}
}
