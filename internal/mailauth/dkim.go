package mailauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

type dkimResult struct {
	verdict Verdict
	domains []string
	detail  string
}

// checkDKIM verifies the first signatures of a mail (RFC 6376). unread is why the header
// could not be read, if so.
func checkDKIM(ctx context.Context, resolver Resolver, h head, unread error, raw io.ReaderAt, size int64) dkimResult {
	signatures := h.values("DKIM-Signature")
	switch {
	case errors.Is(unread, errTooLarge):
		return dkimResult{verdict: PermError, detail: "DKIM: " + unread.Error()}
	case unread != nil && !errors.Is(unread, errNoMail):
		return dkimResult{verdict: TempError, detail: "DKIM: " + unread.Error()}
	case len(signatures) == 0:
		return dkimResult{verdict: None}
	case slices.ContainsFunc(signatures, func(s string) bool { return len(s) > maxSignature }):
		return dkimResult{verdict: PermError, detail: "DKIM: signature is too long"}
	}
	message := newMessage(h, raw, size)
	verified, err := dkim.VerifyWithOptions(message, &dkim.VerifyOptions{
		LookupTXT:        func(name string) ([]string, error) { return resolver.LookupTXT(ctx, name) },
		MaxVerifications: maxSignatures,
	})
	if message.err != nil {
		err = fmt.Errorf("read message: %w", message.err)
	}
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return dkimResult{verdict: TempError, detail: "DKIM: " + err.Error()}
	}
	return sumUp(verified)
}

// sumUp makes one verdict of those on each signature: any that passes is enough, and the
// failure told is the one most worth a second look.
func sumUp(verified []*dkim.Verification) dkimResult {
	result := dkimResult{verdict: None}
	for _, v := range verified {
		domain := canonical(v.Domain)
		if v.Err == nil && domain != "" {
			if !slices.Contains(result.domains, domain) {
				result.domains = append(result.domains, domain)
			}
			continue
		}
		verdict := Fail
		switch {
		case v.Err == nil || dkim.IsPermFail(v.Err):
			verdict = PermError
		case dkim.IsTempFail(v.Err):
			verdict = TempError
		}
		if rank := []Verdict{None, PermError, Fail, TempError}; slices.Index(rank, verdict) > slices.Index(rank, result.verdict) {
			result.verdict = verdict
			result.detail = fmt.Sprintf("DKIM of %q: %v", v.Domain, v.Err)
		}
	}
	if len(result.domains) > 0 {
		result.verdict, result.detail = Pass, ""
	}
	return result
}

// message is a mail as the verifier needs it. A header that nothing follows gets the
// empty line the verifier insists on. An error of the source ends the mail and is kept
// in err: shown to the verifier, it would leave goroutines behind that wait for ever.
type message struct {
	src io.Reader
	err error
}

func newMessage(h head, raw io.ReaderAt, size int64) *message {
	all := io.NewSectionReader(raw, 0, size)
	if h.closed {
		return &message{src: all}
	}
	return &message{src: io.MultiReader(all, strings.NewReader("\r\n\r\n"))}
}

func (m *message) Read(p []byte) (int, error) {
	n, err := m.src.Read(p)
	if err != nil && err != io.EOF {
		m.err, err = err, io.EOF
	}
	return n, err
}
