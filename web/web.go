// Package web holds the built dashboard, so that the program carries it along. It holds
// no code: `make web` builds the files from the sources beside it.
package web

import "embed"

// Dist is what `make web` leaves: index.html and the files it asks for. Without that step
// it is empty but for a placeholder, and the program says so where the dashboard would be.
//
//go:embed all:dist
var Dist embed.FS
