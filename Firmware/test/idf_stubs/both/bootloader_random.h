#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "Random Number Generation".

void bootloader_random_enable(void);
void bootloader_random_disable(void);
