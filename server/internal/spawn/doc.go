// Package spawn starts private MariaDB and Redis servers, and programs of ours,
// in temporary folders: for package testenv and for the benchmark. On Linux the
// kernel ends them with the process that started them, however that dies;
// CleanUp ends them and removes the folders everywhere.
package spawn
