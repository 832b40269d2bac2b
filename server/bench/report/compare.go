package report

import (
	"fmt"
	"io"
)

// tolerance is how far a ratio may fall below the kept one (issue 5): less
// would be noise.
const tolerance = 0.20

// Compare says which measures of now fell behind kept, ratio by ratio, and how
// many. What only one of them has is not compared.
func Compare(w io.Writer, kept, now Result) (worse int) {
	before := make(map[string]Row, len(kept.Rows))
	for _, r := range kept.Rows {
		before[r.Name] = r
	}
	for _, r := range now.Rows {
		old, ok := before[r.Name]
		if !ok {
			continue
		}
		was, _, _ := old.Ratio()
		is, _, _ := r.Ratio()
		if was > 0 && is < was*(1-tolerance) {
			worse++
			fmt.Fprintf(w, "%s : rapport %.2f, il était de %.2f\n", r.Name, is, was)
		}
	}
	counts := make(map[string]Alloc, len(kept.Allocs))
	for _, a := range kept.Allocs {
		counts[a.Name] = a
	}
	for _, a := range now.Allocs {
		old, ok := counts[a.Name]
		// Half an allocation is what a pool that grows costs one request.
		if ok && a.Server-a.Bare > (old.Server-old.Bare)*(1+tolerance)+0.5 {
			worse++
			fmt.Fprintf(w, "%s : %.1f allocations de plus que le pilote nu, il y en avait %.1f\n",
				a.Name, a.Server-a.Bare, old.Server-old.Bare)
		}
	}
	if worse == 0 {
		fmt.Fprintln(w, "Rien n'est plus lent que la mesure gardée.")
	}
	return worse
}
