package main

import (
	"fmt"

	"helm.sh/helm/v3/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// mergeValues lays the values files over each other in their order, then what is set.
func mergeValues(request *Request) (map[string]any, error) {
	values := map[string]any{}
	for _, file := range request.Values {
		more := map[string]any{}
		if err := yaml.Unmarshal(file.data, &more); err != nil {
			return nil, fmt.Errorf("failed to parse %s: %w", file.Name, err)
		}
		values = merge(values, more)
	}
	for _, setting := range request.Set {
		if err := strvals.ParseInto(setting, values); err != nil {
			return nil, fmt.Errorf("failed parsing set %q: %w", setting, err)
		}
	}
	for _, setting := range request.SetString {
		if err := strvals.ParseIntoString(setting, values); err != nil {
			return nil, fmt.Errorf("failed parsing setString %q: %w", setting, err)
		}
	}
	return values, nil
}

// merge gives lower with upper over it: maps are merged, everything else is replaced, also by null.
func merge(lower, upper map[string]any) map[string]any {
	merged := make(map[string]any, len(lower)+len(upper))
	for key, value := range lower {
		merged[key] = value
	}
	for key, value := range upper {
		over, isMap := value.(map[string]any)
		under, wasMap := merged[key].(map[string]any)
		if isMap && wasMap {
			merged[key] = merge(under, over)
		} else {
			merged[key] = value
		}
	}
	return merged
}
