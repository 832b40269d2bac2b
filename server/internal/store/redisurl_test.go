package store

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestRedisURLForms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		url     string
		cluster bool
		db0     int
	}{
		{"redis://127.0.0.1:6379", false, 0},
		{"rediss://u:p@redis.example:6380/4", false, 4},
		{"unix:///run/redis.sock?db=2", false, 2},
		{"redis://h1:6379?addr=h2:6379&addr=h3:6379", true, 0},
		{"redis://s1:26379/3?master_name=etu&addr=s2:26379", false, 3},
	} {
		r, err := openRedis(tc.url)
		if err != nil {
			t.Errorf("%s: %v", tc.url, err)
			continue
		}
		if r.Cluster != tc.cluster || (r.DB0 == r.DB1) != tc.cluster {
			t.Errorf("%s: cluster %v, same client %v", tc.url, r.Cluster, r.DB0 == r.DB1)
		}
		if !tc.cluster {
			o0, o1 := r.DB0.UniversalClient.(*redis.Client).Options(), r.DB1.UniversalClient.(*redis.Client).Options()
			if o0.DB != tc.db0 || o1.DB != tc.db0+1 {
				t.Errorf("%s: databases %d and %d", tc.url, o0.DB, o1.DB)
			}
			if o0.MaxRetries != 0 || o0.ReadTimeout != RedisTimeout || !o0.DisableIdentity {
				t.Errorf("%s: options are not forced: %+v", tc.url, o0)
			}
		}
		if err := r.close(); err != nil {
			t.Error(err)
		}
	}
}

func TestBadRedisURLKeepsItsSecret(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"redis://:s3cret#@h:6379", "redis://:s3cret@h:port", "http://:s3cret@h", "redis://:s3cret@h/x", "redis://:s3cret@h?nonsense=1", "redis://:s3cret@h?db=-1", "redis://:s3cret@h/-1", "unix:///x?db=-1", "redis://:s3cret@h?master_name=etu&db=-1", "redis://:s3cret%zz@h"} {
		r, err := openRedis(url)
		if err == nil {
			_ = r.close()
			t.Errorf("%s is taken", url)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
