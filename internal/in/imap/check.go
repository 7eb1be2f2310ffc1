package imap

import (
	"context"

	"storedesk/internal/desk"
)

// State is what a folder looks like now.
type State struct {
	UIDValidity uint32
	NextUID     uint32 // that the next message gets
	Messages    int64
}

// Check signs in to a mailbox, opens its folder and changes nothing, but for a secret
// that the server changed: it is in b, and saved if b has an id.
func (p *Poller) Check(ctx context.Context, b *desk.Mailbox) (State, error) {
	s, err := p.connect(ctx, b)
	if err != nil {
		return State{}, err
	}
	defer s.close()
	state := State{UIDValidity: s.validity, NextUID: s.next, Messages: int64(s.exists)}
	if state.NextUID == 0 { // old servers do not say
		uids, err := s.search(1)
		if err != nil {
			return State{}, err
		}
		if state.NextUID = 1; len(uids) > 0 {
			state.NextUID = uids[len(uids)-1] + 1
		}
	}
	return state, nil
}
