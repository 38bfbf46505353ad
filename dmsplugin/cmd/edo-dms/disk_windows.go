package main

import "golang.org/x/sys/windows"

// freeSpace is what this user may still write.
func freeSpace(path string) (space, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return space{}, err
	}
	var s space
	err = windows.GetDiskFreeSpaceEx(name, &s.free, &s.total, nil)
	return s, err
}
