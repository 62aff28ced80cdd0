#pragma once
#include <linux/magic.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

// prctl is variadic, which Swift cannot call.

/// No core dump of this process, and no debugger of the same user.
static inline int sb_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// The kernel sends this process `signal` when its parent ends, so that no child outlives its supervisor.
static inline int sb_end_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

/// Whether a directory lies in memory alone (tmpfs or ramfs): 1 if it does. Swift's Glibc module lacks statfs.
static inline int sb_is_in_memory(const char *path) {
  struct statfs status;
  if (statfs(path, &status) != 0) return 0;
  return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}

/// Size of an open file that nobody but its owner can read; -1 if it is not a regular file, -2 if others can read it.
static inline long sb_private_file_size(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return -1;
  return (status.st_mode & 077) != 0 ? -2 : (long)status.st_size;
}
