package spawn

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

//go:embed clock.txt
var clockSource []byte

// OwnClock gives a Redis that is not running a clock that MoveClock moves
// (Linux). It needs a C compiler, as the race detector does. Errors: ErrMissing.
func (s *Redis) OwnClock(dir string) error {
	cc, err := find("cc")
	if err != nil {
		return err
	}
	source, library := filepath.Join(dir, "clock.c"), filepath.Join(dir, "clock.so")
	if err := os.WriteFile(source, clockSource, 0o600); err != nil {
		return err
	}
	if err := runToEnd(cc, "-shared", "-fPIC", "-O2", "-o", library, source); err != nil {
		return err
	}
	s.clock = filepath.Join(dir, "clock")
	s.env = append(os.Environ(), "CLOCK_FILE="+s.clock, "LD_PRELOAD="+library)
	return s.MoveClock(0)
}

// MoveClock makes the clock of a Redis differ by d from this machine's, also
// after its next start.
func (s *Redis) MoveClock(d time.Duration) error {
	if s.clock == "" {
		return fmt.Errorf("%s has no clock of its own", s.name())
	}
	f, err := os.OpenFile(s.clock, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(binary.NativeEndian.AppendUint64(nil, uint64(d.Milliseconds())), 0)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
