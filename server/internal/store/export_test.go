package store

// Classify is what the wrappers do with every error.
func Classify(err error) error { return classify(err) }

// MaxBatches and Waiting show a test who is where in Together.
func MaxBatches(s *SQL) int {
	if s.Dialect == SQLite {
		return sqliteBatches
	}
	return mysqlBatches
}

// Waiting is how many callers have no transaction yet.
func Waiting(s *SQL) int {
	s.batches.mu.Lock()
	defer s.batches.mu.Unlock()
	return len(s.batches.waiting)
}

// FillRedisBatches keeps all batches of a database busy until it is released.
func FillRedisBatches(db *DB) (release func()) {
	for range redisBatches {
		db.batches.enter()
	}
	return func() {
		for range redisBatches {
			db.batches.next()
		}
	}
}

// Asking is how many callers wait for a round trip.
func Asking(db *DB) int {
	db.batches.mu.Lock()
	defer db.batches.mu.Unlock()
	return len(db.batches.waiting)
}

// ProbedCommands are those that checkRights tries.
func ProbedCommands() map[string]bool {
	all := map[string]bool{}
	for _, c := range redisCommands {
		all[c[0].(string)] = true
	}
	return all
}
