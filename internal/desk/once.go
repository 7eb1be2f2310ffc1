package desk

// Once names a write that must happen at most once: an Idempotency-Key a token
// sent. The answer of the first such write is kept with it, in its transaction.
type Once struct {
	TokenID     int64
	Key         string // at most 255 characters
	Fingerprint string // of method, path and body: another request under the same key is refused
	Status      int    // what the door will answer when the write succeeds
}

// Answer is what the first write under a Once was told.
type Answer struct {
	Fingerprint string
	Status      int
	Body        []byte // as a wire document: links to attachments still without origin
}

// Upload is a file that waits for a comment to claim it.
type Upload struct {
	FileName string
	BlobKey  string
	Size     int64
}
