package mail

import (
	"strings"
	"unicode/utf8"

	"storedesk/internal/mailtext"
)

// maxBody is the longest body of a comment made of a mail, in bytes. Of a longer text the
// whole is attached.
const maxBody = 1_000_000

// textFile is the name of that attachment.
const textFile = "message.txt"

// whole is the whole text of a message; that of its HTML when there is no other.
func whole(l *letter) string {
	text := l.msg.Text
	if strings.TrimSpace(text) == "" && l.msg.HTML != "" {
		text = mailtext.Text(l.msg.HTML)
	}
	return clean(text)
}

// visible is the new text of a message. answers are what the writer was sent before.
func visible(l *letter, answers []string) string {
	text := whole(l)
	folded := mailtext.Fold(text, mailtext.FoldOptions{Ours: answers, Forward: forwarded(l.msg.Subject)})
	if shown := strings.TrimSpace(folded.Visible()); shown != "" {
		return shown
	}
	return strings.TrimSpace(text)
}

// body is the body of the comment that a message becomes. rest is the whole text when the
// body had to be cut, else "".
func body(l *letter, answers []string) (shown, rest string) {
	shown = visible(l, answers)
	if len(shown) <= maxBody {
		return shown, ""
	}
	at := maxBody
	for !utf8.RuneStart(shown[at]) {
		at--
	}
	return shown[:at] + "\n[…]", whole(l)
}
