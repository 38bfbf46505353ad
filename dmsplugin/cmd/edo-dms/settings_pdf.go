package main

import (
	"strconv"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/worker"
)

const pdfHelp = `PDFs are read and marked, and files that are none printed for our own mark, in processes of their own:
EDOKIT_PDF_WORKERS (2) at once, each with EDOKIT_PDF_TIME (10s) and EDOKIT_PDF_MEMORY (1024) MiB
for one document of at most EDOKIT_PDF_BYTES (64) MiB, EDOKIT_PDF_PAGES (2000) pages, and parts that unpack to EDOKIT_PDF_DECODE (64) MiB.
A printed form above a limit is stored as it came, with a remark.`

// pdfLimits reads what a worker is allowed.
func pdfLimits(getenv func(string) string) (worker.Config, error) {
	var f edo.Faults
	number := func(name string, least, most, unset int) int {
		text := getenv(name)
		if text == "" {
			return unset
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			f = append(f, usage(name, "is no number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most), "leave it out for "+strconv.Itoa(unset)))
		}
		return n
	}
	const mib = 1 << 20
	c := worker.Config{
		Workers:   number("EDOKIT_PDF_WORKERS", 1, 64, 2),
		Memory:    int64(number("EDOKIT_PDF_MEMORY", worker.LeastMemory/mib, 65536, worker.DefaultMemory/mib)) * mib,
		MaxBytes:  int64(number("EDOKIT_PDF_BYTES", 1, 4096, stamping.DefaultMaxBytes/mib)) * mib,
		MaxDecode: int64(number("EDOKIT_PDF_DECODE", 1, 4096, stamping.DefaultMaxDecode/mib)) * mib,
		MaxPages:  number("EDOKIT_PDF_PAGES", 1, 100_000, stamping.DefaultMaxPages),
	}
	if text := getenv("EDOKIT_PDF_TIME"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Millisecond || d > time.Hour {
			f = append(f, usage("EDOKIT_PDF_TIME", "is no duration from a millisecond to an hour", "write it as 10s or 1m"))
		}
		c.Time = d
	}
	return c, f.Err()
}
