/* Faults of the system under the agent, by LD_PRELOAD; tests/e2e/faults.py compiles it and says how to ask for them.

   SIGNALBOX_TEST_SYNC=FILE    while FILE exists every fsync and fdatasync takes as many ms as stand in it, or until
                               FILE is gone
   SIGNALBOX_TEST_NAMES=FILE   a line a host name: "NAME hang" (while FILE has it), "NAME dead", or "NAME ADDRESS MS":
                               that address after so many ms */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void nap(void) {
  const struct timespec pause = {0, 10 * 1000 * 1000};
  nanosleep(&pause, NULL);
}

static long ms_since(const struct timespec* start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

static void wait_for_disk(void) {
  const char* path = getenv("SIGNALBOX_TEST_SYNC");
  struct timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  while (path != NULL) {
    FILE* file = fopen(path, "re");
    long ms = 0;
    if (file == NULL) return;
    if (fscanf(file, "%ld", &ms) != 1) ms = 0;
    fclose(file);
    if (ms_since(&start) >= ms) return;
    nap();
  }
}

int fsync(int descriptor) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_for_disk();
  return real(descriptor);
}

int fdatasync(int descriptor) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_for_disk();
  return real(descriptor);
}

/* Whether the file has a line for this name: its word and number. */
static int find_name(const char* name, char word[64], long* ms) {
  const char* path = getenv("SIGNALBOX_TEST_NAMES");
  FILE* file = path == NULL || name == NULL ? NULL : fopen(path, "re");
  char line[256];
  char found[128];
  int is_found = 0;
  while (file != NULL && !is_found && fgets(line, sizeof line, file) != NULL) {
    *ms = 0;
    is_found = sscanf(line, "%127s %63s %ld", found, word, ms) >= 2 && strcmp(found, name) == 0;
  }
  if (file != NULL) fclose(file);
  return is_found;
}

int getaddrinfo(const char* name, const char* service, const struct addrinfo* hints, struct addrinfo** found) {
  int (*real)(const char*, const char*, const struct addrinfo*, struct addrinfo**) =
      (int (*)(const char*, const char*, const struct addrinfo*, struct addrinfo**))dlsym(RTLD_NEXT, "getaddrinfo");
  char word[64];
  long ms = 0;
  struct timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  if (!find_name(name, word, &ms)) return real(name, service, hints, found);
  while (strcmp(word, "hang") == 0 && find_name(name, word, &ms)) nap();
  if (strcmp(word, "dead") == 0) return EAI_AGAIN;
  while (ms_since(&start) < ms) nap();
  return real(word, service, hints, found);
}
