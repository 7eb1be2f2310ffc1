package mailtext

import (
	"slices"
	"strings"
)

// Mail programs mark what they quote by classes and ids of their own. These survive
// Sanitize, all others do not: a page has its own classes, and scripts find an element
// by its id.
var (
	// quoteMarks are the classes of elements that hold a quoted mail.
	quoteMarks = []string{
		"gmail_quote", "gmail_quote_container", "yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra",
		"ms-outlook-mobile-reference-message", "moz-forward-container",
	}
	// introMarks are the classes of the line before the quoted mail.
	introMarks = []string{"moz-cite-prefix", "gmail_attr"}
	otherMarks = []string{"gmail_signature", "moz-signature"}
)

// quoteIDs are the ids of elements after which all is quoted.
const quoteIDs = `divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|reply-intro`

// quoteClasses keeps the classes that tell of quotes.
func quoteClasses(classes string) string {
	var kept []string
	for _, class := range strings.Fields(classes) {
		known := slices.Contains(quoteMarks, class) || slices.Contains(introMarks, class) || slices.Contains(otherMarks, class)
		if known && !slices.Contains(kept, class) {
			kept = append(kept, class)
		}
	}
	return strings.Join(kept, " ")
}
