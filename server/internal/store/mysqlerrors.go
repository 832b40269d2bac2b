package store

// MySQL's and MariaDB's error numbers that we act upon.
const (
	myAccessDeniedDB     uint16 = 1044
	myAccessDeniedUser   uint16 = 1045
	myAccessDeniedSocket uint16 = 1698
	myTableAccess        uint16 = 1142
	myColumnAccess       uint16 = 1143
	myPrivilege          uint16 = 1227
	myRoutineAccess      uint16 = 1370
	myMustChangePassword uint16 = 1820
	myPasswordExpired    uint16 = 1862
	myAccountLocked      uint16 = 3118
	mariaAccountLocked   uint16 = 4151

	myUnknownDatabase    uint16 = 1049
	myNoDatabase         uint16 = 1046 // dropped under an open connection
	myNoTable            uint16 = 1146
	myNoColumn           uint16 = 1054
	myFileUnreadable     uint16 = 1016
	myNoFile             uint16 = 1017
	myNotInEngine        uint16 = 1932
	myTablespaceMissing  uint16 = 1812
	myTablespaceGone     uint16 = 1814
	myTableCrashed       uint16 = 1194
	myTableCrashedRepair uint16 = 1195
	myKeyFile            uint16 = 1034
	myNoEngine           uint16 = 1286

	myDuplicate     uint16 = 1062
	myLockWait      uint16 = 1205
	myDeadlock      uint16 = 1213
	myRecordChanged uint16 = 1020 // MariaDB with innodb_snapshot_isolation
	myGroupRollback uint16 = 3101 // MySQL's group replication chose another one
	myGroupHook     uint16 = 3100 // … or has no majority

	myReadOnlyOption  uint16 = 1290
	myReadOnlyTx      uint16 = 1792
	myReadOnlyMode    uint16 = 1836
	myTableReadOnly   uint16 = 1036
	myStatementBinlog uint16 = 1665 // binlog_format=STATEMENT with READ COMMITTED

	myDiskFull         uint16 = 1021
	myTableFull        uint16 = 1114
	myTooManyConns     uint16 = 1040
	myTooManyUserConns uint16 = 1203
	myGaleraNotReady   uint16 = 1047
)

// mysqlForGood lists the answers that waiting does not mend: somebody has to do
// what Explain says. At start they end it.
var mysqlForGood = []uint16{
	myAccessDeniedDB, myAccessDeniedUser, myAccessDeniedSocket, myTableAccess, myColumnAccess, myPrivilege, myRoutineAccess,
	myMustChangePassword, myPasswordExpired, myAccountLocked, mariaAccountLocked,
	myStatementBinlog, myNoEngine, myNoColumn,
}

// mysqlOfConn lists the answers that a new connection may not get: rights on the
// database and some variables are looked at once, when it is opened, and its
// address may lead to another server by now.
var mysqlOfConn = append([]uint16{
	myReadOnlyOption, myReadOnlyTx, myReadOnlyMode, myUnknownDatabase, myNoDatabase, myGaleraNotReady, myGroupHook,
}, mysqlForGood...)

// mysqlUnavailable lists the answers that tell of the store's state, whatever
// was asked: nothing is wrong with the request or with us.
var mysqlUnavailable = unavailableNumbers(mysqlForGood, []uint16{
	myUnknownDatabase, myNoDatabase, myNoTable, // dropped, or not created yet
	myFileUnreadable, myNoFile, myNotInEngine, myTablespaceMissing, myTablespaceGone,
	myTableCrashed, myTableCrashedRepair, myKeyFile,
	myLockWait, myDeadlock, myRecordChanged, myGroupRollback, myGroupHook,
	myReadOnlyOption, myReadOnlyTx, myReadOnlyMode, myTableReadOnly,
	myDiskFull, myTableFull, myTooManyConns, myTooManyUserConns, myGaleraNotReady,
	1026, // error writing a file
	1030, // error of the storage engine
	1037, // out of memory
	1038, // out of sort memory
	1041, // out of resources
	1053, // shutting down
	1129, // host blocked after failed connections
	1130, // host not allowed
	1135, // no thread for a connection
	1158, // network: read error
	1159, // network: read interrupted
	1160, // network: write error
	1161, // network: write interrupted
	1180, // error during COMMIT
	1206, // no room left for locks
	1223, // FLUSH TABLES WITH READ LOCK
	1226, // the account's resource limit
	1317, // query interrupted
	1637, // too many transactions at once
	1878, // error writing a temporary file
	1927, // MariaDB: connection killed
	1969, // MariaDB: statement time exceeded
	3024, // MySQL: statement time exceeded
	3032, // MySQL: offline mode
	3168, // server not available
	4031, // MySQL: disconnected for inactivity
})

func unavailableNumbers(lists ...[]uint16) map[uint16]bool {
	all := map[uint16]bool{}
	for _, list := range lists {
		for _, number := range list {
			all[number] = true
		}
	}
	return all
}
