// Kernels of small one-dimensional networks: convolution, dense layers, pooling; in float and in 8 bits; one table of
// functions for each instruction set, chosen at run time, so that one binary runs on every machine.
//
// Layout. An activation is time-major: `[position][channel]`, without gaps. A convolution is then a product of a matrix
// whose rows overlap (a row is `taps × channels` consecutive values) with the weights, and a dense layer is the same with
// rows that do not. Weights are packed once: outputs in *panels* of 16, `SB_PANELS_…` panels side by side in a *block*,
// within a block element by element of the row: `[block][row element][panels of the block × 16]`. The packing does not
// depend on the instruction set. Nothing here allocates, and nothing here checks: the Swift side does.
#ifndef SEALEDBEAT_INFERENCE_KERNELS_H
#define SEALEDBEAT_INFERENCE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A layer's record is a constant: what it points to never changes after packing, so any thread may read it.
#define SB_CONSTANT __attribute__((swift_attr("@Sendable")))

/// Outputs of a panel.
#define SB_PANEL 16
/// Panels of a block in a convolution by its definition: 64 outputs.
#define SB_PANELS_DIRECT 4
/// Panels of a block in a minimal convolution and in a dense layer: 32 outputs.
#define SB_PANELS_NARROW 2
/// A long dense row is added up in this many parts, whose sums are then added in order.
#define SB_DENSE_SEGMENTS 8
/// Rows shorter than this are added up in one part.
#define SB_DENSE_SEGMENTED_DEPTH 32
/// Outputs that one tile of a minimal convolution F(4,3) yields, and the products it takes.
#define SB_MINIMAL_OUTPUTS 4
#define SB_MINIMAL_PRODUCTS 6
/// Bytes of a row that one step of an 8-bit product takes.
#define SB_QUAD 4
/// Bytes behind an 8-bit activation that a kernel may read, and multiplies by zero.
#define SB_READ_SLACK 16

/// An instruction set for which there are kernels.
typedef enum sb_kernel_path {
  /// AVX-512 F, BW, DQ, VL and VNNI (Ice Lake, Zen 4 and later).
  SB_KERNEL_AVX512,
  /// AVX2, FMA and AVX-VNNI (Alder Lake, Zen 5 and later).
  SB_KERNEL_AVXVNNI,
  /// AVX2 and FMA (Haswell, Zen and later).
  SB_KERNEL_AVX2,
  /// 64-bit ARM.
  SB_KERNEL_NEON,
  /// C that a compiler turns into whatever every machine of the architecture has.
  SB_KERNEL_PLAIN,
} sb_kernel_path;

/// A float convolution with its bias and, if wanted, ReLU and MaxPool 2.
typedef struct SB_CONSTANT sb_convolution_f32 {
  size_t input_length, input_channels;
  /// Positions written: of the convolution, or of the pool behind it (a last odd one is dropped).
  size_t output_length, output_channels;
  size_t taps, stride;
  /// Zero rows before and behind the input that the kernel writes itself ('same' padding).
  size_t leading, trailing;
  bool rectifies, pools;
  /// Weights are those of Winograd's F(4,3): `[block][6][input channels][panels × 16]`, narrow blocks; otherwise direct.
  bool is_minimal;
  const float *weights;
  /// `output_channels`, rounded up to panels.
  const float *bias;
} sb_convolution_f32;

/// A float dense layer: `output[o] = bias[o] + Σ input[i] · weights[i][o]`, ReLU if wanted.
typedef struct SB_CONSTANT sb_dense_f32 {
  size_t inputs, outputs;
  bool rectifies;
  /// Narrow blocks.
  const float *weights;
  const float *bias;
} sb_dense_f32;

/// A convolution of unsigned 8-bit activations with signed 8-bit weights, ReLU, and MaxPool 2 if wanted.
///
/// `output = min(255, ⌊max(0, scale · (bias + Σ input · weight)) + ½⌋)`. Sums are exact 32-bit integers.
typedef struct SB_CONSTANT sb_convolution_u8 {
  size_t input_length, input_channels;
  size_t output_length, output_channels;
  size_t taps, stride;
  size_t leading, trailing;
  /// What the rows of the padding are filled with: the number that stands for zero.
  uint8_t zero_point;
  bool pools;
  /// `[block][⌈taps × channels / 4⌉][panels × 16][4]`, direct blocks.
  const int8_t *weights;
  const int32_t *bias;
  /// One an output channel, all positive.
  const float *scale;
} sb_convolution_u8;

/// A dense layer of unsigned 8-bit activations with float outputs: `scale[o] · Σ input · weight + bias[o]`.
typedef struct SB_CONSTANT sb_dense_u8 {
  size_t inputs, outputs;
  bool rectifies;
  /// `[block][⌈inputs / 4⌉][panels × 16][4]`, narrow blocks.
  const int8_t *weights;
  /// Subtracted from the sums: the zero point of the input times the sum of each output's weights, and corrections.
  const int32_t *offset;
  const float *scale;
  const float *bias;
} sb_dense_u8;

/// The kernels of one instruction set.
typedef struct sb_kernels {
  /// `input` has `leading` writable rows before it and `trailing` behind; `workspace` as `sb_minimal_workspace` says.
  void (*convolve_f32)(const sb_convolution_f32 *layer, float *input, float *output, float *workspace);
  /// `rows` inputs `row_stride` floats apart; outputs `output_stride` apart. A row's result does not depend on the others.
  void (*dense_f32)(
      const sb_dense_f32 *layer, const float *input, size_t rows, size_t row_stride, float *output,
      size_t output_stride);
  /// As `convolve_f32`; `SB_READ_SLACK` readable bytes follow the trailing rows.
  void (*convolve_u8)(const sb_convolution_u8 *layer, uint8_t *input, uint8_t *output);
  /// As `dense_f32`; `SB_READ_SLACK` readable bytes follow the last row.
  void (*dense_u8)(
      const sb_dense_u8 *layer, const uint8_t *input, size_t rows, size_t row_stride, float *output,
      size_t output_stride);
  /// The mean and the maximum of each channel over all positions; either output may be NULL.
  void (*pool_globally)(const float *input, size_t length, size_t channels, float *mean, float *maximum);
  /// `output = (input − minimum) / (maximum − minimum)`, zeros for a constant input. All elements finite.
  void (*scale_to_unit)(const float *input, size_t count, float *output);
  /// `output = min(255, ⌊max(0, input · factor + zero_point) + ½⌋)`.
  void (*quantize)(const float *input, size_t count, float factor, float zero_point, uint8_t *output);
} sb_kernels;

/// The kernels of an instruction set; NULL when this processor, its operating system or this build does not have it.
const sb_kernels *sb_kernels_for(sb_kernel_path path);

/// Tiles of a minimal convolution with this many outputs before the pool.
static inline size_t sb_minimal_tiles(size_t positions) {
  return (positions + SB_MINIMAL_OUTPUTS - 1) / SB_MINIMAL_OUTPUTS;
}

/// Floats of workspace that a minimal convolution needs: transformed input and the products of one block.
static inline size_t sb_minimal_workspace(size_t positions, size_t input_channels) {
  return SB_MINIMAL_PRODUCTS * sb_minimal_tiles(positions) * (input_channels + SB_PANELS_NARROW * SB_PANEL);
}

#endif
