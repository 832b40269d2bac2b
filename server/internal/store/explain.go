package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Explain says in French what is the matter with a store that gave err, and what
// to do about it.
func Explain(err error) (cause, advice string) {
	var my *mysql.MySQLError
	if errors.As(err, &my) {
		known := mysqlErrors[my.Number].remedy
		if known.cause == "" {
			known = remedy{"la base refuse", "voyez le journal de MySQL"}
		}
		return fmt.Sprintf("%s (erreur %d : %s)", known.cause, my.Number, my.Message), known.advice
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		known, ok := sqliteAdvice[lite.Code()&0xff]
		if !ok {
			known = remedy{"la base embarquée refuse", "voyez le dossier ETU_DATA"}
		}
		return fmt.Sprintf("%s (%s)", known.cause, lite.Error()), known.advice
	}
	var reply redis.Error
	if errors.As(err, &reply) {
		for _, known := range redisAdvice {
			if redisCode(reply) == known.code {
				return known.cause + " (" + reply.Error() + ")", known.advice
			}
		}
		return "Redis refuse (" + reply.Error() + ")", "voyez le journal de Redis"
	}
	var folder *fs.PathError
	switch {
	case errors.As(err, &folder) && errors.Is(err, syscall.ENOSPC):
		return "disque plein", adviceDisk
	case errors.As(err, &folder):
		return "dossier ETU_DATA inutilisable (" + folder.Err.Error() + ")", "rendez-le accessible en écriture au compte du serveur"
	case errors.Is(err, context.DeadlineExceeded):
		return "pas de réponse à temps", "voyez la charge, le disque et les verrous de ce magasin"
	}
	return err.Error(), "voyez si ce magasin tourne, et le réseau jusqu'à lui"
}

// explained is a failure of a start, with what to do about it.
func explained(name string, err error) error {
	if !isReply(err) {
		return fmt.Errorf("%s : %w", name, err)
	}
	cause, advice := Explain(err)
	return fmt.Errorf("%s : %s ; à faire : %s : %w", name, cause, advice, err)
}

// remedy is a cause and what to do about it.
type remedy struct{ cause, advice string }

var sqliteAdvice = map[int]remedy{
	sqlite3.SQLITE_FULL:     {"disque plein", adviceDisk},
	sqlite3.SQLITE_IOERR:    {"le disque refuse", "voyez l'état et la place du disque de ETU_DATA"},
	sqlite3.SQLITE_READONLY: {"fichier en lecture seule", "rendez ETU_DATA accessible en écriture au compte du serveur"},
	sqlite3.SQLITE_CANTOPEN: {"fichier inaccessible", "rendez ETU_DATA accessible en écriture au compte du serveur"},
	sqlite3.SQLITE_PERM:     {"fichier inaccessible", "rendez ETU_DATA accessible en écriture au compte du serveur"},
	sqlite3.SQLITE_CORRUPT:  {"fichier abîmé", "restaurez la sauvegarde (etuservices-server restore)"},
	sqlite3.SQLITE_NOTADB:   {"fichier abîmé", "restaurez la sauvegarde (etuservices-server restore)"},
	sqlite3.SQLITE_BUSY:     {"fichier tenu par un autre programme", "fermez ce qui a ouvert etuservices.db"},
}

var redisAdvice = []struct {
	code string
	remedy
}{
	{"OOM", remedy{"mémoire de Redis pleine", "augmentez maxmemory (CONFIG SET maxmemory 256mb) ou videz ce qui n'est pas à nous"}},
	{"READONLY", remedy{"ce Redis est une réplique, en lecture seule", "donnez le maître dans ETU_REDIS_URL, ou REPLICAOF NO ONE"}},
	{"MISCONF", remedy{"Redis n'arrive pas à s'enregistrer sur son disque", "faites de la place sur le disque de Redis"}},
	{"NOREPLICAS", remedy{"il manque des répliques à Redis", "rétablissez-les, ou CONFIG SET min-replicas-to-write 0"}},
	{"NOPERM", remedy{"un droit manque au compte Redis", "ACL SETUSER le_compte " + redisRights}},
	{"NOAUTH", remedy{"Redis veut un mot de passe", "donnez-le dans ETU_REDIS_URL"}},
	{"WRONGPASS", remedy{"compte ou mot de passe de Redis refusé", "vérifiez ETU_REDIS_URL"}},
	{"CLUSTERDOWN", remedy{"le Cluster Redis ne sert pas toutes ses clés", "redis-cli --cluster check, puis --cluster fix"}},
	{"MASTERDOWN", remedy{"cette réplique a perdu son maître", "donnez le maître dans ETU_REDIS_URL"}},
	{"LOADING", remedy{"Redis relit son fichier", "attendez qu'il ait fini"}},
	{"BUSY", remedy{"un script occupe Redis", "SCRIPT KILL"}},
	{"UNKILLABLE", remedy{"un script qui a écrit occupe Redis", "attendez qu'il finisse, ou SHUTDOWN NOSAVE : Redis est un cache"}},
	{codeMaxClients, remedy{"Redis n'a plus de connexion libre", "augmentez maxclients, ou arrêtez ce qui tient les connexions"}},
	{"MOVED", remedy{"ce nœud n'a pas ces clés", "nommez le Cluster dans ETU_REDIS_URL (redis://nœud?addr=autre-nœud), puis redis-cli --cluster check"}},
	{"ASK", remedy{"ces clés sont en train de changer de nœud", "attendez la fin du déplacement, ou redis-cli --cluster fix"}},
	{"TRYAGAIN", remedy{"ces clés sont en train de changer de nœud", "attendez la fin du déplacement, ou redis-cli --cluster fix"}},
	{"CROSSSLOT", remedy{"ce Redis est un Cluster", "nommez-le dans ETU_REDIS_URL (redis://nœud?addr=autre-nœud)"}},
	{"NOSCRIPT", remedy{"Redis refuse nos scripts", "voyez le journal de Redis, et ce qui est entre lui et nous"}},
	{codeOther, remedy{"Redis refuse une commande", "voyez le texte : une commande renommée, un Redis d'avant la version 6.2, un mandataire"}},
	{"WRONGTYPE", remedy{"une clé etu:… de Redis n'est pas à nous", "supprimez-la (DEL) : Redis est un cache, il se remplit de nouveau"}},
}
