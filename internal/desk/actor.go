package desk

// ActorKind says in what role somebody acts.
type ActorKind string

// The kinds of actors.
const (
	ActorAPI      ActorKind = "api"      // a program with an access token
	ActorAgent    ActorKind = "agent"    // a person in the dashboard
	ActorCustomer ActorKind = "customer" // a requester, by mail or from the store account
	ActorSystem   ActorKind = "system"   // imports, time rules
)

// Actor is who does something. ID is the token's id for ActorAPI, the user's for
// agents and customers, 0 for the system.
type Actor struct {
	Kind ActorKind
	ID   int64
}

// System acts for the program itself.
var System = Actor{Kind: ActorSystem}
