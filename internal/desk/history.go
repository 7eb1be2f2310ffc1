package desk

import "strconv"

// The kinds of jobs that give people what was written from their addresses before
// anybody knew whose they are.
const (
	LinkHistoryKind    = "link-history"     // of one user
	LinkAllHistoryKind = "link-history-all" // of all users of a store, after an import
)

// LinkHistory is the job for a user who has come to an address. It has no Once: a second
// one costs two look-ups, and one that was left out while the first is running might have
// been about an address that the first did not see.
func LinkHistory(st *Store, user int64, now Instant) *Job {
	return &Job{
		StoreID: st.ID, Kind: LinkHistoryKind, Lane: strconv.FormatInt(user, 10),
		Args: []byte(`{"user":` + strconv.FormatInt(user, 10) + `}`), RunAt: now, CreatedAt: now,
	}
}

// LinkAllHistory is the job for a store that many users or tickets have come to.
func LinkAllHistory(st *Store, now Instant) *Job {
	return &Job{
		StoreID: st.ID, Kind: LinkAllHistoryKind, Lane: strconv.FormatInt(st.ID, 10), Args: []byte("{}"), RunAt: now, CreatedAt: now,
	}
}
