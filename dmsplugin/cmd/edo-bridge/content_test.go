package main

import (
	"bytes"
	"crypto/sha256"
	"io"
	"testing"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// TestPassNeverMakesAWhole: bytes that are not those of the trailer, and a stream without one, lack their last byte.
func TestPassNeverMakesAWhole(t *testing.T) {
	t.Parallel()
	chunk := func(s string) *dmspb.ContentResponse {
		return &dmspb.ContentResponse{Part: &dmspb.ContentResponse_Chunk{Chunk: &dmspb.Chunk{Data: []byte(s)}}}
	}
	end := func(of string) *dmspb.ContentResponse {
		sum := sha256.Sum256([]byte(of))
		return &dmspb.ContentResponse{Part: &dmspb.ContentResponse_End{End: &dmspb.ContentEnd{Sha256: sum[:]}}}
	}
	for name, tc := range map[string]struct {
		parts []*dmspb.ContentResponse
		want  string
		ok    bool
	}{
		"whole":         {[]*dmspb.ContentResponse{chunk("ab"), chunk("c"), end("abc")}, "abc", true},
		"other bytes":   {[]*dmspb.ContentResponse{chunk("ab"), chunk("d"), end("abc")}, "ab", false},
		"cut off":       {[]*dmspb.ContentResponse{chunk("ab"), chunk("c")}, "ab", false},
		"neither, nor":  {[]*dmspb.ContentResponse{chunk("abc"), {}, end("abc")}, "ab", false},
		"an empty part": {[]*dmspb.ContentResponse{chunk("abc"), chunk(""), end("abc")}, "ab", false},
	} {
		var got bytes.Buffer
		err := pass(&got, func() (*dmspb.ContentResponse, error) {
			if len(tc.parts) == 0 {
				return nil, io.EOF
			}
			part := tc.parts[0]
			tc.parts = tc.parts[1:]
			return part, nil
		})
		if got.String() != tc.want || (err == nil) != tc.ok {
			t.Errorf("%s: %q, %v", name, got.String(), err)
		}
	}
}
