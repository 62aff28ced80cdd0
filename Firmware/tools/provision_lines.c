// Judges settings as the device's console does: reads lines, prints what is wrong, succeeds where all is there.
#include <stdio.h>
#include <string.h>

#include "sb_board/sb_provision.h"

int main(void) {
  static sb_provision_t provision;
  static char line[SB_LINE_MAX + 2];
  int faults = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    sb_setting_t setting;
    sb_err_t error = sb_provision_line(&provision, line, strcspn(line, "\n"), &setting);
    if (error == SB_OK) continue;
    fprintf(stderr, "%.*s: %s\n", (int)strcspn(line, " \n"), line, sb_err_name(error));
    faults++;
  }
  return faults == 0 && sb_provision_is_complete(&provision, false) ? 0 : 1;
}
