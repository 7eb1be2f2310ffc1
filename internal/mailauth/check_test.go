package mailauth_test

import (
	"bytes"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"storedesk/internal/mailauth"
)

const plain = "From: Ann <ann@shop.example>\r\nTo: help@desk.example\r\nSubject: Where is it?\r\n" +
	"Message-ID: <1@shop.example>\r\n\r\nHello,\r\nwhere is my parcel?\r\n"

// key is made once: RSA keys take a while.
var key = sync.OnceValue(func() mailauth.Key {
	k, err := mailauth.NewKey()
	if err != nil {
		panic(err)
	}
	return k
})

func sign(t testing.TB, message, domain string) string {
	t.Helper()
	var signed bytes.Buffer
	if err := mailauth.Sign(&signed, strings.NewReader(message), key(), domain, "s1"); err != nil {
		t.Fatal(err)
	}
	return signed.String()
}

func check(t testing.TB, c *mailauth.Checker, env mailauth.Envelope, raw, from string) mailauth.Result {
	t.Helper()
	return c.Check(t.Context(), env, strings.NewReader(raw), int64(len(raw)), from)
}

var known = mailauth.Envelope{PeerIP: netip.MustParseAddr("203.0.113.7"), Helo: "out.shop.example", MailFrom: "ann@shop.example"}

func records() zone {
	return zone{
		"TXT shop.example":                          {"v=spf1 ip4:203.0.113.7 -all", "some other text"},
		"TXT s1._domainkey.shop.example":            {key().Record()},
		"TXT _dmarc.shop.example":                   {"v=DMARC1; p=reject; sp=quarantine"},
		"TXT s1._domainkey.mail.shop.example":       {key().Record()},
		"TXT bounce.shop.example":                   {"v=spf1 a:hosts.shop.example ~all"},
		"A hosts.shop.example":                      {"203.0.113.9", "203.0.113.7"},
		"TXT s1._domainkey.strict.example":          {key().Record()},
		"TXT s1._domainkey.news.strict.example":     {key().Record()},
		"TXT strict.example":                        {"v=spf1 mx -all"},
		"MX strict.example":                         {"in.strict.example"},
		"A in.strict.example":                       {"203.0.113.7"},
		"TXT _dmarc.strict.example":                 {"v=DMARC1; p=quarantine; adkim=s; aspf=s"},
		"TXT s1._domainkey.other.example":           {key().Record()},
		"TXT other.example":                         {"v=spf1 ip4:203.0.113.7 -all"},
		"TXT out.shop.example":                      {"v=spf1 ip4:203.0.113.7 -all"},
		"TXT loop.example":                          {"v=spf1 include:loop.example -all"},
		"TXT _dmarc.loop.example":                   {"v=DMARC1; p=none"},
		"TXT _dmarc.twice.example":                  {"v=DMARC1; p=none", "v=DMARC1; p=reject"},
		"TXT s1._domainkey.revoked.example":         {"v=DKIM1; p="},
		"TXT s1._domainkey.github.io":               {key().Record()},
		"TXT s1._domainkey.xn--bcher-kva.example":   {key().Record()},
		"TXT _dmarc.xn--bcher-kva.example":          {"v=DMARC1; p=reject"},
		"TXT spam.example":                          {"v=spf1 +all"},
		"TXT s1._domainkey.twice.example":           {key().Record(), key().Record()},
		"TXT s1._domainkey.uncovered.shop2.example": {key().Record()},
	}
}

func TestCheck(t *testing.T) {
	from := func(address string) string { return strings.Replace(plain, "ann@shop.example", address, 1) }
	pipe := mailauth.Envelope{}
	stranger := mailauth.Envelope{PeerIP: netip.MustParseAddr("198.51.100.1"), Helo: "spam.example", MailFrom: "x@spam.example"}
	with := func(mailFrom string) mailauth.Envelope { e := known; e.MailFrom = mailFrom; return e }
	signed := sign(t, plain, "shop.example")
	cases := []struct {
		name string
		env  mailauth.Envelope
		raw  string
		from string
		want mailauth.Result
	}{
		{
			"signed and from the right host", known, signed, "ann@shop.example",
			mailauth.Result{SPF: "pass", DKIM: "pass", DMARC: "pass", SPFDomain: "shop.example", DKIMDomains: []string{"shop.example"}, Aligned: true, Policy: "reject"},
		},
		{
			"signed, through a pipe", pipe, signed, "Ann@Shop.Example",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "pass", DKIMDomains: []string{"shop.example"}, Aligned: true, Policy: "reject"},
		},
		{
			"line ends of a pipe", pipe, strings.ReplaceAll(signed, "\r\n", "\n"), "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "pass", DKIMDomains: []string{"shop.example"}, Aligned: true, Policy: "reject"},
		},
		{
			"from a server of the operator",
			mailauth.Envelope{PeerIP: netip.MustParseAddr("::ffff:10.0.0.8"), MailFrom: "ann@shop.example"},
			signed, "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "pass", DKIMDomains: []string{"shop.example"}, Aligned: true, Policy: "reject"},
		},
		{
			"not signed, aligned by SPF", with("b+1@bounce.shop.example"), plain, "ann@shop.example",
			mailauth.Result{SPF: "pass", DKIM: "none", DMARC: "pass", SPFDomain: "bounce.shop.example", Aligned: true, Policy: "reject"},
		},
		{
			"null sender: the HELO counts", with(""), plain, "ann@shop.example",
			mailauth.Result{SPF: "pass", DKIM: "none", DMARC: "pass", SPFDomain: "out.shop.example", Aligned: true, Policy: "reject"},
		},
		{
			"forged From, authentic stranger", stranger, plain, "ann@shop.example",
			mailauth.Result{SPF: "pass", DKIM: "none", DMARC: "fail", SPFDomain: "spam.example", Policy: "reject"},
		},
		{
			"signed by another domain", pipe, sign(t, plain, "other.example"), "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "fail", DKIMDomains: []string{"other.example"}, Policy: "reject"},
		},
		{
			"changed body", pipe, strings.Replace(signed, "my parcel", "my money", 1), "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "fail", DMARC: "fail", Policy: "reject"},
		},
		{
			"changed subject", pipe, strings.Replace(signed, "Where is it?", "Refund me", 1), "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "fail", DMARC: "fail", Policy: "reject"},
		},
		{
			"a second subject on top", pipe, "Subject: Refund me\r\n" + signed, "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "fail", DMARC: "fail", Policy: "reject"},
		},
		{
			"two From fields", known, "From: boss@shop.example\r\n" + plain, "boss@shop.example",
			mailauth.Result{SPF: "pass", DKIM: "none", DMARC: "permerror", SPFDomain: "shop.example", Policy: "reject"},
		},
		{
			"a From that only a tolerant reader sees", known, "X-Note: a\rFrom: boss@shop.example\r\n" + signed, "boss@shop.example",
			mailauth.Result{SPF: "pass", DKIM: "pass", DMARC: "permerror", SPFDomain: "shop.example", DKIMDomains: []string{"shop.example"}, Policy: "reject"},
		},
		{
			"no single From", known, plain, "",
			mailauth.Result{SPF: "pass", DKIM: "none", DMARC: "permerror", SPFDomain: "shop.example"},
		},
		{
			"subdomain in From: the policy for those", pipe, sign(t, from("ann@it.shop.example"), "mail.shop.example"), "ann@it.shop.example",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "pass", DKIMDomains: []string{"mail.shop.example"}, Aligned: true, Policy: "quarantine"},
		},
		{
			"strict: a subdomain does not do", with("x@mx.strict.example"), sign(t, from("ann@strict.example"), "news.strict.example"), "ann@strict.example",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "fail", SPFDomain: "mx.strict.example", DKIMDomains: []string{"news.strict.example"}, Policy: "quarantine"},
		},
		{
			"strict: the domain itself does", with("x@strict.example"), sign(t, from("ann@strict.example"), "strict.example"), "ann@strict.example",
			mailauth.Result{SPF: "pass", DKIM: "pass", DMARC: "pass", SPFDomain: "strict.example", DKIMDomains: []string{"strict.example"}, Aligned: true, Policy: "quarantine"},
		},
		{
			"no policy: aligned all the same", with("x@other.example"), from("ann@other.example"), "ann@other.example",
			mailauth.Result{SPF: "pass", DKIM: "none", DMARC: "none", SPFDomain: "other.example", Aligned: true},
		},
		{
			"a public suffix is nobody's organisation", pipe, sign(t, from("ann@ann.github.io"), "github.io"), "ann@ann.github.io",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "none", DKIMDomains: []string{"github.io"}},
		},
		{
			"international domain", pipe, sign(t, from("ann@bücher.example"), "bücher.example"), "ann@bücher.example",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "pass", DKIMDomains: []string{"xn--bcher-kva.example"}, Aligned: true, Policy: "reject"},
		},
		{
			"SPF that includes itself", with("x@loop.example"), from("x@loop.example"), "x@loop.example",
			mailauth.Result{SPF: "permerror", DKIM: "none", DMARC: "fail", SPFDomain: "loop.example", Policy: "none"},
		},
		{
			"no records at all", with("x@nothing.example"), sign(t, from("x@nothing.example"), "nothing.example"), "x@nothing.example",
			mailauth.Result{SPF: "none", DKIM: "permerror", DMARC: "none", SPFDomain: "nothing.example"},
		},
		{
			"revoked key", pipe, sign(t, from("x@revoked.example"), "revoked.example"), "x@revoked.example",
			mailauth.Result{SPF: "none", DKIM: "permerror", DMARC: "none"},
		},
		{
			"two keys and two policies are none", pipe, sign(t, from("x@twice.example"), "twice.example"), "x@twice.example",
			mailauth.Result{SPF: "none", DKIM: "permerror", DMARC: "none"},
		},
		{
			"envelope without domain",
			mailauth.Envelope{PeerIP: known.PeerIP, Helo: "[203.0.113.7]"},
			plain, "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "none", DMARC: "fail", Policy: "reject"},
		},
		{
			"one valid signature among broken ones", pipe,
			"DKIM-Signature: nonsense\r\n" + sign(t, signed, "revoked.example"), "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "pass", DMARC: "pass", DKIMDomains: []string{"shop.example"}, Aligned: true, Policy: "reject"},
		},
		{
			"empty", pipe, "", "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "none", DMARC: "permerror", Policy: "reject"},
		},
		{
			"a header and nothing more", pipe, "From: ann@shop.example\r\nDKIM-Signature: v=1", "ann@shop.example",
			mailauth.Result{SPF: "none", DKIM: "permerror", DMARC: "fail", Policy: "reject"},
		},
	}
	c := &mailauth.Checker{Resolver: records().serve(t)}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got := check(t, c, tc.env, tc.raw, tc.from)
			if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreFields(mailauth.Result{}, "Detail")); diff != "" {
				t.Errorf("(-want +got)\n%s\ndetail: %s", diff, got.Detail)
			}
		})
	}
}

func TestTrustedServerSpeaksForSPF(t *testing.T) {
	const says = "Authentication-Results: mx.desk.example;\r\n\tdkim=fail header.d=shop.example;\r\n" +
		"\tspf=pass (desk.example: domain of ann@shop.example; all well) smtp.mailfrom=ann@shop.example\r\n"
	const denies = "Authentication-Results: mx.desk.example; spf=fail smtp.mailfrom=spam.example\r\n"
	dns := records().serve(t)
	trusting := &mailauth.Checker{Resolver: dns, TrustedAuthServID: "mx.desk.example"}
	cases := []struct {
		name    string
		c       *mailauth.Checker
		env     mailauth.Envelope
		raw     string
		spf     mailauth.Verdict
		aligned bool
	}{
		{"nobody is trusted", &mailauth.Checker{Resolver: dns}, mailauth.Envelope{}, says + plain, "none", false},
		{"trusted", trusting, mailauth.Envelope{}, says + plain, "pass", true},
		{"another server", trusting, mailauth.Envelope{}, strings.Replace(says, "mx.desk", "mx.spam", 1) + plain, "none", false},
		{"the first word counts", trusting, mailauth.Envelope{}, denies + says + plain, "fail", false},
		{"we see the peer", trusting, mailauth.Envelope{PeerIP: netip.MustParseAddr("198.51.100.1"), MailFrom: "ann@shop.example"}, says + plain, "fail", false},
		{"nonsense", trusting, mailauth.Envelope{}, "Authentication-Results: mx.desk.example; spf\r\n" + plain, "none", false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got := check(t, tc.c, tc.env, tc.raw, "ann@shop.example")
			if got.SPF != tc.spf || got.Aligned != tc.aligned || got.DKIM != mailauth.None {
				t.Errorf("got %+v", got)
			}
		})
	}
}
