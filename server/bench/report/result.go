// Package report turns measures into ratios and tables, keeps them, and says
// which fell behind.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"etuservices/server/bench/load"
)

// Result is a whole run.
type Result struct {
	Machine Machine       `json:"machine"`
	Conns   int           `json:"connexions"`
	Time    time.Duration `json:"duree_ns"`
	Rounds  int           `json:"tours"`
	Rows    []Row         `json:"mesures"`
	Allocs  []Alloc       `json:"allocations,omitempty"`
	Figures []Figure      `json:"autres,omitempty"`
}

// Machine is where it was taken, in general terms.
type Machine struct {
	Date          string `json:"date"`
	Cores         int    `json:"coeurs"`
	MemoryGiB     int    `json:"memoire_gio,omitempty"`
	System        string `json:"systeme"`
	Go            string `json:"go"`
	MariaDB       string `json:"mariadb"`
	Redis         string `json:"redis"`
	FlushAtCommit int    `json:"innodb_flush_log_at_trx_commit"`
	SyncMicros    int64  `json:"fsync_us"`
	// Load is how many processes wanted a core before the run (the last minute's
	// average): far above 0, others were at work and the ratios wander.
	Load float64 `json:"charge,omitempty"`
}

// Row is one measure.
type Row struct {
	Name   string  `json:"nom"`
	Wanted float64 `json:"voulu,omitempty"`
	Rounds []Round `json:"tours"`
}

// Round is a turn of each side.
type Round struct {
	Server load.Summary  `json:"serveur"`
	Bare   *load.Summary `json:"nu,omitempty"`
}

// Alloc is the number of allocations of one request, at most Limit above the
// bare driver's.
type Alloc struct {
	Name   string  `json:"nom"`
	Server float64 `json:"serveur"`
	Bare   float64 `json:"nu"`
	Limit  float64 `json:"permis_en_plus"`
}

// Ratio is the server's rate beside the bare driver's, 0 where there is none.
func (r Round) Ratio() float64 {
	if r.Bare == nil || r.Bare.Rate == 0 {
		return 0
	}
	return r.Server.Rate / r.Bare.Rate
}

func (r Round) String() string {
	if r.Bare == nil {
		return fmt.Sprintf("%.0f/s", r.Server.Rate)
	}
	return fmt.Sprintf("%.0f/s, nu %.0f/s, rapport %.2f", r.Server.Rate, r.Bare.Rate, r.Ratio())
}

// Ratio gives the median of the rounds' ratios and their extremes: what slows
// one round down on a shared machine moves no median.
func (r Row) Ratio() (median, lowest, highest float64) {
	return spread(r.Rounds, Round.Ratio)
}

// median of a figure over the rounds, and its extremes.
func spread(rounds []Round, figure func(Round) float64) (median, lowest, highest float64) {
	if len(rounds) == 0 {
		return 0, 0, 0
	}
	all := make([]float64, len(rounds))
	for i, r := range rounds {
		all[i] = figure(r)
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2, all[0], all[n-1]
}

// WriteJSON and ReadJSON keep a result.
func WriteJSON(w io.Writer, r Result) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// ReadJSON reads what WriteJSON wrote.
func ReadJSON(r io.Reader) (result Result, err error) {
	return result, json.NewDecoder(r).Decode(&result)
}
