#pragma once
#include <errno.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

// prctl is variadic, which Swift cannot call.

/// No core dump of this process, and no debugger of the same user.
static inline int sb_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// No program that this process starts can gain rights that it lacks.
static inline int sb_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

/// Keeps all memory of this process, now and later, out of swap: 0 if that is permitted. Pages are locked when they are
/// first touched, so that the stacks of threads cost what they use.
static inline int sb_lock_memory(void) {
#ifdef MCL_ONFAULT
  if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return 0;
#endif
  return mlockall(MCL_CURRENT | MCL_FUTURE);
}

/// The user at the other end of a local socket; -1 if it cannot be told. Swift's Glibc module lacks the structure, which
/// glibc declares for GNU sources alone: process, user and group, as unix(7) says.
static inline long sb_peer_user(int descriptor) {
  struct { int process; unsigned user, group; } peer;
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) return -1;
  return (long)peer.user;
}

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
