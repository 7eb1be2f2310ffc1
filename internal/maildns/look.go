package maildns

import (
	"context"
	"errors"
	"net"
	"strings"
)

// look runs one look-up of a fully qualified name, so that no search list of the machine
// is tried. Nothing found is no error.
func look[T any](ctx context.Context, name string, ask func(context.Context, string) ([]T, error)) ([]T, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	list, err := ask(ctx, name)
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return nil, nil
	}
	return list, err
}

func rooted(name string) string { return strings.TrimSuffix(name, ".") + "." }

// sameName compares two names as the DNS does (RFC 4343).
func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

func unknown(f Finding, err error) Finding {
	f.State, f.Found = Unknown, err.Error()
	f.Advice = "Try again; if it stays so, the name servers of the domain do not answer as they should."
	return f
}

// texts are the TXT records of a name that begin with a version tag, whose case does not
// matter and after which the word ends.
func texts(ctx context.Context, r Resolver, name, version string) ([]string, error) {
	all, err := look(ctx, rooted(name), r.LookupTXT)
	var list []string
	for _, text := range all {
		if len(text) < len(version) || !strings.EqualFold(text[:len(version)], version) {
			continue
		}
		if rest := text[len(version):]; rest == "" || strings.ContainsAny(rest[:1], " ;\t") {
			list = append(list, text)
		}
	}
	return list, err
}

// tags reads a list of tag=value pairs (RFC 6376 section 3.2); blanks inside values that
// the DNS brings in go.
func tags(text string) map[string]string {
	list := map[string]string{}
	for pair := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(pair, "=")
		if ok {
			list[strings.ToLower(strings.TrimSpace(name))] = strings.Join(strings.Fields(value), "")
		}
	}
	return list
}
