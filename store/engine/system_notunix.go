//go:build !unix

package engine

import (
	"io/fs"
	"os"
	"syscall"
)

// There is no library for this system: Child says so before any of this matters. It is here so that Baton builds and can use a server.

const parentDied = syscall.SIGTERM

var groupSignals = []os.Signal{os.Interrupt}

func tryLock(*os.File) error                  { return nil }
func ownedByUser(fs.FileInfo) bool            { return true }
func privateFiles() (undo func())             { return func() {} }
func processAttributes() *syscall.SysProcAttr { return nil }
func dropPages(string)                        {}
