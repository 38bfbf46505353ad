package layout

import (
	"fmt"
	"slices"
	"strings"
)

// linkable are the modules of others that the words and a driver may bring into a program, with all their packages.
func linkable() []string {
	return []string{
		"github.com/beevik/etree",
		"github.com/segmentio/asm",
		"golang.org/x/sys", // asm asks it what the processor can do
		"golang.org/x/text",
	}
}

// checkLinked judges the packages that `go list -deps` names.
func checkLinked(packages []string) []string {
	var faults []string
	for _, name := range packages {
		first, _, _ := strings.Cut(name, "/")
		light := !strings.Contains(first, ".") && !slices.Contains(guarded(), name)
		light = light || name == module+"/edo" || strings.HasPrefix(name, module+"/edo/")
		light = light || slices.ContainsFunc(linkable(), func(module string) bool {
			return name == module || strings.HasPrefix(name, module+"/")
		})
		if !light {
			faults = append(faults, fmt.Sprintf("a program with only edo and a driver would link %s", name))
		}
	}
	return faults
}
