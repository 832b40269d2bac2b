package store

import (
	"errors"

	"github.com/go-sql-driver/mysql"
)

// lasting is how long MySQL goes on giving an answer.
type lasting uint8

const (
	passing lasting = iota
	// whileConnected is an answer that a new connection may not get: rights on the
	// database and some variables are looked at once, when it is opened, and its address
	// may lead to another server by now.
	whileConnected
	// forGood is an answer that waiting does not mend: somebody has to do what Explain
	// says. At start it ends the program. A new connection may not get it either.
	forGood
)

// mysqlError is what an error number of MySQL or MariaDB says of the store.
type mysqlError struct {
	lasts  lasting
	remedy // zero: what Explain says of all others
}

// mysqlLasts is how long the answer of MySQL that err holds lasts.
func mysqlLasts(err error) lasting {
	var my *mysql.MySQLError
	if !errors.As(err, &my) {
		return passing
	}
	return mysqlErrors[my.Number].lasts
}

// Numbers that are acted upon by name.
const (
	myUnknownDatabase uint16 = 1049
	myTableExists     uint16 = 1050
	myDuplicate       uint16 = 1062
	myLockWait        uint16 = 1205
	myDeadlock        uint16 = 1213
	myRecordChanged   uint16 = 1020 // MariaDB with innodb_snapshot_isolation
	myGroupRollback   uint16 = 3101 // MySQL's group replication chose another one
	myReadOnlyOption  uint16 = 1290
	myReadOnlyTx      uint16 = 1792
	myReadOnlyMode    uint16 = 1836
	myGaleraNotReady  uint16 = 1047 // this node lost the others
	myConnKilled      uint16 = 1927 // MariaDB
)

const (
	adviceDisk     = "faites de la place sur le disque"
	adviceReadOnly = "SET GLOBAL read_only = 0 sur ce serveur, ou donnez dans ETU_MYSQL_DSN celui qui écrit"
	adviceGrant    = "GRANT ALL PRIVILEGES ON la_base.* TO le_compte"
	adviceTable    = "restaurez la sauvegarde (voir server/docs/exploiter.md) ; une base recréée vide reçoit ses tables au démarrage du serveur"
	adviceRepair   = "voyez le journal de MySQL, réparez la table ou restaurez la sauvegarde"
	adviceAccount  = "vérifiez le compte et le mot de passe de ETU_MYSQL_DSN"
	adviceUnlock   = "ALTER USER le_compte ACCOUNT UNLOCK"
	adviceConns    = "augmentez max_connections, ou arrêtez ce qui tient les connexions"
	adviceBinlog   = "SET GLOBAL binlog_format = 'ROW' (et binlog_format=ROW dans my.cnf), puis redémarrez le serveur"
	adviceQuorum   = "rétablissez le lien entre les nœuds du groupe, ou donnez un nœud qui en fait partie"
)

// mysqlErrors are the answers that tell of the store's state, whatever was asked:
// nothing is wrong with the request or with us.
var mysqlErrors = map[uint16]mysqlError{
	1044: {forGood, remedy{"le compte n'a aucun droit sur la base", adviceGrant}},
	1142: {forGood, remedy{"un droit manque au compte", adviceGrant}}, // on a table
	1143: {forGood, remedy{"un droit manque au compte", adviceGrant}}, // on a column
	1227: {forGood, remedy{"un droit manque au compte", adviceGrant}}, // a global privilege
	1370: {forGood, remedy{"un droit manque au compte", adviceGrant}}, // on a routine
	1045: {forGood, remedy{"compte ou mot de passe refusé", adviceAccount}},
	1698: {forGood, remedy{"compte ou mot de passe refusé", adviceAccount}}, // over a socket
	1820: {forGood, remedy{"le mot de passe du compte est à changer", adviceAccount}},
	1862: {forGood, remedy{"le mot de passe du compte a expiré", adviceAccount}},
	3118: {forGood, remedy{"le compte est verrouillé", adviceUnlock}},
	4151: {forGood, remedy{"le compte est verrouillé", adviceUnlock}}, // MariaDB
	1665: {forGood, remedy{"le journal binaire par instructions (binlog_format=STATEMENT) refuse toute écriture en READ COMMITTED", adviceBinlog}},
	1286: {forGood, remedy{"InnoDB est absent", "ouvrez MySQL avec InnoDB"}},
	1054: {forGood, remedy{"une colonne manque", adviceTable}},

	myReadOnlyOption:  {whileConnected, remedy{"MySQL est en lecture seule", adviceReadOnly}},
	myReadOnlyTx:      {whileConnected, remedy{"MySQL est en lecture seule", adviceReadOnly}},
	myReadOnlyMode:    {whileConnected, remedy{"MySQL est en lecture seule", adviceReadOnly}},
	myUnknownDatabase: {whileConnected, remedy{"la base n'existe pas", adviceTable}},
	myGaleraNotReady:  {whileConnected, remedy{"ce nœud est coupé des autres", adviceQuorum}},

	1046: {whileConnected, remedy{"la base n'existe plus", adviceTable}},            // dropped under an open connection
	3100: {whileConnected, remedy{"le groupe de réplication refuse", adviceQuorum}}, // it has no majority

	myGroupRollback: {remedy: remedy{"le groupe de réplication refuse", adviceQuorum}},
	myLockWait:      {},
	myDeadlock:      {},
	myRecordChanged: {},
	myConnKilled:    {},

	1036: {remedy: remedy{"une table est en lecture seule", adviceReadOnly}},
	1146: {remedy: remedy{"une table manque", adviceTable}},
	1016: {remedy: remedy{"une table est illisible", adviceRepair}}, // a file cannot be opened
	1017: {remedy: remedy{"une table est illisible", adviceRepair}}, // no file
	1932: {remedy: remedy{"une table est illisible", adviceRepair}}, // not in the engine
	1812: {remedy: remedy{"une table est illisible", adviceRepair}}, // no tablespace
	1814: {remedy: remedy{"une table est illisible", adviceRepair}}, // tablespace discarded
	1194: {remedy: remedy{"une table est abîmée", adviceRepair}},
	1195: {remedy: remedy{"une table est abîmée", adviceRepair}}, // its repair failed
	1034: {remedy: remedy{"une table est abîmée", adviceRepair}}, // its key file
	1021: {remedy: remedy{"disque plein", adviceDisk}},
	1114: {remedy: remedy{"disque plein", adviceDisk}}, // table full
	1040: {remedy: remedy{"plus aucune connexion libre", adviceConns}},
	1203: {remedy: remedy{"plus aucune connexion libre pour ce compte", adviceConns}},
	1026: {}, // error writing a file
	1030: {}, // error of the storage engine
	1037: {}, // out of memory
	1038: {}, // out of sort memory
	1041: {}, // out of resources
	1053: {}, // shutting down
	1129: {}, // host blocked after failed connections
	1130: {}, // host not allowed
	1135: {}, // no thread for a connection
	1158: {}, // network: read error
	1159: {}, // network: read interrupted
	1160: {}, // network: write error
	1161: {}, // network: write interrupted
	1180: {}, // error during COMMIT
	1206: {}, // no room left for locks
	1223: {}, // FLUSH TABLES WITH READ LOCK
	1226: {}, // the account's resource limit
	1317: {}, // query interrupted
	1637: {}, // too many transactions at once
	1878: {}, // error writing a temporary file
	1969: {}, // MariaDB: statement time exceeded
	3024: {}, // MySQL: statement time exceeded
	3032: {}, // MySQL: offline mode
	3168: {}, // server not available
	4031: {}, // MySQL: disconnected for inactivity
}
