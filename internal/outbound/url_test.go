package outbound_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"storedesk/internal/outbound"
)

func TestCheckURL(t *testing.T) {
	t.Parallel()
	allow := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::ffff:192.168.0.0/112")}
	for raw, want := range map[string]string{ // "", refused, or a piece of another error
		"https://hooks.example/x?y=z#f": "", "http://hooks.example:8080": "", "HTTPS://Hooks.Example.": "",
		"https://user:secret@hooks.example/": "", "http://localhost/": "", "http://bücher.example/": "",
		"http://0xyz/": "", "http://1.example/": "", "http://x0x1/": "", "http://face/": "",
		"http://8.8.8.8/": "", "http://134744072/": "", "http://[2606:4700::1111]:443/": "", "http://[::ffff:8.8.8.8]/": "",
		"http://10.1.2.3/": "", "http://0xA010203/": "", "http://[::ffff:10.1.2.3]/": "", "http://192.168.0.1/": "",

		"": "scheme", "hooks.example": "scheme", "//hooks.example": "scheme", "ftp://hooks.example": "scheme",
		"file:///etc/passwd": "scheme", "gopher://127.0.0.1": "scheme", "javascript:alert(1)": "scheme",
		"http://": "no host", "https:///path": "no host", "http:hooks.example": "no host", "http://:80/": "no host", "http://@/": "no host",
		"http://hooks.example:0/": "port", "http://hooks.example:65536/": "port", "http://hooks.example:x/": "not a URL",
		"http://hooks example/": "not a URL", "http://hooks.example/\n": "not a URL", "http://[::1/": "not a URL", "http://%31/": "not a URL",
		"http://256.1.1.1/": "is none", "http://1.2.3.4.5/": "is none", "http://hooks.1/": "is none", "http://08.1.1.1/": "is none",
		"http://4294967296/": "is none", "http://1..2/": "is none", "http://./": "is none", "http://1.256.1/": "is none",

		"http://127.0.0.1/": "refused", "http://127.0.0.1./": "refused", "http://127.1/": "refused", "http://127.0.1/": "refused",
		"http://2130706433/": "refused", "http://0177.0.0.1/": "refused", "http://0x7f.0.0.1/": "refused", "http://0x7f000001/": "refused",
		"http://0X7F.1/": "refused", "http://017700000001/": "refused", "http://0/": "refused", "http://0x/": "refused",
		"http://0.0.0.0/": "refused", "http://169.254.169.254/latest/meta-data/": "refused", "http://2852039166/": "refused",
		"http://user@127.0.0.1:8080@127.0.0.1/": "refused", "http://8.8.8.8@127.0.0.1/": "refused",
		"http://[::1]/": "refused", "http://[::]/": "refused", "http://[::ffff:127.0.0.1]/": "refused", "http://[::ffff:7f00:1]/": "refused",
		"http://[0:0:0:0:0:ffff:169.254.169.254]/": "refused", "http://[fd00::1]/": "refused", "http://[fe80::1%25eth0]/": "refused",
		"http://[64:ff9b::7f00:1]/": "refused", "http://[2002:7f00:1::]/": "refused", "http://172.16.0.1/": "refused",
	} {
		err := outbound.CheckURL(raw, allow)
		switch {
		case want == "" && err != nil, want == "refused" && !errors.Is(err, outbound.ErrRefused):
			t.Errorf("%q: %v, want %q", raw, err, want)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %q", raw, err, want)
		}
	}
}

// FuzzCheckURL: a URL that passes has a host and reaches no address that is refused.
func FuzzCheckURL(f *testing.F) {
	for _, raw := range []string{"http://hooks.example", "http://127.1", "http://0x7f.1:80/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1%25a]:1"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		err := outbound.CheckURL(raw, nil)
		if err != nil {
			return
		}
		if !strings.HasPrefix(strings.ToLower(raw), "http") {
			t.Errorf("%q passed", raw)
		}
		everything := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
		if err := outbound.CheckURL(raw, everything); err != nil {
			t.Errorf("%q: refused once all is allowed: %v", raw, err)
		}
	})
}
