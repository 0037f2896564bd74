package app

import "syscall"

// forget drops the pages of an area that the kernel can read again from its file.
func forget(a area) {
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, a.from, a.to-a.from, syscall.MADV_DONTNEED) // what isn't dropped stays
}
