#include "agent/http/listen_socket.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace signalbox;

namespace {

struct Directory {
  Directory() {
    path = std::filesystem::temp_directory_path() / "signalbox-listen-XXXXXX";
    REQUIRE(mkdtemp(path.data()));
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string path;
};

/// A socket file that nobody listens at, as a killed agent leaves it.
void leave_stale_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int left = socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  close(left);
}

}  // namespace

TEST_CASE("a free port is taken and named, over both families") {
  const auto v4 = ListenSocket::tcp("127.0.0.1:0");
  REQUIRE(v4);
  CHECK(v4->host() == "127.0.0.1");
  CHECK(v4->name().starts_with("127.0.0.1:"));
  CHECK(v4->name() != "127.0.0.1:0");
  const auto v6 = ListenSocket::tcp("[::1]:0");
  // A machine may have no IPv6 at all.
  if (v6) CHECK(v6->name().starts_with("[::1]:"));
}

TEST_CASE(
    "what a client does not read takes little of the kernel's memory, also where the socket was handed over") {
  const int handed_over = socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(listen(handed_over, 1) == 0);
  const auto made = ListenSocket::tcp("127.0.0.1:0");
  const auto adopted = ListenSocket::adopt(handed_over);
  REQUIRE(made);
  REQUIRE(adopted);
  for (const auto* one : {&*made, &*adopted}) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    REQUIRE(getsockname(one->descriptor(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(connect(client, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    pollfd waiting{one->descriptor(), POLLIN, 0};
    REQUIRE(poll(&waiting, 1, 10'000) == 1);
    const int accepted = accept4(one->descriptor(), nullptr, nullptr, SOCK_NONBLOCK);
    REQUIRE(accepted >= 0);
    const std::string much(4096, 'x');
    ssize_t taken = 0;
    // The client's own buffer takes something as well, and the kernel may still be moving bytes there.
    for (ssize_t count = 0; (count = send(accepted, much.data(), much.size(), MSG_NOSIGNAL)) > 0;) taken += count;
    CHECK(taken < 1024 * 1024);
    int buffer = 0;
    size = sizeof buffer;
    REQUIRE(getsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &buffer, &size) == 0);
    CHECK(buffer == 2 * kSendBuffer);
    // Several segments fit into it: who reads acknowledges every second one at once, and a single one late.
    int segment = 0;
    size = sizeof segment;
    REQUIRE(getsockopt(accepted, IPPROTO_TCP, TCP_MAXSEG, &segment, &size) == 0);
    CHECK(segment <= kMaxSegment);
    close(client);
    close(accepted);
  }
}

TEST_CASE("a port that is taken says so") {
  const auto first = ListenSocket::tcp("127.0.0.1:0");
  REQUIRE(first);
  const auto second = ListenSocket::tcp(first->name());
  REQUIRE_FALSE(second);
  CHECK(second.error().message == "cannot listen on " + first->name() + ": bind: Address already in use");
}

TEST_CASE("what is not an address is named") {
  for (const char* text : {"", "9529", "localhost:9529", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                           "127.0.0.1:70000", "127.0.0.1:1x", "::1:9529", "[::1]", "[127.0.0.1]:1", "[]:1"}) {
    CAPTURE(text);
    const auto made = ListenSocket::tcp(text);
    REQUIRE_FALSE(made);
    CHECK(made.error().message ==
          "cannot listen on " + std::string(text) + ": not an address like 127.0.0.1:9529 or [::1]:9529");
  }
}

TEST_CASE("a unix socket is for its owner and group, and goes with its owner") {
  const Directory directory;
  const auto path = directory.path + "/s.sock";
  {
    const auto made = ListenSocket::unix_file(path);
    REQUIRE(made);
    CHECK(made->name() == "unix:" + path);
    struct stat file {};
    REQUIRE(lstat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 07777) == 0660);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a stale unix socket is replaced, a live one and another file are not") {
  const Directory directory;
  const auto path = directory.path + "/s.sock";
  leave_stale_socket(path);
  const auto made = ListenSocket::unix_file(path);
  REQUIRE(made);
  const auto second = ListenSocket::unix_file(path);
  REQUIRE_FALSE(second);
  CHECK(second.error().message == "cannot listen on " + path + ": another agent does");
  CHECK(std::filesystem::exists(path));

  const auto file = directory.path + "/file";
  std::ofstream(file) << "kept";
  const auto refused = ListenSocket::unix_file(file);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "cannot listen on " + file + ": it is there and not a socket");
  CHECK(std::filesystem::exists(file));
}

TEST_CASE("a socket file that took our place is left alone") {
  const Directory directory;
  const auto path = directory.path + "/s.sock";
  {
    const auto made = ListenSocket::unix_file(path);
    REQUIRE(made);
    std::filesystem::rename(path, path + ".old");
    leave_stale_socket(path);
  }
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("a path that does not fit into the address is an error") {
  const auto made = ListenSocket::unix_file("/" + std::string(107, 'a'));
  REQUIRE_FALSE(made);
  CHECK(made.error().message ==
        "cannot listen on /" + std::string(107, 'a') + ": a unix socket's path has 1 to 107 bytes");
  CHECK_FALSE(ListenSocket::unix_file("/nonexistent-directory/s.sock"));
}

TEST_CASE("a TCP socket that was handed over is named as it is bound, and listens on when we let go") {
  const auto theirs = ListenSocket::tcp("127.0.0.1:0");
  REQUIRE(theirs);
  {
    const auto ours = ListenSocket::adopt(dup(theirs->descriptor()));
    REQUIRE(ours);
    CHECK(ours->name() == theirs->name());
    CHECK(ours->host() == "127.0.0.1");
    CHECK_FALSE(ours->is_unix());
  }
  int listens = 0;
  socklen_t size = sizeof listens;
  REQUIRE(getsockopt(theirs->descriptor(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0);
  CHECK(listens == 1);
}

TEST_CASE("the file of a unix socket that was handed over is not ours to remove") {
  const Directory directory;
  const auto path = directory.path + "/s.sock";
  const auto theirs = ListenSocket::unix_file(path);
  REQUIRE(theirs);
  {
    const auto ours = ListenSocket::adopt(dup(theirs->descriptor()));
    REQUIRE(ours);
    CHECK(ours->name() == "unix:" + path);
    CHECK(ours->is_unix());
  }
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("what is handed over and does not listen is refused, and closed") {
  int pair[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  const int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
  const int file = open("/dev/null", O_RDONLY);
  for (const int descriptor : {pair[0], datagrams, file}) {
    const auto made = ListenSocket::adopt(descriptor);
    REQUIRE_FALSE(made);
    CHECK(made.error().message == "cannot listen on descriptor " + std::to_string(descriptor) +
                                      ": it is neither a TCP nor a unix socket that listens");
    CHECK(fcntl(descriptor, F_GETFD) == -1);
  }
  close(pair[1]);
}
