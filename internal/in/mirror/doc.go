// Package mirror keeps orders, products and customers as fresh as a live store has
// them, which stays their master:
//
//	live store ──webhook──► Receiver ──► one event ─┐
//	           ◄──pages──── Mirror ────► all lists ─┴─► store.NewMirror's rules ──► rows
//
// Webhooks bring a change within seconds; pulls, which walk everything, mend what no
// webhook told of. Tickets are never mirrored, since they are worked on here.
package mirror
