// Package maildns says what the DNS must say for a domain to receive mail here and to be
// believed when it sends: MX, SPF, DKIM, DMARC, and the names of the host. It looks whether
// it does, and tells a person how to mend it. It changes nothing anywhere.
package maildns

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Setup is what the records are to say.
type Setup struct {
	Domain   string   // of the addresses that mail is sent from and comes to
	Further  []string // other domains that mail comes to; only MX matters to them
	Host     string   // the name of the host that receives mail
	Senders  []string // mechanisms of SPF that name who sends, such as include:relay.example; empty: mx, that is, Host
	Direct   bool     // the host delivers mail by itself, so that its address must lead back to its name
	Selector string   // of DKIM; "": mail is not signed
	DKIM     string   // the record of the key
}

// Record is one record to set.
type Record struct {
	Type  string // MX or TXT
	Name  string // without a dot at the end
	Value string
}

// mxPreference is what an MX record needs and has no meaning while there is one.
const mxPreference = "10"

// Records are the records to set, in the order in which a person would.
func (s *Setup) Records() []Record {
	var list []Record
	for _, domain := range append([]string{s.Domain}, s.Further...) {
		list = append(list, Record{"MX", domain, mxPreference + " " + s.Host})
	}
	list = append(list, Record{"TXT", s.Domain, s.spf()})
	if s.Selector != "" {
		list = append(list, Record{"TXT", s.dkimName(), s.DKIM})
	}
	return append(list, Record{"TXT", "_dmarc." + s.Domain, dmarc})
}

// dmarc asks others to put what claims to be from the domain and is not with the spam. A
// domain that has no policy yet may want p=none first, to see whom else it concerns.
const dmarc = "v=DMARC1; p=quarantine"

func (s *Setup) senders() []string {
	if len(s.Senders) == 0 {
		return []string{"mx"}
	}
	return s.Senders
}

func (s *Setup) spf() string { return "v=spf1 " + strings.Join(s.senders(), " ") + " ~all" }

func (s *Setup) dkimName() string { return s.Selector + "._domainkey." + s.Domain }

// State is what a look showed.
type State string

// The states.
const (
	Right   State = "right"
	Missing State = "missing"
	Wrong   State = "wrong"
	Unknown State = "unknown" // it could not be looked up
)

// Finding is what was looked for, what is there, and what to do.
type Finding struct {
	What   string // MX, SPF, DKIM, DMARC, host, reverse
	Name   string // that was looked up
	State  State
	Found  string  // "" for nothing
	Advice string  // "" when nothing is to be done
	Set    *Record // that would mend it; nil: none would, or none is needed
}

// Resolver asks the DNS; [net.Resolver] is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// lookTime bounds one look-up.
const lookTime = 10 * time.Second

// Check looks up every record, side by side, and says what it found: in ten seconds, or in
// less where ctx ends before.
func (s *Setup) Check(ctx context.Context, r Resolver) []Finding {
	var checks []func() []Finding
	for _, domain := range append([]string{s.Domain}, s.Further...) {
		checks = append(checks, func() []Finding { return []Finding{s.checkMX(ctx, r, domain)} })
	}
	single := func(check func(context.Context, Resolver) Finding) {
		checks = append(checks, func() []Finding { return []Finding{check(ctx, r)} })
	}
	checks = append(checks, func() []Finding { return s.checkHost(ctx, r) })
	single(s.checkSPF)
	single(s.checkDKIM)
	single(s.checkDMARC)
	found := make([][]Finding, len(checks))
	var wait sync.WaitGroup
	for i, check := range checks {
		wait.Go(func() { found[i] = check() })
	}
	wait.Wait()
	return s.mend(slices.Concat(found...))
}

// mend adds to findings the records that would put them right.
func (s *Setup) mend(list []Finding) []Finding {
	records := s.Records()
	for i := range list {
		f := &list[i]
		if f.State == Right || f.Set != nil {
			continue
		}
		for _, r := range records {
			named := f.What == "MX" && r.Type == "MX" || f.What == "SPF" && r.Type == "TXT" && r.Name == s.Domain || f.What == "DKIM" && r.Name == s.dkimName()
			if named && sameName(r.Name, f.Name) || f.What == "DMARC" && r.Name == "_dmarc."+s.Domain {
				f.Set = &r
			}
		}
	}
	return list
}
