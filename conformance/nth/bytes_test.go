package nth_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

// A run of base64 that is longer than this is content of a document or of a signature; anything shorter is an id.
const contentRun = 256

// places inside all content together.
const contentPlaces = 64

// spread are the places of a stream of bytes: all that are not inside content, and some that are.
func spread(stream []byte) (outside, inside []int64) {
	start := 0
	flush := func(end int) {
		for i := start; i < end; i++ {
			if end-start > contentRun && i > start && i < end-1 {
				inside = append(inside, int64(i))
			} else {
				outside = append(outside, int64(i))
			}
		}
	}
	for i, c := range stream {
		if !bytes.ContainsRune([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="), rune(c)) {
			flush(i)
			outside = append(outside, int64(i))
			start = i + 1
		}
	}
	flush(len(stream))
	return outside, thin(inside, contentPlaces)
}

// thin leaves n of the places, evenly.
func thin(all []int64, n int) []int64 {
	if len(all) <= n {
		return all
	}
	var some []int64
	for i := range n {
		some = append(some, all[i*len(all)/n])
	}
	return some
}

// structural are the places where something begins or ends: a message, its head, its body, an element in the middle.
func structural(stream []byte) []int64 {
	var all []int64
	for _, mark := range []string{"HTTP/1.1 ", "POST ", "\r\n\r\n", "<s:Body>", "</s:Envelope>"} {
		for at := 0; ; {
			i := bytes.Index(stream[at:], []byte(mark))
			if i < 0 {
				break
			}
			all = append(all, int64(at+i), int64(at+i+len(mark)-1), int64(at+i+len(mark)))
			at += i + len(mark)
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(i int64) bool { return i >= int64(len(stream)) })
}

// record makes a calm run and gives what went over the line.
func record(t *testing.T) (requests, answers []byte) {
	t.Helper()
	s := newStand(t, calm())
	s.run()
	s.judge()
	s.close()
	return s.line.requests, s.line.answers
}

// cut cuts the line at each of the places, once in a run.
func cut(t *testing.T, way string, places []int64) {
	t.Helper()
	began, reached := time.Now(), make([]int, workers)
	t.Run(way, func(t *testing.T) {
		t.Parallel()
		t.Cleanup(func() {
			t.Logf("%d places, %v of them reached, %s", len(places), reached, time.Since(began).Round(time.Millisecond))
		})
		for w := range workers {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				for i := w; i < len(places) && !t.Failed(); i += workers {
					f := calm()
					if way == "answers" {
						f.answer = places[i]
					} else {
						f.request = places[i]
					}
					s := newStand(t, f)
					s.run()
					s.judge()
					s.close()
					if s.line.wasCut() {
						reached[w]++
					}
					if t.Failed() {
						t.Logf("the line was cut before byte %d of the %s", places[i], way)
					}
				}
			})
		}
	})
}

// TestNthByte cuts the line where messages, heads and bodies begin and end, and at some places between.
func TestNthByte(t *testing.T) {
	t.Parallel()
	requests, answers := record(t)
	random := rand.New(rand.NewPCG(1, 2))
	some := func(stream []byte, n int) []int64 {
		outside, inside := spread(stream)
		places := append(thin(structural(stream), n), thin(inside, n/8)...)
		for range n / 4 {
			places = append(places, outside[random.IntN(len(outside))])
		}
		return places
	}
	cut(t, "answers", some(answers, 16))
	cut(t, "requests", some(requests, 10))
}

// TestSoakNthByte cuts it before every byte of the answers outside of content and at 64 places inside, and before every
// eighth byte of the requests. It runs when EDOKIT_SOAK is set.
func TestSoakNthByte(t *testing.T) {
	t.Parallel()
	if os.Getenv("EDOKIT_SOAK") == "" {
		return // the long form only; the short one is a test of its own beside it
	}
	requests, answers := record(t)
	outside, inside := spread(answers)
	cut(t, "answers", append(outside, inside...))
	outside, inside = spread(requests)
	cut(t, "requests", append(thin(outside, len(outside)/8), inside...))
}
