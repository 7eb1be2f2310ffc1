// Package desk is the dictionary of the support desk: its nouns (store, ticket,
// comment, user, order, product, event) and the pure rules that say what an act
// does to a ticket. It knows no database, no HTTP and no mail; everything else
// depends on it and it depends on the standard library alone.
package desk
