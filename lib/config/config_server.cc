#include <fmt/format.h>

#include "lib/config/config_check.h"
#include "lib/config/config_sections.h"
#include "lib/ids.h"
#include "lib/url.h"

namespace signalbox {
namespace {

/// Half of them would only look like protection.
void want_both(ConfigReader& reader, const std::string& given, const std::string& value, const std::string& other,
               const std::string& other_value) {
  if (value.empty() || !other_value.empty() || reader.is_wrong(other)) return;
  reader.error(given, fmt::format("{} needs {} beside it: the certificate and its key", given, other));
}

std::string check_address(const std::string& text) {
  if (listen_host(text)) return "";
  return fmt::format("{} is no address; write \"127.0.0.1:9529\" or \"[::1]:9529\"", quoted(text));
}

/// A name or an address, with or without a port: what clients write into `Host`.
std::string check_host(const std::string& text) {
  const Result<Url> url = parse_url("http://" + text);
  const bool host = url && text.find_first_of("/?") == std::string::npos;
  if (host || is_ip_address(text)) return "";
  return fmt::format("{} is neither a host name nor an address; write it as clients do, without https:// and *",
                     quoted(text));
}

std::string not_a_reporter(const std::string& name) {
  return fmt::format("reporter_token_files: {} cannot be a reporter's name: 1 to {} printable ASCII characters",
                     quoted(name), kMaxReporterName);
}

/// The agent-check knows neither tokens nor TLS: whoever reaches it may ask.
void refuse_open_agent_check(ConfigReader& reader, const ServerConfig& server) {
  if (server.allow_plaintext) return;
  for (const std::string& address : server.agent_check_listen) {
    const auto host = listen_host(address);
    if (!host || is_loopback(*host)) continue;
    reader.error("agent_check_listen",
                 fmt::format("agent_check_listen: \"{}\" is not loopback: it has neither tokens nor TLS and needs "
                             "allow_plaintext = true, which says that the network in front of it is trusted",
                             address));
  }
}

/// It is only shown: where people come from may be plain http.
std::string check_public_url(const std::string& text) {
  if (text.empty()) return "";
  const Result<Url> url = parse_url(text);
  return url ? "" : url.error().message;
}

/// The agent's working directory is its starter's choice: "/" under systemd.
void warn_of_relative(ConfigReader& reader, const std::string& key, const std::string& path) {
  if (path.empty() || path.starts_with('/')) return;
  reader.warning(key, fmt::format("{}: {} depends on the directory that the agent is started in; begin it with /",
                                  key, quoted(path)));
}

}  // namespace

void read_server(ConfigReader reader, ServerConfig& server) {
  reader.texts("listen", server.listen, check_address);
  reader.texts("agent_check_listen", server.agent_check_listen, check_address);
  reader.text("state_dir", server.state_dir);
  reader.text("runtime_dir", server.runtime_dir);
  reader.text("unix_socket", server.unix_socket);
  reader.text("reader_token_file", server.reader_token_file);
  reader.text("operator_token_file", server.operator_token_file);
  reader.text_map("reporter_token_files", server.reporter_token_files);
  reader.text("tls_cert_file", server.tls_cert_file);
  reader.text("tls_key_file", server.tls_key_file);
  reader.boolean("allow_plaintext", server.allow_plaintext);
  reader.texts("allowed_hosts", server.allowed_hosts, check_host);
  reader.integer("reporter_batches_per_s", server.reporter_batches_per_s, 0, 1'000'000);
  // Below 5 s a router's copy would expire between two polls; above an hour an agent that died would go unnoticed.
  reader.duration("answer_ttl_s", server.answer_ttl, seconds(5), hours(1));
  reader.text("public_url", server.public_url, check_public_url);
  reader.choice("log_level", server.log_level, {"debug", "info", "warn", "error"});
  reader.choice("log_format", server.log_format, {"text", "json"});
  want_both(reader, "tls_cert_file", server.tls_cert_file, "tls_key_file", server.tls_key_file);
  want_both(reader, "tls_key_file", server.tls_key_file, "tls_cert_file", server.tls_cert_file);
  for (const auto& [reporter, file] : server.reporter_token_files) {
    if (!is_reporter_name(reporter)) reader.error("reporter_token_files", not_a_reporter(reporter));
  }
  warn_of_relative(reader, "state_dir", server.state_dir);
  warn_of_relative(reader, "runtime_dir", server.runtime_dir);
  warn_of_relative(reader, "unix_socket", server.unix_socket);
  if (server.listen.empty()) reader.missing("listen", "listen must name at least one address");
  if (const auto open = check_open(server)) reader.error("listen", open->message);
  refuse_open_agent_check(reader, server);
  reader.finish();
}

void read_retention(ConfigReader reader, Retention& retention) {
  const Millis day = hours(24);
  const Millis longest = day * 3650;
  reader.duration("transitions_days", retention.transitions, day, longest);
  reader.duration("incidents_days", retention.incidents, day, longest);
  reader.duration("payloads_days", retention.payloads, day, longest);
  reader.duration("fine_counts_hours", retention.fine_counts, hours(1), hours(24 * 30));
  reader.duration("coarse_counts_days", retention.coarse_counts, day, longest);
  constexpr int64_t kMiB = int64_t{1024} * 1024;
  int64_t mib = retention.payload_bytes / kMiB;
  reader.integer("payloads_mib", mib, 1, int64_t{10} * 1024);
  retention.payload_bytes = mib * kMiB;
  reader.finish();
}

}  // namespace signalbox
