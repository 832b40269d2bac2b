// Package testenv starts the real stores for tests: MariaDB and Redis, private,
// in temporary folders, and the embedded ones. Everything stops and disappears
// with the test binary. Only tests import it.
//
//	func TestMain(m *testing.M) { testenv.Main(m) }
//
//	func TestSale(t *testing.T) {
//		testenv.Each(t, func(t *testing.T, e *testenv.Env) {
//			stores := e.Open(t)
//			…
//		})
//	}
package testenv
