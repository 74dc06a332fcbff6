#include "agent/service/handed_over.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("what was handed over stands for what is configured, kind by kind") {
  ServerConfig server;
  CHECK(lay_over({}, server).empty());
  CHECK(server == ServerConfig{});

  CHECK(lay_over({"127.0.0.1:9529", "unix:/run/signalbox/signalbox.sock", "[::1]:9529"}, server).empty());
  CHECK(server.listen == std::vector<std::string>{"127.0.0.1:9529", "[::1]:9529"});
  CHECK(server.unix_socket == "/run/signalbox/signalbox.sock");

  ServerConfig only_unix;
  CHECK(lay_over({"unix:/a"}, only_unix).empty());
  CHECK(only_unix.listen == ServerConfig{}.listen);
  CHECK(only_unix.unix_socket == "/a");
}

TEST_CASE("a key that is set in vain is named, with what stands for it") {
  ServerConfig server;
  server.listen = {"127.0.0.1:1", "127.0.0.1:2"};
  server.unix_socket = "/b";
  CHECK(lay_over({"127.0.0.1:9529", "unix:/a"}, server) ==
        std::vector<std::string>{
            "listen = \"127.0.0.1:1, 127.0.0.1:2\" is not used: the service manager listens on 127.0.0.1:9529; "
            "change "
            "it there (systemctl edit signalbox.socket)",
            "unix_socket = \"/b\" is not used: the service manager listens on /a; change it there (systemctl edit "
            "signalbox.socket)"});

  ServerConfig same;
  same.listen = {"127.0.0.1:1"};
  same.unix_socket = "/a";
  CHECK(lay_over({"127.0.0.1:1", "unix:/a"}, same).empty());
}
