package desk_test

import (
	"strings"
	"testing"

	"storedesk/internal/desk"
)

func TestReplyTokenCannotBeMadeUp(t *testing.T) {
	t.Parallel()
	st := &desk.Store{SupportEmail: "Help@Shop.example", Mail: desk.MailSettings{Secret: "s", Aliases: []string{"sales@shop.example"}}}
	for _, c := range [][2]int64{{1, 0}, {1 << 43, 0}, {77, 5}} {
		address := st.ReplyAddress(c[0], c[1])
		if !st.Receives(address) || !st.Receives(strings.ToUpper(address)) {
			t.Errorf("%s is not ours", address)
		}
		_, tag := desk.Tagged(strings.ToUpper(address))
		ticket, agent, ok := desk.ParseReplyToken("s", tag)
		if !ok || ticket != c[0] || agent != c[1] {
			t.Errorf("%s is of %d, %d, %v", address, ticket, agent, ok)
		}
		for _, bad := range []string{"", "-", tag + "a", strings.Replace(tag, "T", "t2", 1), strings.TrimSuffix(tag, tag[len(tag)-1:]), "t1-"} {
			if _, _, ok := desk.ParseReplyToken("s", bad); ok {
				t.Errorf("%q was taken", bad)
			}
		}
		if _, _, ok := desk.ParseReplyToken("other", tag); ok {
			t.Error("another store's token was taken")
		}
		if _, _, ok := desk.ParseReplyToken("", desk.ReplyToken("", 1, 0)); ok {
			t.Error("a store without a secret took a token")
		}
	}
	for address, ours := range map[string]bool{"SALES@shop.example": true, "help@shop.example.evil": false, "x@shop.example": false, "": false} {
		if st.Receives(address) != ours {
			t.Errorf("%q: %v", address, !ours)
		}
	}
}
