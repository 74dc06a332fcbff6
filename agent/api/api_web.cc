#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "agent/api/api_handlers.h"
#include "agent/api/kept_answer.h"
#include "agent/api/web_assets.h"
#include "agent/deflate.h"

namespace signalbox {
namespace {

constexpr std::string_view kFolder = "/assets/";

/// Nothing but our own files and our own answers: a word that slipped through as markup could load, run and send
/// nothing. Trusted types make the sinks for markup throw in browsers that know them.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

struct AssetType {
  std::string_view ending;
  const char* type;
};
constexpr std::array<AssetType, 4> kTypes = {{{".mjs", "text/javascript; charset=utf-8"},
                                              {".js", "text/javascript; charset=utf-8"},
                                              {".css", "text/css; charset=utf-8"},
                                              {".svg", "image/svg+xml"}}};

const char* type_of(std::string_view name) {
  const auto found = std::ranges::find_if(kTypes, [&](const AssetType& one) { return name.ends_with(one.ending); });
  return found == kTypes.end() ? "application/octet-stream" : found->type;
}

ApiReply plain(const char* type, std::string_view text) {
  return {200, type, std::string(text), {{"X-Content-Type-Options", "nosniff"}}};
}

/// What a browser opens as a document: the page, and a picture that may hold scripts. A script or a style goes by
/// the policy of the page that loads it.
ApiReply guarded(const char* type, std::string_view text) {
  ApiReply reply = plain(type, text);
  reply.headers.emplace_back("Content-Security-Policy", kContentPolicy);
  reply.headers.emplace_back("Referrer-Policy", "no-referrer");
  return reply;
}

/// The assets as they are sent, a third of their size, in the order of web_assets(). Nobody but a browser that
/// knows modules asks for them, and each of those knows this coding: there is no other form to choose.
const std::vector<std::string>& packed_assets() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    for (const WebAsset& asset : web_assets()) made.push_back(deflate_bytes(asset.text));
    return made;
  }();
  return all;
}

}  // namespace

/// Asked for again each time, so that a new version is seen; small, and mostly a 304.
ApiReply answer_dashboard(const ApiRequest& request, const ApiContext&) {
  const std::string etag = "\"" + std::string(web_page_hash()) + "\"";
  ApiReply reply = guarded("text/html; charset=utf-8", web_page());
  reply.headers.emplace_back("ETag", etag);
  reply.headers.emplace_back("Cache-Control", "no-cache");
  if (matches_tag(request.if_none_match, etag)) {
    reply.status = 304;
    reply.body.clear();
  }
  return reply;
}

/// Kept for good: another text has another address. That of another version's is not known any more.
ApiReply answer_asset(const ApiRequest& request, const ApiContext&) {
  std::string_view rest = std::string_view(request.path).substr(kFolder.size());
  const size_t slash = rest.find('/');
  const std::string_view name = rest.substr(slash + 1);
  const auto found = std::ranges::find(web_assets(), name, &WebAsset::name);
  if (rest.substr(0, slash) != web_assets_hash() || found == web_assets().end()) {
    return problem(404, "Not Found", "no such file of the dashboard in this version; load the page again");
  }
  const std::string& packed = packed_assets()[static_cast<size_t>(found - web_assets().begin())];
  ApiReply reply = name.ends_with(".svg") ? guarded(type_of(name), packed) : plain(type_of(name), packed);
  reply.headers.emplace_back("Content-Encoding", "deflate");
  reply.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  return reply;
}

}  // namespace signalbox
