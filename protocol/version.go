package protocol

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// BuildVersion describes the binary that calls it: its version, the commit it was
// built from, the version of the protocol, and Go's.
func BuildVersion() string {
	number, revision := "devel", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			number = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return fmt.Sprintf("%s%s proto=%d %s", number, revision, Version, runtime.Version())
}
