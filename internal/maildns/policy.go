package maildns

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// checkSPF looks whether the domain says who may send for it (RFC 7208). It reads the one
// record and follows nothing: what another record covers, it does not see, and says so.
func (s *Setup) checkSPF(ctx context.Context, r Resolver) Finding {
	f := Finding{What: "SPF", Name: s.Domain}
	list, err := texts(ctx, r, s.Domain, "v=spf1")
	if err != nil {
		return unknown(f, err)
	}
	f.Found = strings.Join(list, " | ")
	switch len(list) {
	case 0:
		f.State, f.Advice = Missing, "Set a TXT record for "+s.Domain+": "+s.spf()
		return f
	case 1:
	default: // section 4.5
		f.State, f.Advice = Wrong, "There is more than one record, so none counts. Make one of them."
		return f
	}
	terms := strings.Fields(list[0])[1:]
	if slices.ContainsFunc(terms, func(term string) bool { return strings.EqualFold(strings.TrimPrefix(term, "+"), "all") }) {
		f.State, f.Advice = Wrong, "The record lets everybody send for the domain. End it in ~all."
		return f
	}
	var lacking []string
	for _, sender := range s.senders() {
		if !slices.ContainsFunc(terms, func(term string) bool { return strings.EqualFold(strings.TrimPrefix(term, "+"), sender) }) {
			lacking = append(lacking, sender)
		}
	}
	if f.State = Right; len(lacking) > 0 {
		f.State = Wrong
		f.Set = &Record{"TXT", s.Domain, strings.Join(slices.Concat([]string{"v=spf1"}, lacking, terms), " ")}
		f.Advice = fmt.Sprintf("The record does not name %s. Unless another part of it covers that, make it: %s", strings.Join(lacking, " "), f.Set.Value)
	}
	return f
}

// checkDKIM looks whether the key that mail is signed with is there to verify it (RFC 6376
// section 3.6).
func (s *Setup) checkDKIM(ctx context.Context, r Resolver) Finding {
	f := Finding{What: "DKIM", Name: s.Domain}
	if s.Selector == "" {
		f.State, f.Advice = Missing, "Mail is not signed yet. Make a key: storedesk mail dkim"
		return f
	}
	f.Name = s.dkimName()
	list, err := look(ctx, rooted(f.Name), r.LookupTXT)
	if err != nil {
		return unknown(f, err)
	}
	f.Found = strings.Join(list, " | ")
	want, set := tags(s.DKIM), "Set a TXT record for "+f.Name+": "+s.DKIM
	switch {
	case len(list) == 0:
		f.State, f.Advice = Missing, set
	case len(list) > 1: // section 3.6.2.2
		f.State, f.Advice = Wrong, "There is more than one record; leave only: "+s.DKIM
	case tags(list[0])["p"] == "":
		f.State, f.Advice = Wrong, "The record holds no key, which takes an earlier one back. "+set
	case tags(list[0])["p"] != want["p"]:
		f.State, f.Advice = Wrong, "The record holds another key than mail is signed with. "+set
	default:
		f.State = Right
	}
	return f
}

// checkDMARC looks for the policy of the domain, or of one above it, which counts for it
// too (RFC 7489 section 6.6.3).
func (s *Setup) checkDMARC(ctx context.Context, r Resolver) Finding {
	f := Finding{What: "DMARC", Name: "_dmarc." + s.Domain}
	for domain := s.Domain; strings.Contains(domain, "."); _, domain, _ = strings.Cut(domain, ".") {
		list, err := texts(ctx, r, "_dmarc."+domain, "v=DMARC1")
		if err != nil {
			return unknown(f, err)
		}
		if len(list) == 0 {
			continue
		}
		f.Name, f.Found = "_dmarc."+domain, strings.Join(list, " | ")
		policy := strings.ToLower(tags(list[0])["p"])
		switch {
		case len(list) > 1:
			f.State, f.Advice = Wrong, "There is more than one record, so none counts. Leave one."
		case policy != "none" && policy != "quarantine" && policy != "reject":
			f.State, f.Advice = Wrong, "The record has no policy. Make it: "+dmarc
		default:
			f.State = Right
		}
		return f
	}
	f.State, f.Advice = Missing, "Set a TXT record for "+f.Name+": "+dmarc
	return f
}
