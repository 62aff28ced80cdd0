#pragma once
#include <mosquitto.h>

// What an event loop that drives the library's sockets needs; the Glibc module leaves these out.
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

// Declared by <pthread.h> only under _GNU_SOURCE.
extern int pthread_setname_np(pthread_t thread, const char *name);
