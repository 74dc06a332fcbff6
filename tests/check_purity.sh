#!/bin/sh
# Fails the build when the core does I/O, takes the time, draws randomness or starts a thread: by the
# symbols that its library needs and by the headers that it includes.
set -eu
library=$1 sources=$2
symbols='^(socket|connect|bind|listen|accept4?|recv(from|msg)?|send(to|msg)?|open(at)?(64)?|fopen(64)?|read|write|fread|fwrite|poll|select|epoll_.*|pthread_create|clock_gettime|gettimeofday|time|nanosleep|getrandom|getentropy|rand|random|sqlite3_.*|getaddrinfo|SSL_.*|std::thread::.*|std::random_device::.*|std::chrono::_V2::(system|steady)_clock::now.*|std::basic_[io]?fstream<.*)$'
found=$(nm -uC "$library" | sed -n 's/^ *U //p' | sed 's/@.*//' | sort -u | grep -E "$symbols" || true)
headers='#include *[<"](httplib|sqlite3|thread|mutex|condition_variable|future|fstream|iostream|random|filesystem|asio|spdlog|sys/|unistd|netdb|netinet/|openssl|agent/)'
included=$(grep -rnE "$headers" "$sources" || true)
if [ -n "$found$included" ]; then
  echo "the core (lib/) must not do I/O; it needs:" >&2
  printf '%s\n%s\n' "$found" "$included" | sed '/^$/d; s/^/  /' >&2
  exit 1
fi
