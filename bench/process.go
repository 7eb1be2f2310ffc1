package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// command is a program run with more variables than ours, its messages shown to the
// person who waits.
func command(ctx context.Context, env []string, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), env...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 40 * time.Second
	return c
}

// process is a server under measurement.
type process struct {
	cmd     *exec.Cmd
	address string
	ready   time.Duration // from its start to its first answer
	log     *os.File
}

// startServer starts the program on a dataset and waits until it answers.
func (b *bench) startServer(ctx context.Context, d *dataset) (*process, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	env := append(d.env(), "STOREDESK_LISTEN="+address, "STOREDESK_RATE_LIMIT=0", "STOREDESK_LOG_LEVEL=warn",
		"STOREDESK_INTERNAL_NETWORKS=127.0.0.0/8")
	if b.profiler != "" { // of two servers the first has it, that of the main data
		env = append(env, profileVariable+"="+b.profiler)
	}
	return startProcess(ctx, filepath.Join(b.dir, "server.log"), address, "/healthz", env, b.binary, "serve")
}

func startProcess(ctx context.Context, log, address, path string, env []string, name string, args ...string) (*process, error) {
	p := &process{cmd: command(ctx, env, name, args...), address: address}
	var err error
	if p.log, err = os.Create(log); err != nil {
		return nil, err
	}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	begin := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if err := p.answers(ctx, path, begin.Add(time.Minute)); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s does not answer, see %s: %w", filepath.Base(name), log, err)
	}
	p.ready = time.Since(begin)
	return p, nil
}

// answers waits for the first 200; a refused connection costs next to nothing, so it
// asks every millisecond.
func (p *process) answers(ctx context.Context, path string, limit time.Time) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+path, nil)
	if err != nil {
		return err
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode < 300 {
				return nil
			}
			err = errors.New(answer.Status)
		}
		if time.Now().After(limit) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// stop lets the process end by itself.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may be gone already
	_ = p.cmd.Wait()
	p.log.Close()
}

// memory reads what the process holds, in bytes: the largest resident size so far, and
// of the present one the part of its own (not pages of files mapped by SQLite).
func (p *process) memory() (peak, own int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range bytes.Lines(text) {
		name, value, _ := strings.Cut(string(line), ":")
		kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64) // other lines are no figures
		switch name {
		case "VmHWM":
			peak = kb << 10
		case "RssAnon":
			own = kb << 10
		}
	}
	return peak, own, nil
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
