// The tables of functions that the files of each instruction set define.
#ifndef SB_TABLES_H
#define SB_TABLES_H

#include "CInferenceKernels.h"

#if defined(__x86_64__)
extern const sb_kernels sb_kernels_avx512;
extern const sb_kernels sb_kernels_avxvnni;
extern const sb_kernels sb_kernels_avx2;
#endif
#if defined(__aarch64__)
extern const sb_kernels sb_kernels_neon;
#endif
extern const sb_kernels sb_kernels_plain;

#endif
