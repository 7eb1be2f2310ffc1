package outbound

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestOnlyPublicAddresses(t *testing.T) {
	t.Parallel()
	allow, err := ParseNetworks("10.1.0.0/16 ::ffff:10.2.0.0/112 fd00:1::/32 fe80::/10 64:ff9b::/96")
	if err != nil {
		t.Fatal(err)
	}
	for ip, reach := range map[string]string{ // by whom: all, none, or those who allow
		"8.8.8.8": "all", "1.1.1.1": "all", "172.32.0.1": "all", "2606:4700::1111": "all", "::ffff:8.8.8.8": "all",

		"127.0.0.1": "none", "127.255.255.254": "none", "0.0.0.0": "none", "0.1.2.3": "none", "255.255.255.255": "none",
		"10.0.0.1": "none", "172.16.0.1": "none", "172.31.255.255": "none", "192.168.1.1": "none", "100.64.0.1": "none",
		"169.254.1.1": "none", "224.0.0.1": "none", "240.0.0.1": "none", "192.0.2.1": "none", "198.18.0.1": "none",
		"169.254.169.254": "none", "100.100.100.200": "none", "192.0.0.192": "none", "168.63.129.16": "none",

		"::": "none", "::1": "none", "::127.0.0.1": "none", "::ffff:127.0.0.1": "none", "::ffff:169.254.169.254": "none",
		"fd00::1": "none", "fd00:ec2::254": "none", "fc00::1": "none", "fec0::1": "none", "ff02::1": "none", "2001:db8::1": "none",
		"2002:7f00:1::": "none", "2001:0:1:2::1": "none", "64:ff9b:1::1": "none",

		"10.1.2.3": "allowed", "::ffff:10.1.2.3": "allowed", "10.2.255.255": "allowed", "::ffff:10.2.0.1": "allowed",
		"10.3.0.1": "none", "fd00:1::1": "allowed", "fe80::1%eth0": "allowed",
		"64:ff9b::8.8.8.8": "allowed", "64:ff9b::10.1.2.3": "allowed",
		"64:ff9b::127.0.0.1": "none", "64:ff9b::169.254.169.254": "none",
	} {
		for kind, g := range map[string]guard{"all": newGuard(nil), "allowed": newGuard(allow)} {
			err := g.check(netip.MustParseAddr(ip))
			if want := reach == "all" || reach == kind; want != (err == nil) {
				t.Errorf("%s for %s: %v", ip, kind, err)
			}
			if err != nil && (!errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), netip.MustParseAddr(ip).String())) {
				t.Errorf("%s: %v does not name it", ip, err)
			}
		}
	}
	if err := newGuard(nil).control("unix", "@socket", nil); !errors.Is(err, ErrRefused) {
		t.Errorf("no IP address: %v", err)
	}
}

func TestParseNetworks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "",
		" , ":                           "",
		"127.0.0.1":                     "127.0.0.1/32",
		"10.1.2.3/8, ::1":               "10.0.0.0/8 ::1/128",
		"::ffff:10.1.2.3":               "10.1.2.3/32",
		"::ffff:10.1.2.3/104":           "10.0.0.0/8",
		"::/0":                          "::/0",
		"fe80::1%eth0":                  "fe80::1/128",
		"10.0.0.0/8,me,300.1.1.1,::1/x": `"me" "300.1.1.1" "::1/x"`,
		"10.0.0.0/33":                   `"10.0.0.0/33"`,
	} {
		list, err := ParseNetworks(text)
		if strings.HasPrefix(want, `"`) {
			for _, entry := range strings.Fields(want) {
				if err == nil || !strings.Contains(err.Error(), entry) {
					t.Errorf("%q: %v does not name %s", text, err, entry)
				}
			}
			continue
		}
		var got []string
		for _, prefix := range list {
			got = append(got, prefix.String())
		}
		if strings.Join(got, " ") != want || err != nil {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
}
