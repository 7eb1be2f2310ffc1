package mail

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strings"
)

// Resolver is what of net.Resolver finds mail servers.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// maxServers is how many of a domain's servers are tried in one go.
const maxServers = 5

// servers are where mail for a domain goes, best first. A refusal tells that the domain
// takes no mail, for good; other errors may pass.
func (s *Service) servers(ctx context.Context, domain string) ([]server, error) {
	if r := s.Route; !r.direct {
		return []server{{r.host, r.port, r.security, r.user, r.password, true}}, nil
	}
	var resolver Resolver = net.DefaultResolver
	if s.Resolver != nil {
		resolver = s.Resolver
	}
	list, err := resolver.LookupMX(ctx, domain)
	if err != nil && !absent(err) {
		return nil, err
	}
	if len(list) == 1 && (list[0].Host == "." || list[0].Host == "") { // RFC 7505
		return nil, &refusal{reason: "the domain " + domain + " takes no mail (null MX)"}
	}
	slices.SortStableFunc(list, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	hosts := make([]string, 0, len(list))
	for _, mx := range list {
		hosts = append(hosts, strings.TrimSuffix(mx.Host, "."))
	}
	if len(hosts) == 0 { // RFC 5321 section 5.1: the domain itself
		if _, err := resolver.LookupHost(ctx, domain); err != nil {
			if absent(err) {
				return nil, &refusal{reason: "there is no domain " + domain, unknown: true}
			}
			return nil, err
		}
		hosts = []string{domain}
	}
	servers := make([]server, 0, maxServers)
	for _, host := range hosts[:min(len(hosts), maxServers)] {
		servers = append(servers, server{host: host, port: s.Route.port, security: opportunistic})
	}
	return servers, nil
}

func absent(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// refusal is an answer for good.
type refusal struct {
	reason  string
	unknown bool // there is no such address
}

func (r *refusal) Error() string { return r.reason }
