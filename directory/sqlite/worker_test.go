package sqlite_test

func worker() bool { return false }
