package settings

import (
	"context"
	"regexp"
	"strings"
	"time"

	"storedesk/internal/desk"
)

// selectorName is one label of a domain, as most providers' forms take it.
var selectorName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// DKIMSelector is a name for a key made at a time: keys made on different days stand side
// by side in the DNS, so that mail under way can be verified with the older one.
func DKIMSelector(now time.Time) string { return "sd" + now.UTC().Format("20060102") }

// SetDKIM has a store's mail be signed with a key from now on, or with none when both
// texts are empty. key is as mailauth writes it; it is kept readable. Errors: Invalid.
func (s *Stores) SetDKIM(ctx context.Context, st *desk.Store, selector, key string) error {
	selector = strings.ToLower(selector)
	if (selector == "") != (key == "") {
		return desk.Errorf(desk.Invalid, "a key needs a selector, and a selector a key")
	}
	if selector != "" && !selectorName.MatchString(selector) {
		return desk.Errorf(desk.Invalid, "%q is no selector; write letters, digits and hyphens", selector)
	}
	err := s.change(ctx, st.ID, func(st *desk.Store) { st.Mail.DKIMSelector, st.Mail.DKIMKey = selector, key })
	if err == nil {
		st.Mail.DKIMSelector, st.Mail.DKIMKey = selector, key
	}
	return err
}
