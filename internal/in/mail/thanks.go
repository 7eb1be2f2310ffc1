package mail

import (
	"strings"
	"unicode"
)

// Limits of a message that only says thanks: longer ones say more.
const maxThanks, maxThanksWords = 200, 14

// gratefulWords are those of which one must be there; politeWords may stand beside them.
var (
	gratefulWords = wordSet(`thanks thank thx ty cheers danke dankeschön dankeschon vielendank merci gracias grazie dank bedankt
		dankjewel obrigado obrigada tack takk tak kiitos ขอบคุณ ขอบคุณครับ ขอบคุณค่ะ ขอบคุณมาก ขอบคุณมากครับ ขอบคุณมากค่ะ`)
	politeWords = wordSet(`you so very much a lot many all for your the quick fast great help support reply answer response again hi hello
		dear team everyone best regards kind greetings perfect excellent awesome wonderful super got it received have nice day weekend
		vielen herzlichen besten lieben schön schönen sehr tag gruß grüße gruss grüsse mfg liebe hallo für die schnelle hilfe antwort ihre
		beaucoup bien bonjour cordialement pour votre aide réponse bonne journée parfait
		muchas muchísimas mil hola saludos por su tu ayuda respuesta perfecto
		mille tante ciao saluti per il suo aiuto risposta perfetto gentilissimi
		je wel hartelijk u jullie groet groeten met vriendelijke voor de snelle hulp top
		muito muita olá pela ajuda resposta
		så mycket mange for hjelpen hjälpen hjælpen hej hei vennlig hilsen med paljon moi avusta`)
)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// gratitude tells that a message is a short word of thanks and nothing else, in the
// languages of customers: words of thanks and politeness, and the writer's own name. Any
// other word, digit, question or file makes it more than that.
func gratitude(l *letter) bool {
	text := strings.TrimSpace(visible(l, nil))
	if text == "" || len(text) > maxThanks || strings.ContainsAny(text, "?？0123456789") || attached(l) {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r)
	})
	if len(words) > maxThanksWords {
		return false
	}
	own := wordSet(strings.ToLower(l.from.Name))
	thanked := false
	for _, w := range words {
		thanked = thanked || gratefulWords[w]
		if !gratefulWords[w] && !politeWords[w] && !own[strings.Trim(w, ",")] {
			return false
		}
	}
	return thanked
}

// attached tells that there are files besides the images of the text.
func attached(l *letter) bool {
	for _, p := range l.msg.Parts {
		if !p.Inline && p.ContentID == "" {
			return true
		}
	}
	return false
}
