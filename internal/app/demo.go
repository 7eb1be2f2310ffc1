package app

import "context"

func (a *App) Demo(ctx context.Context) (string, error) { return "", nil }
