//go:build linux

package bench_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// rounds is how often everything is measured, in turn, so that a disturbance does not hit one thing alone.
const rounds = 5

// largeDocument is the size of the one document in bytes.
const largeDocument = 200_000_000

// trio is what is compared with each other: a post of ready envelopes, our driver alone and our whole way.
func trio(t task, posts, ours int) []task {
	name, all := t.Name, make([]task, 3)
	for i, role := range []string{"post", "bare", "ours"} {
		t.Name, t.Role, t.Count = role+" "+name, role, posts
		all[i] = t
	}
	all[2].Count = ours
	return all
}

// BenchmarkPackages sends packages of 3 x 150 KB.
func BenchmarkPackages(b *testing.B) {
	all := packageTasks(200, 100)
	got := measure(b, rounds, all)
	t := table{header: []string{"3 x 150 KB", "msg/s", "ratio to the post", "CPU ms/msg", "server CPU ms/msg", "ms until accepted", "peak MiB"}}
	for i, one := range all {
		ratio, accepted := "1", "-"
		if one.Role != "post" {
			r := quotient(each(got[i], rate), each(got[i-i%3], rate))
			ratio = r.text("%.2f")
			b.ReportMetric(r.median(), metric(one.Name))
		}
		if one.Role == "ours" {
			accepted = each(got[i], acceptance).text("%.1f")
		}
		t.add(one.Name, each(got[i], rate).text("%.0f"), ratio, each(got[i], perMessage).text("%.2f"), each(got[i], atServer).text("%.2f"),
			accepted, each(got[i], mib).text("%.0f"))
	}
	show(b, t)
}

func packageTasks(posts, packages int) []task {
	var all []task
	for _, discard := range []bool{false, true} {
		for _, flight := range []int{1, 8} {
			all = append(all, trio(task{Name: fmt.Sprintf("%s, %d in flight", server(discard), flight), Discard: discard, Flight: flight}, posts, packages)...)
		}
	}
	return all
}

func server(discard bool) string {
	if discard {
		return "discarding server"
	}
	return "operator"
}

// BenchmarkDocument sends one document of 200 MB. Our whole way is held against the sum of a ready-made post, SHA-256
// and one write with fsync of the same bytes.
func BenchmarkDocument(b *testing.B) {
	all := documentTasks(b, largeDocument)
	got := measure(b, rounds, all)
	t := table{header: []string{"200 MB", "s", "of the post", "sum / ours", "CPU s", "server CPU s", "s until accepted", "peak MiB"}}
	for i := 0; i < len(all); i += 3 {
		posts := each(got[i], took)
		sum := each(got[i], func(r result) float64 { return r.Seconds + r.Hash + r.Disk })
		for j, one := range all[i : i+3] {
			results := got[i+j]
			times, share, accepted := quotient(each(results, took), posts), "-", "-"
			switch one.Role {
			case "bare":
				b.ReportMetric(times.median(), metric(one.Name))
			case "ours":
				goal := quotient(sum, each(results, took))
				share, accepted = goal.text("%.2f"), each(results, acceptance).text("%.0f ms")
				b.ReportMetric(goal.median(), metric(one.Name))
			}
			t.add(one.Name, each(results, took).text("%.2f"), times.text("%.2f"), share, each(results, cpu).text("%.2f"),
				each(results, func(r result) float64 { return r.Server }).text("%.2f"), accepted, each(results, mib).text("%.0f"))
		}
		t.add("SHA-256", each(got[i], func(r result) float64 { return r.Hash }).text("%.2f"))
		t.add("one write with fsync", each(got[i], func(r result) float64 { return r.Disk }).text("%.2f"))
		t.add("sum of post, SHA-256, write", sum.text("%.2f"))
	}
	show(b, t)
}

func documentTasks(tb testing.TB, size int64) []task {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "document")
	f, err := os.Create(path)
	if err == nil {
		_, err = io.CopyN(f, rand.Reader, size)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		tb.Fatal(err)
	}
	var all []task
	for _, discard := range []bool{false, true} {
		all = append(all, trio(task{Name: "to the " + server(discard), Discard: discard, Flight: 1, Document: path}, 1, 1)...)
	}
	return all
}

// measure runs all tasks in every round and gives, per task, a result per round. Every round has a new server.
func measure(tb testing.TB, rounds int, all []task) [][]result {
	tb.Helper()
	got := make([][]result, len(all))
	for range rounds {
		if err := round(tb.Context(), tb, all, got); err != nil {
			tb.Fatal(err)
		}
	}
	return got
}

func round(ctx context.Context, tb testing.TB, all []task, got [][]result) error {
	tb.Helper()
	dir, done := serverFolder(tb)
	defer done()
	var s stand
	stop, err := child(ctx, task{Name: "server", Role: "server", Dir: dir}, &s)
	if err != nil {
		return err
	}
	for i, t := range all {
		t.Stand, t.Dir = s, tb.TempDir()
		var r result
		end, err := child(ctx, t, &r)
		if err != nil {
			return errors.Join(err, stop())
		}
		if err := end(); err != nil {
			return errors.Join(err, stop())
		}
		got[i] = append(got[i], r)
	}
	return stop()
}

// serverFolder is in memory where there is such a thing: the operator's disk is not ours, and must not slow our fsync.
func serverFolder(tb testing.TB) (dir string, done func()) {
	tb.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "edokit-bench-*")
	if err != nil {
		return tb.TempDir(), func() {}
	}
	return dir, func() { os.RemoveAll(dir) }
}

func show(b *testing.B, t table) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // of everything together it says nothing
	tables = append(tables, t)
}

// TestMeasures runs every measured process once, with little to do.
func TestMeasures(t *testing.T) {
	t.Parallel()
	all := append(packageTasks(2, 2), documentTasks(t, 1_000_000)...)
	for i, results := range measure(t, 1, all) {
		for _, r := range results {
			if r.Messages != all[i].Count || r.Seconds <= 0 || r.CPU <= 0 || r.Server <= 0 || r.Peak <= 0 {
				t.Errorf("%s: %+v", all[i].Name, r)
			}
		}
	}
}
