package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Processor time says what a request costs, whatever else the machine is doing; it is
// the steadier figure to compare two versions of the program by. Reading it needs
// Linux; elsewhere it is 0.

// tick is the unit of /proc: 1/100 s on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// cpuTime is the processor time of a process so far, with that of its threads and of
// its children that have ended.
func cpuTime(pid int) time.Duration {
	fields, ok := stat(strconv.Itoa(pid))
	if !ok {
		return 0
	}
	sum := int64(0)
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime
		n, _ := strconv.ParseInt(field, 10, 64) // the kernel writes numbers
		sum += n
	}
	return time.Duration(sum) * tick
}

// familyTime is the processor time of a process and its children, as those of a
// PostgreSQL server.
func familyTime(pid int) time.Duration {
	sum := cpuTime(pid)
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is right
	for _, dir := range dirs {
		child := filepath.Base(dir)
		if fields, ok := stat(child); ok && fields[1] == strconv.Itoa(pid) {
			id, _ := strconv.Atoi(child) // it matched the pattern
			sum += cpuTime(id)
		}
	}
	return sum
}

// stat returns what follows the name in /proc/PID/stat: state, parent, …
func stat(pid string) ([]string, bool) {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return nil, false
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	return fields, len(fields) > 15
}

// costs are processor times read at once: of the server, of the database where it is a
// server of ours, and of everything that works for the run.
type costs struct{ server, database, all time.Duration }

func (b *bench) costs(d *dataset) costs {
	c := costs{server: cpuTime(b.server.cmd.Process.Pid)}
	if d.cluster != nil && d.cluster.pid > 0 {
		c.database = familyTime(d.cluster.pid)
	}
	// The program's own time includes that of each pgbench that has ended.
	c.all = c.server + c.database + cpuTime(os.Getpid()) + cpuTime(b.fixed.cmd.Process.Pid)
	if b.other != nil {
		c.all += cpuTime(b.other.cmd.Process.Pid)
	}
	return c
}

// since is the cost of each of n requests.
func (c costs) since(before costs, n int) cost {
	each := func(now, then time.Duration) float64 {
		return float64((now - then).Microseconds()) / float64(max(1, n))
	}
	return cost{each(c.server, before.server), each(c.database, before.database), each(c.all, before.all)}
}

// cost is the processor time of one request, in microseconds. The database's is 0 where
// it is inside the server, or a server that is not ours. All includes the generator's.
type cost struct {
	Server   float64 `json:"server"`
	Database float64 `json:"database,omitempty"`
	All      float64 `json:"all"`
}

// medianCost is the median of each part.
func medianCost(list []cost) cost {
	part := func(of func(cost) float64) float64 {
		var values []float64
		for _, c := range list {
			values = append(values, of(c))
		}
		return median(values)
	}
	return cost{
		part(func(c cost) float64 { return c.Server }), part(func(c cost) float64 { return c.Database }),
		part(func(c cost) float64 { return c.All }),
	}
}
