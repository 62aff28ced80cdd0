// Instructions per chunk on rv32imc, counted by the guest's own instret under `qemu-system-riscv32 -icount`. AES-GCM is
// not among them: the chips have it in hardware, and Mbed TLS is not cross-built here.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sb_beats/sb_beats.h"
#include "sb_flash/sb_flash_ring.h"
#include "sb_signal/sb_front.h"
#include "sb_signal/sb_qrs.h"
#include "sealedbeat/sb_chunk.h"
#include "sealedbeat/sb_chunker.h"

static uint32_t instructions(void) {
  uint32_t count;
  __asm__ volatile(".option push\n.option arch, +zicsr\ncsrr %0, instret\n.option pop" : "=r"(count));
  return count;
}

static uint8_t flash[8 * SB_SECTOR_SIZE];
static sb_err_t read_flash(void *context, uint32_t offset, void *out, size_t length) {
  (void)context;
  memcpy(out, flash + offset, length);
  return SB_OK;
}
static sb_err_t write_flash(void *context, uint32_t offset, const void *bytes, size_t length) {
  (void)context;
  memcpy(flash + offset, bytes, length);
  return SB_OK;
}
static sb_err_t erase_flash(void *context, uint32_t offset) {
  (void)context;
  memset(flash + offset, 0xff, SB_SECTOR_SIZE);
  return SB_OK;
}

static sb_block_t places[16];
static sb_ring_t ring;
static sb_front_t front;
static sb_qrs_t qrs;
static sb_chunker_t chunker;
static sb_beats_t beats;
static sb_flash_ring_t outbox;
static sb_flash_sector_t sectors[8];

int main(void) {
  sb_front_config_t config = {.gain_milli = 1100000, .reference_uv = 1650000, .nanovolts_per_lsb = 100};
  for (int i = 0; i < SB_CALIBRATION_KNOTS; i++) config.calibration.knots_nv[i] = (int64_t)i * 412500000;
  sb_ring_init(&ring, places, sizeof places[0], 16);
  if (sb_front_init(&front, &config, &ring, 0) != SB_OK) return 1;
  sb_qrs_init(&qrs);
  sb_beats_init(&beats);
  sb_chunker_init(&chunker, SB_KIND_LEAD_I);
  const sb_partition_t partition = {NULL, sizeof flash, read_flash, write_flash, erase_flash};
  if (sb_flash_ring_open(&outbox, &partition, sectors, 8) != SB_OK) return 1;
  uint32_t in_band = 0, in_front = 0, in_qrs = 0, in_header = 0, in_flash = 0, chunks = 0, random = 1;
  for (uint32_t n = 1; chunks < 24; n++) {
    sb_adc_frame_t frame = {.end_us = n * 10000ull};
    for (int i = 0; i < SB_ADC_FRAME_SUMS; i++) {
      random = random * 1664525 + 1013904223;
      frame.sums[i] = (uint16_t)(8000 + (random >> 22));
    }
    uint32_t before = instructions();
    (void)sb_front_push(&front, &frame);
    in_front += instructions() - before;
    for (const sb_block_t *block; (block = sb_ring_oldest(&ring)) != NULL; sb_ring_release(&ring)) {
      before = instructions();
      for (int i = 0; i < block->count; i++) {
        uint64_t beat;
        (void)sb_qrs_push(&qrs, block->samples[i], &beat);
      }
      in_qrs += instructions() - before;
      before = instructions();
      for (int i = 0; i < block->count; i++) sb_beats_push(&beats, block->samples[i]);
      in_band += instructions() - before;
      bool is_complete;
      size_t taken = sb_chunker_push(&chunker, block->samples, block->count, 0, &is_complete);
      if (!is_complete) continue;
      sb_chunk_header_t header = {.key_version = 1,
                                  .sequence = chunks,
                                  .kind = SB_KIND_LEAD_I,
                                  .first_sample = chunker.first_sample,
                                  .sample_rate_millihertz = 125000,
                                  .count = chunker.count,
                                  .nanovolts_per_lsb = 100,
                                  .capture_time = 1790000000000000,
                                  .clock_synchronised = true,
                                  .firmware = 65536};
      uint8_t message[480], additional[SB_PROTECTED_MAX + 64];
      memset(message, (int)chunks, sizeof message);
      size_t length = 0, additional_length = 0;
      before = instructions();
      (void)sb_chunk_header_encode(&header, message, sizeof message, &length);
      (void)sb_chunk_additional_data(message, length, "ward-7", additional, sizeof additional, &additional_length);
      in_header += instructions() - before;
      const sb_storage_t storage = sb_flash_ring_storage(&outbox);
      uint32_t record = 0;
      before = instructions();
      sb_err_t error = storage.append(storage.context, &header.session, chunks, message, sizeof message, &record);
      in_flash += instructions() - before;
      if (error != SB_OK || length == 0 || additional_length == 0) return 1;
      sb_chunker_next(&chunker);
      (void)sb_chunker_push(&chunker, block->samples + taken, block->count - taken, 0, &is_complete);
      chunks++;
    }
  }
  printf("Instructions per chunk of 1.496 s on rv32imc, -Os, without AES-GCM\n");
  printf("  converter sums to samples  %8u\n", (unsigned)(in_front / chunks));
  printf("  heart rate                 %8u\n", (unsigned)(in_qrs / chunks));
  printf("  header, additional data    %8u\n", (unsigned)(in_header / chunks));
  printf("  flash, with its CRC        %8u\n", (unsigned)(in_flash / chunks));
  printf("  all                        %8u, %.2f %% of a core at 80 MHz if each took one cycle\n",
         (unsigned)((in_front + in_qrs + in_header + in_flash) / chunks),
         (in_front + in_qrs + in_header + in_flash) / (double)chunks / 1.496 / 80e6 * 100);
  uint32_t before = instructions();
  sb_beats_found(&beats, beats.cutter.index - 200);
  uint32_t in_peak = instructions() - before;
  sb_verdict_t verdict;
  before = instructions();
  if (!sb_beats_judge(&beats, &verdict)) return 1;
  uint32_t in_network = instructions() - before;
  printf("While there is no connection\n");
  printf("  band-pass, a chunk         %8u\n", (unsigned)(in_band / chunks));
  printf("  R peak, a beat             %8u\n", (unsigned)in_peak);
  printf("  network, a beat            %8u, %.1f %% of a core at 80 MHz at 75 beats a minute\n", (unsigned)in_network,
         in_network * 75 / 60.0 / 80e6 * 100);
  exit(0);
}
