package store

// MySQL's and MariaDB's error numbers that we act upon.
const (
	myAccessDeniedDB     uint16 = 1044
	myAccessDeniedUser   uint16 = 1045
	myAccessDeniedSocket uint16 = 1698
	myUnknownDatabase    uint16 = 1049
	myDuplicate          uint16 = 1062
	myLockWait           uint16 = 1205
	myDeadlock           uint16 = 1213
	myRecordChanged      uint16 = 1020 // MariaDB with innodb_snapshot_isolation
	myReadOnlyOption     uint16 = 1290
	myReadOnlyTx         uint16 = 1792
	myReadOnlyMode       uint16 = 1836
)

// mysqlUnavailable lists the answers that say "not now" rather than "not that".
var mysqlUnavailable = map[uint16]bool{
	myAccessDeniedDB: true, myAccessDeniedUser: true, myAccessDeniedSocket: true,
	myUnknownDatabase: true, // dropped or not created yet
	myLockWait:        true, myDeadlock: true, myRecordChanged: true,
	myReadOnlyOption: true, myReadOnlyTx: true, myReadOnlyMode: true,
	1021: true, // disk full
	1026: true, // error writing a file
	1030: true, // error of the storage engine
	1037: true, // out of memory
	1038: true, // out of sort memory
	1040: true, // too many connections
	1041: true, // out of resources
	1047: true, // a Galera node that is not ready
	1053: true, // shutting down
	1114: true, // table full
	1129: true, // host blocked after failed connections
	1158: true, // network: read error
	1159: true, // network: read interrupted
	1160: true, // network: write error
	1161: true, // network: write interrupted
	1180: true, // error during COMMIT
	1203: true, // too many connections of this account
	1226: true, // the account's resource limit
	1317: true, // query interrupted
	1927: true, // MariaDB: connection killed
	1969: true, // MariaDB: statement time exceeded
	3024: true, // MySQL: statement time exceeded
	3168: true, // server not available
	4031: true, // MySQL: disconnected for inactivity
}
