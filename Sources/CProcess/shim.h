#pragma once
#include <sys/prctl.h>

// prctl is variadic, which Swift cannot call.

/// No core dump of this process, and no debugger of the same user.
static inline int sb_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// The kernel sends this process `signal` when its parent ends, so that no child outlives its supervisor.
static inline int sb_end_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }
