package live

import (
	"testing"

	"etuservices/server/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }
