package importer

import (
	"context"
	"time"
)

// SetWait replaces waiting, for tests.
func (o *Options) SetWait(wait func(context.Context, time.Duration) error) { o.wait = wait }

// Unguessable is unguessable.
var Unguessable = unguessable

// PublicOnly is publicOnly.
var PublicOnly = publicOnly
