package store

import "strings"

// In gives "IN (?, ?, …)" for a list that is not empty, and its arguments.
func In[T any](list []T) (condition string, args []any) {
	args = make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return "IN (" + strings.Repeat(", ?", len(list))[2:] + ")", args
}
