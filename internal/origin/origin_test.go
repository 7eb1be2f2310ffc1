package origin_test

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"storedesk/internal/origin"
)

// TestAddressIsWhatTrustedProxiesSaw: rates and the audit log go by it, so a client
// must not be able to choose it.
func TestAddressIsWhatTrustedProxiesSaw(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct {
		peer string
		says []string
		want string
	}{
		"no proxy":                     {"192.0.2.1:80", nil, "192.0.2.1"},
		"a stranger says":              {"192.0.2.1:80", []string{"198.51.100.1"}, "192.0.2.1"},
		"a proxy says":                 {"10.0.0.1:80", []string{"198.51.100.1"}, "198.51.100.1"},
		"a client says more":           {"10.0.0.1:80", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		"two headers":                  {"10.0.0.1:80", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1"},
		"two proxies":                  {"10.0.0.1:80", []string{"1.1.1.1, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		"with a port":                  {"10.0.0.1:80", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		"IPv6":                         {"[fd00::1]:80", []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv6 with a port":             {"[fd00::1]:80", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		"IPv4 in IPv6":                 {"[::ffff:10.0.0.1]:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"nonsense":                     {"10.0.0.1:80", []string{"unknown"}, "10.0.0.1"},
		"nonsense between":             {"10.0.0.1:80", []string{"1.1.1.1, unknown"}, "10.0.0.1"},
		"nothing":                      {"10.0.0.1:80", nil, "10.0.0.1"},
		"a zone":                       {"10.0.0.1:80", []string{"fe80::1%eth0"}, "fe80::1"},
		"no address but a unix socket": {"@", []string{"198.51.100.1"}, "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "http://desk.example/", nil)
		r.RemoteAddr = c.peer
		for _, s := range c.says {
			r.Header.Add("X-Forwarded-For", s)
		}
		if got, ok := origin.Of(r, trusted); !ok || got.IP.String() != c.want {
			t.Errorf("%s: %s %v, want %s", name, got.IP, ok, c.want)
		}
	}
}
