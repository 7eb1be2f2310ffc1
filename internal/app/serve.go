package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"storedesk"
	"storedesk/internal/in/admin"
	"storedesk/internal/page"
)

// How long the server waits: for a request's head, for the next request on a
// connection, and for requests under way when it is told to stop.
const (
	headTimeout  = 10 * time.Second
	idleTimeout  = 2 * time.Minute
	drainTimeout = 30 * time.Second
)

// Serve answers HTTP, and SMTP where it is told to, until ctx ends, then lets what is
// under way finish. ready is called with the address once it listens.
func (a *App) Serve(ctx context.Context, c ServeConfig, ready func(net.Addr)) error {
	handler, err := a.Handler(c)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(a.Log.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(a.stop) // nobody waits for events longer than that
	if err := a.serveMetrics(ctx, c.MetricsListen); err != nil {
		return errors.Join(err, listener.Close())
	}
	failed := make(chan error, 2)
	stopSMTP, err := a.serveSMTP(ctx, c.SMTP, failed)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	var background sync.WaitGroup
	background.Go(func() { a.housekeeping(ctx) })
	background.Go(func() { a.Deliveries.Run(ctx) })
	background.Go(func() { a.work(ctx) })
	go func() { failed <- server.Serve(listener) }()
	a.Log.InfoContext(ctx, "listening", slog.String("address", listener.Addr().String()), slog.String("version", Version),
		slog.String("database", a.Config.Database()))
	ready(listener.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return errors.Join(a.drain(server, stopSMTP), waitFor(&background))
}

// work does jobs until ctx ends.
func (a *App) work(ctx context.Context) {
	if err := a.runner().Run(ctx); err != nil && ctx.Err() == nil {
		a.Log.ErrorContext(ctx, "jobs are not being done", slog.Any("error", err))
	}
}

func waitFor(group *sync.WaitGroup) error {
	group.Wait()
	return nil
}

// drain stops taking requests and mail, and lets what is under way finish.
func (a *App) drain(server *http.Server, stopSMTP func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	a.Log.InfoContext(ctx, "stopping: letting requests under way finish")
	mail := make(chan error, 1)
	go func() { mail <- stopSMTP(ctx) }()
	err := errors.Join(server.Shutdown(ctx), <-mail)
	if e := a.Access.Flush(ctx); err == nil {
		err = e
	}
	return err
}

// Handler is everything that is served, by the table of routes.
func (a *App) Handler(c ServeConfig) (http.Handler, error) {
	table, site, err := a.routes(c)
	if err != nil {
		return nil, err
	}
	return router(table, site)
}

const contractPath = admin.Base + "openapi.yaml"

// serveContract answers the API's document; it holds nothing secret and needs no token.
func serveContract(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed.", http.StatusMethodNotAllowed)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/yaml")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("ETag", contractTag)
	if r.Header.Get("If-None-Match") == contractTag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(storedesk.OpenAPI) // a client that went away is no error of ours
	}
}

// front sends a visitor to the dashboard.
func front(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, page.Home, http.StatusFound)
}

// health tells a load balancer whether this node can reach its database.
func (a *App) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if err := a.DB.Ping(ctx); err != nil {
		a.Log.WarnContext(ctx, "health check", slog.Any("error", err))
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
