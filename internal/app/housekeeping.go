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
	uploadLife = 24 * time.Hour // an upload that no comment claims
	keyLife    = 24 * time.Hour // an Idempotency-Key
	codeLife   = 24 * time.Hour // an OAuth code that has expired; until then a second use is known as such
	sweepBatch = 500
)

// housekeeping records the use of tokens every few seconds and sweeps every few
// minutes, until ctx ends. Several nodes may do it at once.
func (a *App) housekeeping(ctx context.Context) {
	flush, sweep := time.NewTicker(5*time.Second), time.NewTicker(10*time.Minute)
	defer flush.Stop()
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-flush.C:
			err = a.Access.Flush(ctx)
		case <-sweep.C:
			err = a.Sweep(ctx, time.Now())
		}
		if err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "housekeeping", slog.Any("error", err))
		}
	}
}

// Sweep deletes uploads that nobody claimed in a day, with their files, and forgets
// idempotency keys and OAuth codes of that age, and sessions, links and rates that have
// expired.
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
	if err := a.DB.SweepGrants(ctx, desk.At(now.Add(-codeLife))); err != nil {
		return err
	}
	return a.DB.SweepKeys(ctx, desk.At(now.Add(-keyLife)))
}
