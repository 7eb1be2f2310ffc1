package mail_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/in/mail"
	"storedesk/internal/mailtext"
	"storedesk/internal/mime"
)

// nasty is a message of the corpus of package mime, with the hashes of its files.
type nasty struct {
	title string
	raw   []byte
	files []string
}

var (
	escape   = regexp.MustCompile(`\\(x[0-9A-Fa-f]{2}|[rnt\\])`)
	fileLine = regexp.MustCompile(`(?m)^file: "(?:[^"\\]|\\.)*" .*?(?:("(?:[^"\\]|\\.)*")|([0-9a-f]{64}))$`) // its bytes, or their hash
	alive    = regexp.MustCompile(`(?i)<script|javascript:|<[^>]*\son\w+\s*=|<iframe|<object|<style`)
)

// corpus reads the messages; package mime describes their form.
func corpus(t testing.TB) (list []nasty) {
	t.Helper()
	paths := get(filepath.Glob("../../mime/testdata/corpus/*.txt"))(t)
	for _, path := range paths {
		for _, block := range strings.Split("\n"+string(get(os.ReadFile(path))(t)), "\n=== ")[1:] {
			title, rest, _ := strings.Cut(block, "\n")
			source, want, _ := strings.Cut("\n"+rest, "\n= expect\n")
			n := nasty{title: filepath.Base(path) + ": " + title, raw: nastyBytes(title, strings.TrimPrefix(source, "\n"))}
			for _, m := range fileLine.FindAllStringSubmatch(want, -1) {
				if m[1] != "" {
					m[2] = hash([]byte(get(strconv.Unquote(m[1]))(t)))
				}
				n.files = append(n.files, m[2])
			}
			list = append(list, n)
		}
	}
	return list
}

func nastyBytes(title, source string) []byte {
	ending := "\r\n"
	switch {
	case strings.HasSuffix(title, "(LF)"):
		ending = "\n"
	case strings.HasSuffix(title, "(CR)"):
		ending = "\r"
	}
	return []byte(escape.ReplaceAllStringFunc(strings.ReplaceAll(source, "\n", ending), func(e string) string {
		raw, err := strconv.Unquote(`"` + e + `"`)
		if err != nil {
			return e
		}
		return raw
	}))
}

// TestCorpusIsNotLost: each nasty message comes to one fate, with all its files as they
// were, and nothing of its HTML that could run.
func TestCorpusIsNotLost(t *testing.T) {
	each(t, func(w *world) {
		w.h.Caps = mail.Caps{Automatic: 10_000, Notes: 10_000, Answered: 10_000, Address: 10_000, Ticket: 10_000}
		list := corpus(w)
		if len(list) < 150 {
			w.Errorf("only %d messages", len(list))
		}
		ids := make([]int64, len(list))
		for i, n := range list {
			ids[i] = w.receive(n.raw)
		}
		w.handle()
		tickets := map[int64]string{}
		fates := map[desk.Fate]int{}
		for i, n := range list {
			m := get(w.db.Mail(w.Context(), w.st, ids[i]))(w)
			fates[m.Fate]++
			if strings.Contains(m.Reason, "could not be read") || m.Reason == "" {
				w.Errorf("%s: %s", n.title, m.Reason)
			}
			switch m.Fate {
			case desk.MailTicket:
				if tickets[m.TicketID] != "" {
					w.Errorf("%s and %s are both ticket %d", n.title, tickets[m.TicketID], m.TicketID)
				}
				tickets[m.TicketID] = n.title
				w.compare(n, m)
			case desk.MailSuppressed, desk.MailComment, desk.MailDuplicate:
			default:
				w.Errorf("%s: %s (%s)", n.title, m.Fate, m.Reason)
			}
		}
		if newest := get(w.db.NewestTicket(w.Context(), w.st))(w); int(newest) != len(tickets) {
			w.Errorf("%d tickets of %d mails", newest, len(tickets))
		}
		w.Logf("%v", fates)
	})
}

// compare fails unless the ticket of a message has its files and its text.
func (w *world) compare(n nasty, m *desk.Mail) {
	w.Helper()
	got := w.ticket(m.TicketID)
	var files []string
	for _, a := range got.Comments[0].Attachments {
		files = append(files, hash(w.attachment(a.File)))
	}
	slices.Sort(files)
	slices.Sort(n.files)
	if !slices.Equal(files, n.files) {
		w.Errorf("%s: %d files, want %d (or others)", n.title, len(files), len(n.files))
	}
	msg := get(mime.Read(strings.NewReader(string(n.raw)), int64(len(n.raw))))(w)
	if strings.TrimSpace(msg.Text) != "" && got.Comments[0].Body == "" {
		w.Errorf("%s: the text is gone", n.title)
	}
	if html := mailtext.Sanitize(msg.HTML, mailtext.SanitizeOptions{}).HTML; alive.MatchString(html) {
		w.Errorf("%s: %s", n.title, html)
	}
}
