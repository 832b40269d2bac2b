package store

// Lanes and Waiting show a test who is where in Together.
func Lanes(s *SQL) int {
	if s.Dialect == SQLite {
		return sqliteLanes
	}
	return mysqlLanes
}

// Waiting is how many callers have no transaction yet.
func Waiting(s *SQL) int {
	s.lanes.mu.Lock()
	defer s.lanes.mu.Unlock()
	return len(s.lanes.waiting)
}

// FillRedisLanes keeps all lanes of a database busy until it is released.
func FillRedisLanes(db *DB) (release func()) {
	for range redisLanes {
		db.lanes.enter()
	}
	return func() {
		for range redisLanes {
			db.lanes.next()
		}
	}
}

// Asking is how many callers wait for a round trip.
func Asking(db *DB) int {
	db.lanes.mu.Lock()
	defer db.lanes.mu.Unlock()
	return len(db.lanes.waiting)
}

// ProbedCommands are those that checkRights tries.
func ProbedCommands() map[string]bool {
	all := map[string]bool{}
	for _, c := range redisCommands {
		all[c[0].(string)] = true
	}
	return all
}
