package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"

	"storedesk"
	"storedesk/internal/desk"
)

var contractTag = func() string {
	sum := sha256.Sum256(storedesk.OpenAPI)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}()

// How long things are kept that nobody asks for again.
const (
	uploadLife = 24 * time.Hour      // an upload that no comment claims
	keyLife    = 24 * time.Hour      // an Idempotency-Key
	codeLife   = 24 * time.Hour      // an OAuth code that has expired; until then a second use is known as such
	eventLife  = 30 * 24 * time.Hour // an event that a live store told of; it sends one again for five days
	sweepBatch = 500

	deliveryLife = 30 * 24 * time.Hour // the record of an attempt to deliver an event
)

// housekeeping records the use of tokens every few seconds, until ctx ends.
func (a *App) housekeeping(ctx context.Context) {
	flush := time.NewTicker(5 * time.Second)
	defer flush.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-flush.C:
			if err := a.Access.Flush(ctx); err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "housekeeping", slog.Any("error", err))
			}
		}
	}
}

// Sweep deletes uploads that nobody claimed in a day, with their files, and forgets
// idempotency keys and OAuth codes of that age, deliveries and events of live stores
// after a month, held mail after what its store says, and sessions, links and rates that
// have expired.
func (a *App) Sweep(ctx context.Context, now time.Time) error {
	for {
		blobs, err := a.DB.SweepUploads(ctx, desk.At(now.Add(-uploadLife)), sweepBatch)
		if err != nil {
			return err
		}
		for _, key := range blobs {
			if key == "" {
				continue
			}
			if err := a.Blobs.Delete(ctx, key); err != nil {
				return err
			}
		}
		if len(blobs) < sweepBatch {
			break
		}
	}
	if err := a.Accounts.Sweep(ctx); err != nil {
		return err
	}
	for {
		n, err := a.DB.SweepDeliveries(ctx, desk.At(now.Add(-deliveryLife)), sweepBatch)
		if err != nil {
			return err
		}
		if n < sweepBatch {
			break
		}
	}
	if err := a.DB.SweepGrants(ctx, desk.At(now.Add(-codeLife))); err != nil {
		return err
	}
	if err := a.DB.SweepPresence(ctx, desk.At(now)); err != nil {
		return err
	}
	if err := a.DB.SweepSourceEvents(ctx, desk.At(now.Add(-eventLife))); err != nil {
		return err
	}
	if err := a.Mailroom.Sweep(ctx); err != nil {
		return err
	}
	return a.DB.SweepKeys(ctx, desk.At(now.Add(-keyLife)))
}
