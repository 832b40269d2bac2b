package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Instant is a moment in UTC, to the millisecond: what a DATETIME(3) holds.
// The zero value is NULL in SQL.
type Instant struct{ time.Time }

// sqlLayout sorts as text like the moments it stands for, in both engines.
const sqlLayout = "2006-01-02 15:04:05.000"

// At is t cut to the millisecond, never rounded up: nothing lies in the future.
func At(t time.Time) Instant {
	if t.IsZero() {
		return Instant{}
	}
	return Instant{t.UTC().Truncate(time.Millisecond)}
}

// AtMilli is the moment ms milliseconds after 1970-01-01 UTC, Redis's way.
func AtMilli(ms int64) Instant { return Instant{time.UnixMilli(ms).UTC()} }

// Milli is the number of milliseconds since 1970-01-01 UTC.
func (i Instant) Milli() int64 { return i.UnixMilli() }

// Value gives "2006-01-02 15:04:05.000", or NULL for the zero value.
func (i Instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.UTC().Format(sqlLayout), nil
}

// Scan reads text, a time.Time, or NULL as the zero value.
func (i *Instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = Instant{}
		return nil
	case time.Time:
		*i = At(v)
		return nil
	case []byte:
		return i.parse(string(v))
	case string:
		return i.parse(v)
	}
	return fmt.Errorf("instant: cannot read a %T", src)
}

func (i *Instant) parse(s string) error {
	t, err := time.Parse(time.DateTime, s) // takes any fraction after the seconds
	if err != nil {
		return fmt.Errorf("instant: %w", err)
	}
	*i = At(t)
	return nil
}
