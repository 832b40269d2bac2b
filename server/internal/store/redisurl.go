package store

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/redis/go-redis/v9"
)

// errRedisURL keeps url.Parse's own error out, which quotes the password.
var errRedisURL = errors.New("ETU_REDIS_URL n'est pas une URL (redis://hôte:6379) ; un caractère spécial du mot de passe s'y écrit %XX")

// openRedis makes the clients that a URL asks for; nothing is connected yet.
// redis://, rediss:// or unix:// is one server, "?addr=host:port" (repeatable)
// names more hosts of a Cluster, "?master_name=" is Sentinel.
func openRedis(rawURL string) (*Redis, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errRedisURL
	}
	var r *Redis
	query := u.Query()
	switch {
	case query.Has("master_name"):
		var o *redis.FailoverOptions
		if o, err = redis.ParseFailoverURL(rawURL); err == nil {
			r = newFailover(o)
		}
	case query.Has("addr"):
		var o *redis.ClusterOptions
		if o, err = redis.ParseClusterURL(rawURL); err == nil {
			r = newCluster(o)
		}
	default:
		var o *redis.Options
		if o, err = redis.ParseURL(rawURL); err == nil {
			r = newSingle(o)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("ETU_REDIS_URL : il faut redis://, rediss:// ou unix://, un hôte, un port et une base : %w", err)
	}
	if r.number < 0 {
		return nil, errors.Join(fmt.Errorf("ETU_REDIS_URL : il n'y a pas de base %d", r.number), r.close())
	}
	return r, nil
}
