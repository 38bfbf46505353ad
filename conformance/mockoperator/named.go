package mockoperator

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed scenarios/*.yaml
var scenarioFiles embed.FS

const scenarioFolder, scenarioSuffix = "scenarios", ".yaml"

// ScenarioNames lists the scenarios that come with this package, sorted: faults that were seen in the field, one each.
func ScenarioNames() []string {
	files, err := scenarioFiles.ReadDir(scenarioFolder)
	if err != nil {
		return nil // the folder is embedded, so this cannot happen
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), scenarioSuffix))
	}
	slices.Sort(names) // of files, those with a longer name come first
	return names
}

// NamedScenario is the scenario of a name from [ScenarioNames]. An unknown name is an error that lists them.
func NamedScenario(name string) (Scenario, error) {
	text, err := scenarioFiles.ReadFile(path.Join(scenarioFolder, name+scenarioSuffix))
	if err != nil {
		return Scenario{}, fmt.Errorf("mockoperator: no scenario %q; there are %s", name, strings.Join(ScenarioNames(), ", "))
	}
	s, err := ParseScenario(text)
	if err != nil {
		return Scenario{}, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}
