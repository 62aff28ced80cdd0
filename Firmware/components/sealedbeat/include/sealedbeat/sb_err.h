#pragma once
typedef int sb_err_t;
