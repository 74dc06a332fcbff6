#pragma once
/// The HTTP API as functions from a request and a snapshot to a reply. No socket, no HTTP library.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/writes.h"
#include "agent/store/history.h"
#include "lib/access.h"
#include "lib/snapshot.h"

namespace signalbox {

/// Who asks, as far as the connection tells.
struct Caller {
  bool is_unix = false;         ///< over the unix socket
  std::optional<uint32_t> uid;  ///< of the process at its other end (SO_PEERCRED)
  std::string address;          ///< of the other end over TCP
  bool forwarded = false;       ///< a proxy passed it on: who really asks is somewhere else
  std::optional<Grant> grant;   ///< what the token that it sent gives
};

enum class BodyType { json, protobuf };

struct ApiRequest {
  std::string method;
  std::string path;  ///< percent-decoded, without the query
  std::multimap<std::string, std::string> query;
  std::string if_none_match;
  std::string body;           ///< of a request that writes, as it was before any encoding
  Caller caller;              ///< of a request that writes
  std::string last_event_id;  ///< where a stream goes on
  BodyType body_type = BodyType::json;
};

struct ApiReply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct Measured;  // agent/metrics/measured.h

/// What an answer is made from. `history` is null where no database can be read.
struct ApiContext {
  const Snapshot& snapshot;
  History* history;
  Instant now;
  const Measured* measured = nullptr;  ///< for a route that `measures`
};

using Handler = ApiReply (*)(const ApiRequest&, const ApiContext&);

/// Gives the reply, once, from any thread; the request's connection may be gone by then.
using Respond = std::function<void(ApiReply)>;
/// Answers when what it wrote is stored: it keeps `respond`, and nothing else of its arguments but the Writes. Runs
/// on the event loop, or on the worker's thread where the body is large.
using Writer = void (*)(const ApiRequest&, const ApiContext&, Writes&, const Respond& respond);

/// Writes a problem, of whatever part of the agent, in the form of the protocol that a route speaks.
using Rewording = ApiReply (*)(const ApiReply& problem, BodyType type);

/// One row of the contract, which schema/openapi.json describes. `pattern` is a regular expression over the whole
/// decoded path.
struct ApiRoute {
  std::string pattern;
  Handler get = nullptr;       ///< also of HEAD; null: there is nothing to read
  bool reads_history = false;  ///< may wait for the disk: runs outside the event loop
  bool waits = false;          ///< answers `wait_s` and `generation` (long poll)
  Writer post = nullptr;
  Writer put = nullptr;
  Writer del = nullptr;   ///< DELETE
  bool streams = false;   ///< a 200 is the head of a stream of events (stream_feed.h)
  bool measures = false;  ///< shows what the agent counts: gathered and rendered outside the event loop
  bool open = false;      ///< may be read by anybody, without a token: it tells nothing of what the agent knows
  Right to_write = Right::set_override;  ///< what POST, PUT and DELETE need; the most where a route says nothing
  bool takes_protobuf = false;           ///< a body may be application/x-protobuf
  Rewording reword = nullptr;            ///< of every answer from 400 on; null: application/problem+json
};

std::span<const ApiRoute> api_routes();

/// application/problem+json (RFC 9457). `type` is "about:blank": the status says what kind of problem it is, so
/// `title` is the status's phrase, and `detail` is the sentence for whoever asked.
ApiReply problem(int status, const std::string& title, const std::string& detail);

/// 400 for one query parameter, named by the member `parameter` as well as in the sentence.
ApiReply bad_parameter(const std::string& parameter, const std::string& detail);

/// 400, 403 or 413 for a JSON body: `pointer` (RFC 6901) says where in it the mistake is, "" for the whole.
ApiReply bad_body(int status, const std::string& pointer, const std::string& detail);

/// 401 or 403 for who may not, with what to do about it; nothing for who may.
std::optional<ApiReply> refuse_access(Verdict verdict, Right right);

/// 429 or 503: come again, not earlier than after `wait`, which is rounded up to a whole second.
ApiReply come_again(int status, const std::string& detail, Millis wait);

}  // namespace signalbox
