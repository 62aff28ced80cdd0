#pragma once
#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one typed door for each use.
static inline CURLcode sb_curl_setopt_long(CURL *curl, CURLoption option, long value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode sb_curl_setopt_pointer(CURL *curl, CURLoption option, const void *value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode sb_curl_setopt_read(CURL *curl, size_t (*read)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(curl, CURLOPT_READFUNCTION, read);
}
static inline CURLcode sb_curl_setopt_header(CURL *curl, size_t (*header)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header);
}
static inline CURLcode sb_curl_setopt_write(CURL *curl, size_t (*write)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, write);
}
static inline CURLcode sb_curl_getinfo_long(CURL *curl, CURLINFO info, long *value) {
  return curl_easy_getinfo(curl, info, value);
}
