package desk

// Job is a piece of work that a write leaves to be done after it.
type Job struct {
	ID        int64
	StoreID   int64  // 0: the installation's
	Kind      string // says who does it
	Queue     string // jobs of a queue share a limit; "" is the kind
	Lane      string // jobs of a lane run one after the other, in the order they were made; "": in none
	Once      string // while one job has this key, no other is made; "": no such rule
	Args      []byte // JSON
	State     JobState
	Attempt   int64   // tries begun, this one included
	RunAt     Instant // not before
	Error     string  // of the last try
	CreatedAt Instant
}

// JobState is where a job stands. A job that is done has no row.
type JobState string

// The states of a job.
const (
	JobReady   JobState = "ready"
	JobRunning JobState = "running"
	JobDead    JobState = "dead" // given up; an operator may have it tried again
)
