package mailauth_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"storedesk/internal/mailauth"
)

func TestDomainWhoseServersHangSpoilsItsOwnVerdictOnly(t *testing.T) {
	z := records()
	z["TXT _dmarc.hang.example"] = []string{"v=DMARC1; p=reject"}
	c := &mailauth.Checker{
		Resolver: z.serve(t, "hang.example", "s1._domainkey.hang.example", "_dmarc.mute.example"),
		Timeout:  300 * time.Millisecond,
	}
	cases := []struct {
		name, signer, from    string
		spf, dkim, dmarc, pol string
	}{
		{"SPF", "shop.example", "ann@shop.example", "temperror", "pass", "pass", "reject"},
		{"key", "hang.example", "ann@hang.example", "temperror", "temperror", "temperror", "reject"},
		{"policy", "shop.example", "ann@mute.example", "temperror", "pass", "temperror", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			env := mailauth.Envelope{PeerIP: known.PeerIP, MailFrom: "ann@hang.example"}
			raw := sign(t, strings.Replace(plain, "ann@shop.example", tc.from, 1), tc.signer)
			start := time.Now()
			got := check(t, c, env, raw, tc.from)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if string(got.SPF) != tc.spf || string(got.DKIM) != tc.dkim || string(got.DMARC) != tc.dmarc || got.Policy != tc.pol {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// Each of these would take minutes, or memory, without a limit.
func TestHostileMailsAndRecordsCostLittle(t *testing.T) {
	signature := "DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s1; c=relaxed/relaxed; bh=s14J+iztnrytnRYzb7lhFG/jS/vrxWJnnahfijFMnco=; b=AA==" // the hash of x
	const from = "From: ann@shop.example\r\n"
	cases := []struct {
		name, raw string
		want      mailauth.Verdict
	}{
		{"folded for ever", from + "X: a\r\n" + strings.Repeat(" \r\n", 80_000) + signature + "; h=from\r\n\r\nx", "permerror"},
		{"folded within the limit", from + "X: a\r\n" + strings.Repeat(" "+strings.Repeat("a", 110)+"\r\n", 1900) + signature + "; h=from\r\n\r\nx", "fail"},
		{"many fields", from + strings.Repeat("a:\r\n", 60_000) + signature + "; h=from\r\n\r\nx", "permerror"},
		{"many names in h=", from + strings.Repeat("a:\r\n", 990) + strings.Repeat(signature+"; h=from"+strings.Repeat(":a", 4000)+"\r\n", 5) + "\r\nx", "fail"},
		{"a long signature", from + signature + "; h=from" + strings.Repeat(":a", 10_000) + "\r\n\r\nx", "permerror"},
		{"many signatures", from + strings.Repeat(signature+"; h=from\r\n", 900) + "\r\nx", "fail"},
		{"a long line", from + strings.Repeat("a", 1<<20), "permerror"},
		{"no header", strings.Repeat("\r\n", 100_000), "none"},
	}
	c := &mailauth.Checker{Resolver: texts{"s1._domainkey.shop.example": key().Record()}}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			start := time.Now()
			got := check(t, c, mailauth.Envelope{}, tc.raw, "ann@shop.example")
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
			if got.DKIM != tc.want || len(got.Detail) > 1100 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestHostileRecords(t *testing.T) {
	huge := "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(make([]byte, 60_000))
	cases := []struct {
		name, spf, key, policy  string
		wantSPF, wantDKIM, want mailauth.Verdict
	}{
		{"huge", "v=spf1 " + strings.Repeat("ip4:192.0.2.1 ", 4000) + "+all", huge, "v=DMARC1; p=none;" + strings.Repeat(" ", 9000), "permerror", "permerror", "permerror"},
		{"nonsense", "v=spf1 \x00 %{ %{z}/999", "v=DKIM1; p=!!", "v=DMARC1; p=maybe", "permerror", "permerror", "none"},
		{"other versions", "v=spf2 +all", "v=DKIM2; p=AA==", "v=DMARC2; p=none", "none", "permerror", "none"},
		{"redirect to itself", "v=spf1 redirect=shop.example", "v=DKIM1; k=ed25519; p=AA==", "v=DMARC1; p=reject; sp=maybe; pct=-5; fo=x", "permerror", "permerror", "fail"},
		{"a policy of reports alone", "v=spf1 ?all", "p=", "v=DMARC1; rua=mailto:x@shop.example", "neutral", "permerror", "fail"},
		{"hosts without addresses", "v=spf1 a:a.example a:b.example a:c.example a:d.example +all", "k=rsa", "v=DMARC1;p=none", "permerror", "permerror", "fail"},
	}
	signed := sign(t, plain, "shop.example")
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := &mailauth.Checker{Resolver: texts{
				"shop.example": tc.spf, "s1._domainkey.shop.example": tc.key, "_dmarc.shop.example": tc.policy,
			}}
			got := check(t, c, known, signed, "ann@shop.example")
			if got.SPF != tc.wantSPF || got.DKIM != tc.wantDKIM || got.DMARC != tc.want || got.Aligned {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// A record can name ten servers of ten addresses, ten times over, by way of includes.
func TestLookupsAreCounted(t *testing.T) {
	z := zone{"TXT shop.example": {"v=spf1 " + strings.Repeat("mx:many.example ", 9) + "-all"}}
	for i := range 10 {
		host := fmt.Sprintf("h%d.many.example", i)
		z["MX many.example"] = append(z["MX many.example"], host)
		z["A "+host] = []string{"192.0.2.1"}
	}
	counting := &counted{Resolver: z.serve(t)}
	got := check(t, &mailauth.Checker{Resolver: counting}, known, plain, "ann@shop.example")
	if n := counting.n.Load(); n > 100 {
		t.Errorf("%d look-ups", n)
	}
	if got.SPF == mailauth.Pass {
		t.Errorf("got %+v", got)
	}
}

// brokenAt is a message whose source fails.
type brokenAt struct {
	io.ReaderAt
	at int64
}

func (b brokenAt) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > b.at {
		return 0, errors.New("the disk is gone")
	}
	return b.ReaderAt.ReadAt(p, off)
}

func TestBrokenSourceIsTemporaryAndLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	c := &mailauth.Checker{Resolver: texts{"s1._domainkey.shop.example": key().Record()}}
	raw := sign(t, sign(t, plain+strings.Repeat("a line\r\n", 100_000), "shop.example"), "shop.example")
	got := c.Check(t.Context(), mailauth.Envelope{}, brokenAt{strings.NewReader(raw), 500_000}, int64(len(raw)), "ann@shop.example")
	if got.DKIM != mailauth.TempError || got.Aligned {
		t.Errorf("got %+v", got)
	}
	got = c.Check(t.Context(), mailauth.Envelope{}, brokenAt{strings.NewReader(raw), 0}, int64(len(raw)), "ann@shop.example")
	if got.DKIM != mailauth.TempError || got.DMARC != mailauth.TempError || got.Aligned {
		t.Errorf("header: got %+v", got)
	}
}

func FuzzCheck(f *testing.F) {
	signed := sign(f, plain, "shop.example")
	f.Add(signed, "ann@shop.example", "ann@shop.example", "v=spf1 ip4:203.0.113.7 -all", key().Record(), "v=DMARC1; p=reject; adkim=s")
	f.Add("Authentication-Results: mx.example; spf=pass (a;b) smtp.mailfrom=x@shop.example\r\nFrom: x@shop.example\r\n\r\n",
		"x@shop.example", "", "v=spf1 include:shop.example exists:%{i}.shop.example", "p=", "v=DMARC1;rua=x;sp=none")
	f.Add("\r\n", "@", "@", "v=spf1 a:%{d}/0//0", "v=DKIM1; k=ed25519; p=", "v = DMARC1 ; p = NONE")
	f.Fuzz(func(t *testing.T, raw, from, mailFrom, spf, dkim, policy string) {
		c := &mailauth.Checker{TrustedAuthServID: "mx.example", Resolver: texts{
			"shop.example": spf, "s1._domainkey.shop.example": dkim, "_dmarc.shop.example": policy,
		}}
		for _, peer := range []netip.Addr{{}, known.PeerIP} {
			got := check(t, c, mailauth.Envelope{PeerIP: peer, Helo: "shop.example", MailFrom: mailFrom}, raw, from)
			passed := got.SPF == mailauth.Pass || got.DKIM == mailauth.Pass
			if got.Aligned && (!passed || from == "") || got.DMARC == mailauth.Pass && !got.Aligned {
				t.Errorf("contradiction: %+v", got)
			}
		}
	})
}
