//go:build linux

package bench_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/conformance/storetest/pgtest"
)

// BenchmarkFloor holds our whole way against what it cannot do without: the post, three commits of a single row, and
// the durable files of the archive, each measured alone with as many workers. Both stores are on the disk of the
// temporary folder.
func BenchmarkFloor(b *testing.B) {
	if inMemory(b, os.TempDir()) {
		b.Skip("needs a temporary folder on a disk: set TMPDIR")
	}
	t := table{header: []string{
		"3 x 150 KB", "post ms", "commit ms", "6 files ms", "floor packages/s", "ours, signed by the host", "of the floor",
		"ours, signed by us", "of the floor", "CPU ms/package",
	}}
	for _, server := range servers(b) {
		got := floorRounds(b, server, rounds, 100)
		for i := 0; i < len(got); i += floorTasks {
			t.add(floorRow(b, fmt.Sprintf("%s, %d in flight", server.name, []int{1, 8}[i/floorTasks]), got[i:i+floorTasks])...)
		}
	}
	show(b, t)
}

// floorTasks is how many things are measured for one row of the table: post, commit, files, and ours twice.
const floorTasks = 5

func floorRow(b *testing.B, name string, got [][]result) []string {
	b.Helper()
	post, row, files := each(got[0], one), each(got[1], one), each(got[2], one)
	floor := make(series, len(post))
	for i := range floor {
		floor[i] = 1000 / (post[i] + 3*row[i] + files[i])
	}
	host, us := quotient(each(got[3], rate), floor), quotient(each(got[4], rate), floor)
	b.ReportMetric(host.median(), metric(name))
	return []string{
		name, post.text("%.2f"), row.text("%.2f"), files.text("%.2f"), floor.text("%.0f"), each(got[3], rate).text("%.0f"), host.text("%.2f"),
		each(got[4], rate).text("%.0f"), us.text("%.2f"), each(got[3], perMessage).text("%.1f"),
	}
}

// one is the time for one thing at the given number of workers, in ms: how long until the next is done.
func one(r result) float64 { return 1000 / rate(r) }

func floorList(count int) []task {
	var all []task
	for _, flight := range []int{1, 8} {
		for _, t := range []task{
			{Role: "post", Count: 2 * count},
			{Role: "commit", Count: 5 * count},
			{Role: "write", Count: count},
			{Role: "ours", Count: count, Signed: true},
			{Role: "ours", Count: count},
		} {
			t.Flight, t.Name = flight, fmt.Sprintf("%s %d signed=%v", t.Role, flight, t.Signed)
			all = append(all, t)
		}
	}
	return all
}

// floorRounds measures with one of the stores.
func floorRounds(tb testing.TB, on databases, rounds, count int) [][]result {
	tb.Helper()
	all := floorList(count)
	got := make([][]result, len(all))
	for range rounds {
		for i := range all {
			all[i].Name = on.name + " " + strings.TrimPrefix(all[i].Name, on.name+" ")
			all[i].DSN = on.make(tb)
		}
		if err := round(tb.Context(), tb, all, got); err != nil {
			tb.Fatal(err)
		}
	}
	return got
}

// databases makes new ones of a kind.
type databases struct {
	name string
	make func(tb testing.TB) (dsn string)
}

// servers are SQLite, and PostgreSQL where there is one.
func servers(tb testing.TB) []databases {
	tb.Helper()
	all := []databases{{"SQLite", func(testing.TB) string { return "" }}}
	cluster, err := pgtest.Start(tb.Context(), pgtest.ClusterConfig{Dir: os.TempDir(), Settings: map[string]string{
		"shared_buffers": "128MB", "max_wal_size": "1GB", "autovacuum": "on",
	}})
	if pgtest.Absent(err) {
		tb.Log("without PostgreSQL: it is not installed")
		return all
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return append(all, databases{"PostgreSQL", func(tb testing.TB) string {
		tb.Helper()
		name := "bench_" + strings.ToLower(rand.Text()[:16])
		if err := create(tb.Context(), cluster.DSN("postgres").Reveal(), name); err != nil {
			tb.Fatal(err)
		}
		return cluster.DSN(name).Reveal()
	}})
}

func create(ctx context.Context, dsn, name string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	return err
}

// inMemory reports whether fsync costs nothing in a folder.
func inMemory(tb testing.TB, path string) bool {
	tb.Helper()
	const tmpfs = 0x01021994
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		tb.Fatal(err)
	}
	return s.Type == tmpfs
}

// TestFloor runs what BenchmarkFloor measures once, with little to do.
func TestFloor(t *testing.T) {
	t.Parallel()
	for _, server := range servers(t) {
		for i, results := range floorRounds(t, server, 1, 2) {
			for _, r := range results {
				if r.Messages == 0 || r.Seconds <= 0 {
					t.Errorf("%s %s: %+v", server.name, floorList(2)[i].Name, r)
				}
			}
		}
	}
}
