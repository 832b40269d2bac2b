package docs

import (
	"bufio"
	"database/sql"
	"fmt"
	"net"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/testenv"
)

// maximum is the quota that all algorithms are given.
const maximum = 10

// An algorithm admits a call or not. Each runs in Redis, as a script that is told the
// moment (ARGV: now and the window in ms, the maximum), so that a window takes no time.
type algorithm struct{ name, keeps, script string }

var algorithms = []algorithm{
	{"fenêtre fixe, depuis le premier appel", "un compteur : `INCR`, `EXPIRE`", `
		-- The life of the counter is kept in it, since time is told and does not pass.
		local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
		if now >= tonumber(redis.call('HGET', KEYS[1], 'fin') or '0') then
			redis.call('DEL', KEYS[1])
			redis.call('HSET', KEYS[1], 'fin', now + window)
		end
		return redis.call('HINCRBY', KEYS[1], 'n', 1) <= tonumber(ARGV[3]) and 1 or 0`},
	{"fenêtre fixe, alignée sur l'horloge", "un compteur par tranche", `
		local slice = math.floor(tonumber(ARGV[1]) / tonumber(ARGV[2]))
		return redis.call('INCR', KEYS[1] .. ':' .. slice) <= tonumber(ARGV[3]) and 1 or 0`},
	{"deux tranches pondérées", "deux compteurs", `
		local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
		local slice = math.floor(now / window)
		local before = tonumber(redis.call('GET', KEYS[1] .. ':' .. (slice - 1)) or '0')
		local current = tonumber(redis.call('GET', KEYS[1] .. ':' .. slice) or '0')
		if before * (1 - now % window / window) + current + 1 > tonumber(ARGV[3]) then return 0 end
		redis.call('INCR', KEYS[1] .. ':' .. slice)
		return 1`},
	{"seau à jetons", "un nombre et un instant", `
		local now, window, max = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
		local bucket = redis.call('HMGET', KEYS[1], 'jetons', 'instant')
		local tokens, at = tonumber(bucket[1] or max), tonumber(bucket[2] or now)
		tokens = math.min(max, tokens + (now - at) * max / window)
		local passes = tokens >= 1
		if passes then tokens = tokens - 1 end
		redis.call('HSET', KEYS[1], 'jetons', string.format('%.6f', tokens), 'instant', now)
		return passes and 1 or 0`},
}

// sliding is what EtuServices does; it is measured from outside.
const sliding = "**fenêtre glissante (EtuServices)**"

// schedule is when a user calls who knows where the border is, in thousandths of a
// window: once at the start, nine times just before the border, and then every 20
// until the end of the second window.
func schedule() (at []int64) {
	at = []int64{0}
	for i := range int64(maximum - 1) {
		at = append(at, 950+i)
	}
	for t := int64(1000); t < 2000; t += 20 {
		at = append(at, t)
	}
	return at
}

// most is the largest number of moments (ms, ascending) in one window.
func most(moments []int64, window time.Duration) (n int) {
	for i, from := range moments {
		end, _ := slices.BinarySearch(moments, from+window.Milliseconds())
		n = max(n, end-i)
	}
	return n
}

// measured gives the moments at which an algorithm let the schedule's calls pass, and
// the bytes that Redis then uses for the user.
func measured(t *testing.T, db *redis.Client, a algorithm, window time.Duration) (passed []int64, bytes int64) {
	t.Helper()
	const start = 1_000_000 // windows after the epoch: a border of the clock's
	must(t, db.FlushAll(t.Context()).Err())
	script := redis.NewScript(a.script)
	for _, at := range schedule() {
		now := start*window.Milliseconds() + at*window.Milliseconds()/1000
		ok, err := script.Run(t.Context(), db, []string{"{alice}"}, now, window.Milliseconds(), maximum).Int()
		must(t, err)
		if ok == 1 {
			passed = append(passed, now)
		}
	}
	return passed, memory(t, db, "{alice}*")
}

// memory is what Redis uses for the keys of a pattern.
func memory(t *testing.T, db *redis.Client, pattern string) (bytes int64) {
	t.Helper()
	keys, err := db.Keys(t.Context(), pattern).Result()
	must(t, err)
	for _, key := range keys {
		n, err := db.MemoryUsage(t.Context(), key).Result()
		must(t, err)
		bytes += n
	}
	return bytes
}

// measuredServer is measured for EtuServices: a whole server and the calls over TCP; the
// ledger in MySQL says when they passed.
func measuredServer(t *testing.T, window time.Duration) (passed []int64, bytes int64) {
	t.Helper()
	env := testenv.Real(t)
	at := onStores(t, env.MySQLDSN, env.RedisURL, "ETU_QUOTA_WINDOW="+window.String())
	conn, err := net.Dial("tcp", at.addr)
	must(t, err)
	defer func() { _ = conn.Close() }()
	lines := bufio.NewScanner(conn)
	ask := func(line string) {
		_, err := fmt.Fprintf(conn, "%s\r\n", line)
		must(t, err)
		if !lines.Scan() {
			t.Fatalf("%s: no reply: %v", line, lines.Err())
		}
	}
	lines.Scan() // the greeting
	ask("INSCRIPTION alice alice@univ.fr Alice Martin cheval de bois")
	ask("AUTH alice cheval de bois")
	began := time.Now()
	for _, at := range schedule() {
		time.Sleep(time.Until(began.Add(time.Duration(at) * window / 1000))) // the schedule's, not a wait for something
		ask("VENTE livre 4.50 Réseaux")
	}
	bytes = memory(t, env.Redis().Client(t, 0), "etu:{alice}:services*")
	db, err := sql.Open("mysql", env.MySQLDSN)
	must(t, err)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), `SELECT ROUND(UNIX_TIMESTAMP(instant) * 1000) FROM appels ORDER BY instant`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var ms int64
		must(t, rows.Scan(&ms))
		passed = append(passed, ms)
	}
	must(t, rows.Err())
	return passed, bytes
}

// bytesOf are the figures that depend on the version of Redis.
var bytesOf = regexp.MustCompile(`\d+ o \|`)

// TestReport measures the algorithms side by side, and compares with what the report says.
// `make rapport` writes it.
func TestReport(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles both programs")
	}
	t.Parallel()
	window := 10 * time.Minute
	db := testenv.Real(t).Redis().Client(t, 0)
	want := []string{
		"| algorithme | ce que Redis garde | **le plus d'appels en une fenêtre** | mémoire |",
		"|---|---|--:|--:|",
	}
	row := func(name, keeps string, passed []int64, window time.Duration, bytes int64) {
		want = append(want, fmt.Sprintf("| %s | %s | **%d** | %d o |", name, keeps, most(passed, window), bytes))
	}
	for _, a := range algorithms {
		passed, bytes := measured(t, db, a, window)
		row(a.name, a.keeps, passed, window, bytes)
		if n := most(passed, window); n <= maximum {
			t.Errorf("%s: %d calls in one window: the report says that it lets more than %d pass", a.name, n, maximum)
		}
	}
	const short = 3 * time.Second // of real time
	passed, bytes := measuredServer(t, short)
	row(sliding, "un ensemble trié, un instant par appel", passed, short, bytes)
	if n := most(passed, short); n != maximum {
		t.Errorf("EtuServices: %d calls in one window, not %d", n, maximum)
	}
	readPage(t, "server/docs/RAPPORT.md").keep(t, "<!-- mesures", "<!-- fin des mesures", want, func(a, b string) bool {
		return bytesOf.ReplaceAllString(a, "|") == bytesOf.ReplaceAllString(b, "|")
	})
}
