/// What is different where the front speaks TLS. That everything else is as without it is shown by the front's
/// other tests, which run a second time over TLS (tests/CMakeLists.txt: agent_tls).
#include <doctest/doctest.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <filesystem>

#include "tests/support/fake_identity.h"
#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr Millis kSoon{100};
using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

struct SecureFront {
  explicit SecureFront(const std::function<void(FrontConfig&)>& change = {})
      : front([&](FrontConfig& config) {
          config.tls = identity.identity();
          if (change) change(config);
        }) {}
  FrontClient client() const { return FrontClient::tls(front.address()); }

  FakeIdentity identity;
  RunningFront front;
};

/// The certificate that a client was shown, as text.
std::string shown_to(const FrontClient& client) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(client.ssl()), X509_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  REQUIRE(certificate != nullptr);
  X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size);
  return {digest.begin(), digest.begin() + size};
}

/// The first bytes of a handshake, as a client would send them.
std::string client_hello() {
  const Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  SSL_connect(ssl.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  return {bytes, static_cast<size_t>(size)};
}

std::string protocol_of(const FrontClient& client) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client.ssl(), &name, &size);
  return {name, name + size};
}

}  // namespace

TEST_CASE("over TLS the answers are those of the unix socket, which stays plain") {
  const SecureFront secure;
  auto client = secure.client();
  FrontClient local(secure.front.unix_address());
  for (const char* path : {"/v1/health", "/v1/health/claude", "/v1/check/openai", "/livez", "/v1/nothing"}) {
    CAPTURE(path);
    const auto over_tls = client.get(path);
    const auto plain = local.get(path);
    CHECK(over_tls.status == plain.status);
    CHECK(over_tls.body == plain.body);
  }
}

TEST_CASE("a body of a megabyte goes both ways, to a client that is slow to take it") {
  const SecureFront secure;
  auto client = secure.client();
  std::string body(1'000'000, 'x');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i * 7 / 3 % 26);
  const int small = 65536;
  setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  // One after the other: who sends on without reading fills both ways, and neither of the two goes on.
  for (int i = 0; i < 3; ++i) {
    client.send_body("POST", "/v1/echo", body);
    const auto reply = client.read_reply();
    CHECK(reply.status == 200);
    CHECK((reply.body == "POST " + body));  // not to be printed
  }
}

TEST_CASE("TLS before 1.2, renegotiation and other protocols are refused, http/1.1 is chosen") {
  const SecureFront secure;
  const auto with = [&](const std::function<void(SSL*)>& change) {
    auto client = secure.client();
    change(client.ssl());
    return client;
  };
  auto old = with([](SSL* ssl) {
    SSL_set_security_level(ssl, 0);
    SSL_set_min_proto_version(ssl, TLS1_VERSION);
    SSL_set_max_proto_version(ssl, TLS1_1_VERSION);
  });
  CHECK_FALSE(old.shake_hands());

  auto two = with([](SSL* ssl) { SSL_set_max_proto_version(ssl, TLS1_2_VERSION); });
  CHECK(two.get("/livez").status == 200);
  CHECK(SSL_get_version(two.ssl()) == std::string("TLSv1.2"));
  REQUIRE(SSL_renegotiate(two.ssl()) == 1);
  CHECK_FALSE(two.shake_hands());

  auto three = with([](SSL* ssl) { SSL_set_min_proto_version(ssl, TLS1_3_VERSION); });
  CHECK(three.get("/livez").status == 200);
  CHECK(SSL_get_current_compression(three.ssl()) == nullptr);
  REQUIRE(SSL_key_update(three.ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
  CHECK(three.get("/v1/health").status == 200);

  const auto offering = [&](const std::string& protocols) {
    return with([&](SSL* ssl) {
      SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned int>(protocols.size()));
    });
  };
  auto both = offering("\x02h2\x08http/1.1");
  CHECK(both.get("/livez").status == 200);
  CHECK(protocol_of(both) == "http/1.1");
  CHECK_FALSE(offering("\x02h2").shake_hands());
}

TEST_CASE("who speaks plain HTTP to a TLS port is told so, and whatever else comes is closed") {
  const SecureFront secure;
  auto plain = FrontClient::plain(secure.front.address());
  const auto reply = plain.get("/v1/health/claude");
  CHECK(reply.status == 400);
  CHECK(reply.body.find("https://") != std::string::npos);
  CHECK(plain.read_to_end() == "");
  auto noise = FrontClient::plain(secure.front.address());
  noise.send(std::string(1000, '\x80'));
  CHECK(noise.read_to_end());
  CHECK(secure.client().get("/v1/health").status == 200);
}

TEST_CASE("a handshake that stalls is closed at its deadline, wherever it stalls") {
  const SecureFront secure([](FrontConfig& config) { config.limits.handshake = kSoon; });
  const std::string hello = client_hello();
  REQUIRE(hello.size() > 100);
  for (const size_t sent : {size_t{0}, size_t{1}, size_t{100}, hello.size()}) {
    CAPTURE(sent);
    auto client = FrontClient::plain(secure.front.address());
    client.send(hello.substr(0, sent));
    CHECK(client.read_to_end());
  }
  auto idle = secure.client();
  CHECK(idle.get("/v1/health").status == 200);
  // A hello of 131,071 bytes, a byte a record: it goes on and never ends.
  auto dribbling = FrontClient::plain(secure.front.address());
  const std::string begin("\x01\x01\xff\xff", 4);
  bool closed = false;
  for (size_t i = 0; i < 100'000 && !closed; ++i) {
    closed = !dribbling.try_send(std::string("\x16\x03\x01\x00\x01", 5) + (i < begin.size() ? begin[i] : 'x'));
  }
  CHECK((closed || dribbling.read_to_end()));
  CHECK(idle.get("/v1/health").status == 200);
}

TEST_CASE("a flood of handshakes that stall costs a client that has asked nothing") {
  const SecureFront secure([](FrontConfig& config) { config.limits.connections = 8; });
  auto router = secure.client();
  CHECK(router.get("/v1/health").status == 200);
  std::vector<FrontClient> flood;
  for (int i = 0; i < 50; ++i) {
    flood.push_back(FrontClient::plain(secure.front.address()));
    if (i % 2 == 0) flood.back().send(client_hello());
  }
  CHECK(router.get("/v1/health").status == 200);
  CHECK(flood.front().read_to_end());
  CHECK(secure.client().get("/v1/health").status == 200);
}

TEST_CASE("a renewed certificate is for who comes from then on, and who is there goes on") {
  SecureFront secure;
  auto kept = secure.client();
  CHECK(kept.get("/v1/health").status == 200);
  const auto resuming = [&] {
    auto client = secure.client();
    SSL_set_session(client.ssl(), SSL_get_session(kept.ssl()));
    CHECK(client.get("/v1/health").status == 200);
    return client;
  };
  CHECK(SSL_session_reused(resuming().ssl()) == 1);
  const FakeIdentity renewed;
  secure.front->use_tls(renewed.identity());
  CHECK(kept.get("/v1/health/claude").status == 200);  // the front's loop has been round: it knows
  const auto later = resuming();
  CHECK(SSL_session_reused(later.ssl()) == 0);  // a session of before does not bring the old certificate back
  CHECK(shown_to(later) != shown_to(kept));
  CHECK(kept.get("/v1/health/claude").status == 200);
}

TEST_CASE("the end of an answer that ends the connection is told, and cannot be taken for a cut") {
  const SecureFront secure;
  auto client = secure.client();
  CHECK(client.get("/v1/health", "Connection: close\r\n").status == 200);
  CHECK(client.read_to_end() == "");
  CHECK((SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN) != 0);
}

TEST_CASE("a port that is plain stays plain") {
  const FakeIdentity identity;
  RunningFront front([](FrontConfig& config) { config.tls = nullptr; });
  front->use_tls(identity.identity());
  CHECK(FrontClient::plain(front.address()).get("/v1/health").status == 200);
}

TEST_CASE("handshakes that come to nothing are counted") {
  const SecureFront secure([](FrontConfig& config) { config.limits.handshake = kSoon; });
  auto client = FrontClient::plain(secure.front.address());
  CHECK(client.read_to_end() == "");
  CHECK(secure.client().get("/counted").body.find("handshakes failed 1\n") != std::string::npos);
}
