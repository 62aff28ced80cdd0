#include "board_test.h"
const test_t BOARD_TESTS[] = {{NULL, NULL}};
