// Which kernels this processor can run.
#include "tables.h"

#if defined(__x86_64__)
// The builtins ask CPUID, and XGETBV for whether the operating system saves the wide registers.
static bool has_avx512(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vnni");
}

static bool has_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avxvnni(void) { return has_avx2() && __builtin_cpu_supports("avxvnni"); }
#endif

const sb_kernels *sb_kernels_for(sb_kernel_path path) {
  switch (path) {
#if defined(__x86_64__)
    case SB_KERNEL_AVX512: return has_avx512() ? &sb_kernels_avx512 : NULL;
    case SB_KERNEL_AVXVNNI: return has_avxvnni() ? &sb_kernels_avxvnni : NULL;
    case SB_KERNEL_AVX2: return has_avx2() ? &sb_kernels_avx2 : NULL;
#endif
#if defined(__aarch64__)
    case SB_KERNEL_NEON: return &sb_kernels_neon;
#endif
    case SB_KERNEL_PLAIN: return &sb_kernels_plain;
    default: return NULL;
  }
}
