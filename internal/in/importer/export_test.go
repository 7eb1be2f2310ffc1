package importer

import (
	"context"
	"time"
)

// SetWait replaces waiting, for tests.
func (o *Options) SetWait(wait func(context.Context, time.Duration) error) { o.wait = wait }

// SetChunk makes batches of so many lines.
func (o *Options) SetChunk(lines int) { o.chunk = lines }

// Unguessable is unguessable.
var Unguessable = unguessable

// PublicOnly is publicOnly.
var PublicOnly = publicOnly
