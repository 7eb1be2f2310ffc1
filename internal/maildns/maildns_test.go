package maildns_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/maildns"
)

var key = "v=DKIM1; k=rsa; p=" + strings.Repeat("MIIB", 90)

func lamps() maildns.Setup {
	return maildns.Setup{
		Domain: "lamps.example", Further: []string{"lampen.example"}, Host: "desk.lamps.example", Direct: true, Selector: "sd1", DKIM: key,
	}
}

// good is a zone in which all is well.
func good() zone {
	return zone{
		"lamps.example":                {"MX 10 desk.lamps.example.", "TXT v=spf1 mx ~all", "TXT google-site-verification=x", "TXT v=spf10 is something else"},
		"lampen.example":               {"MX 5 DESK.lamps.example.", "MX 20 backup.lamps.example."},
		"desk.lamps.example":           {"A 192.0.2.7"},
		"7.2.0.192.in-addr.arpa":       {"PTR desk.lamps.example."},
		"sd1._domainkey.lamps.example": {"TXT " + key},
		"_dmarc.lamps.example":         {"TXT v=DMARC1; p=none"},
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	s := lamps()
	s.Senders = []string{"mx", "include:_spf.relay.example"}
	want := []maildns.Record{
		{Type: "MX", Name: "lamps.example", Value: "10 desk.lamps.example"},
		{Type: "MX", Name: "lampen.example", Value: "10 desk.lamps.example"},
		{Type: "TXT", Name: "lamps.example", Value: "v=spf1 mx include:_spf.relay.example ~all"},
		{Type: "TXT", Name: "sd1._domainkey.lamps.example", Value: key},
		{Type: "TXT", Name: "_dmarc.lamps.example", Value: "v=DMARC1; p=quarantine"},
	}
	if diff := cmp.Diff(want, s.Records()); diff != "" {
		t.Error(diff)
	}
	s.Selector = ""
	if n := len(s.Records()); n != len(want)-1 {
		t.Errorf("%d records without a key", n)
	}
}

// TestRecordsAreRight publishes just what Records says.
func TestRecordsAreRight(t *testing.T) {
	t.Parallel()
	s := lamps()
	z := zone{"desk.lamps.example": {"A 192.0.2.7"}, "7.2.0.192.in-addr.arpa": {"PTR desk.lamps.example."}}
	for _, r := range s.Records() {
		if r.Type == "MX" {
			r.Value += "."
		}
		z[r.Name] = append(z[r.Name], r.Type+" "+r.Value)
	}
	for _, f := range s.Check(t.Context(), serve(t, z)) {
		if f.State != maildns.Right || f.Advice != "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change zone // nil for a name: it is not there
		setup  func(*maildns.Setup)
		state  maildns.State
		what   string
		advice string // holds this
	}{
		"no MX":                  {zone{"lamps.example": {"TXT v=spf1 mx ~all"}}, nil, maildns.Missing, "MX", "10 desk.lamps.example"},
		"no such domain":         {zone{"lampen.example": nil}, nil, maildns.Missing, "MX", "10 desk.lamps.example"},
		"MX elsewhere":           {zone{"lampen.example": {"MX 10 mx.other.example."}}, nil, maildns.Wrong, "MX", "elsewhere"},
		"MX second":              {zone{"lampen.example": {"MX 10 mx.other.example.", "MX 20 desk.lamps.example."}}, nil, maildns.Wrong, "MX", "lowest"},
		"null MX":                {zone{"lampen.example": {"MX 0 ."}}, nil, maildns.Wrong, "MX", "takes no mail"},
		"MX cannot be looked up": {zone{"lampen.example": {"FAIL"}}, nil, maildns.Unknown, "MX", "Try again"},
		"host without address":   {zone{"desk.lamps.example": nil}, nil, maildns.Missing, "host", "A record"},
		"private address":        {zone{"desk.lamps.example": {"A 10.0.0.7"}}, nil, maildns.Wrong, "host", "cannot be reached"},
		"no name for address":    {zone{"7.2.0.192.in-addr.arpa": nil}, nil, maildns.Missing, "reverse", "desk.lamps.example"},
		"other name for address": {zone{"7.2.0.192.in-addr.arpa": {"PTR host7.provider.example."}}, nil, maildns.Wrong, "reverse", "relay"},
		"no SPF":                 {zone{"lamps.example": {"MX 10 desk.lamps.example."}}, nil, maildns.Missing, "SPF", "v=spf1 mx ~all"},
		"two SPF": {
			zone{"lamps.example": {"MX 10 desk.lamps.example.", "TXT v=spf1 mx ~all", "TXT v=spf1 -all"}},
			nil, maildns.Wrong, "SPF", "more than one",
		},
		"SPF for everybody": {zone{"lamps.example": {"MX 10 desk.lamps.example.", "TXT V=SPF1 mx all"}}, nil, maildns.Wrong, "SPF", "everybody"},
		"SPF without us": {
			zone{"lamps.example": {"MX 10 desk.lamps.example.", "TXT v=spf1 include:_spf.shop.example -all"}},
			nil, maildns.Wrong, "SPF", "v=spf1 mx include:_spf.shop.example -all",
		},
		"SPF without the relay": {
			nil, func(s *maildns.Setup) { s.Senders = []string{"include:_spf.relay.example"} },
			maildns.Wrong, "SPF", "v=spf1 include:_spf.relay.example mx ~all",
		},
		"no key":       {nil, func(s *maildns.Setup) { s.Selector = "" }, maildns.Missing, "DKIM", "storedesk mail dkim"},
		"no DKIM":      {zone{"sd1._domainkey.lamps.example": nil}, nil, maildns.Missing, "DKIM", key},
		"other DKIM":   {zone{"sd1._domainkey.lamps.example": {"TXT v=DKIM1; p=AAAA"}}, nil, maildns.Wrong, "DKIM", "another key"},
		"revoked DKIM": {zone{"sd1._domainkey.lamps.example": {"TXT v=DKIM1; p="}}, nil, maildns.Wrong, "DKIM", "no key"},
		"two DKIM":     {zone{"sd1._domainkey.lamps.example": {"TXT " + key, "TXT v=DKIM1; p=AAAA"}}, nil, maildns.Wrong, "DKIM", "more than one"},
		"no DMARC":     {zone{"_dmarc.lamps.example": nil}, nil, maildns.Missing, "DMARC", "v=DMARC1; p=quarantine"},
		"empty DMARC":  {zone{"_dmarc.lamps.example": {"TXT v=DMARC1; rua=mailto:x@lamps.example"}}, nil, maildns.Wrong, "DMARC", "no policy"},
		"two DMARC":    {zone{"_dmarc.lamps.example": {"TXT v=DMARC1; p=none", "TXT v=DMARC1; p=reject"}}, nil, maildns.Wrong, "DMARC", "more than one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, z := lamps(), good()
			maps.Copy(z, c.change)
			maps.DeleteFunc(z, func(_ string, records []string) bool { return records == nil })
			if c.setup != nil {
				c.setup(&s)
			}
			bad := 0
			for _, f := range s.Check(t.Context(), serve(t, z)) {
				if f.State == maildns.Right {
					continue
				}
				bad++
				if f.What != c.what || f.State != c.state || !strings.Contains(f.Advice, c.advice) {
					t.Errorf("%+v", f)
				}
			}
			if bad != 1 {
				t.Errorf("%d findings", bad)
			}
		})
	}
}

// TestPolicyOfTheDomainAboveCounts asks for a support domain below the shop's own.
func TestPolicyOfTheDomainAboveCounts(t *testing.T) {
	t.Parallel()
	s, z := lamps(), good()
	s.Domain = "help.lamps.example"
	for _, f := range s.Check(t.Context(), serve(t, z)) {
		if f.What == "DMARC" && (f.State != maildns.Right || f.Name != "_dmarc.lamps.example") {
			t.Errorf("%+v", f)
		}
	}
}

// TestRelaysNeedNoReverseName leaves out what matters to who delivers by themselves.
func TestRelaysNeedNoReverseName(t *testing.T) {
	t.Parallel()
	s, z := lamps(), good()
	s.Direct = false
	delete(z, "7.2.0.192.in-addr.arpa")
	for _, f := range s.Check(t.Context(), serve(t, z)) {
		if f.State != maildns.Right {
			t.Errorf("%+v", f)
		}
	}
}
