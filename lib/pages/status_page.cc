#include "lib/pages/status_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/pages/decode_ai_studio.h"
#include "lib/pages/decode_fields.h"
#include "lib/pages/decode_google_cloud.h"
#include "lib/pages/decode_statuspage.h"
#include "lib/text.h"

namespace signalbox {
namespace {

using Decoder = Result<PageReading> (*)(const ProviderConfig&, const SourceConfig&,
                                        const std::vector<FeedDocument>&);

struct Format {
  SourceKind kind;
  Decoder decode;
};

constexpr std::array kFormats = {
    Format{SourceKind::statuspage, decode_statuspage},
    Format{SourceKind::google_cloud, decode_google_cloud},
    Format{SourceKind::ai_studio, decode_ai_studio},
};

/// A header from outside, shown in an error: enough for a host and a path.
constexpr size_t kMaxShownHeader = 120;

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string label_of(const std::string& name, size_t documents) {
  return documents > 1 ? name + ": " : std::string();
}

bool is_html(const HttpReply& reply) {
  std::string_view body = reply.body;
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  const size_t first = body.find_first_not_of(kSpace);
  return reply.content_type.starts_with("text/html") || (first != body.npos && body[first] == '<');
}

std::string describe_challenge(const HttpReply& reply) {
  std::string sign = clean_text(!reply.waf_action.empty() ? reply.waf_action : reply.cf_mitigated, kMaxShownHeader);
  if (sign.empty() && reply.status == 202) sign = "empty body";
  return sign.empty() ? fmt::format("bot challenge ({})", reply.status)
                      : fmt::format("bot challenge ({}, {})", reply.status, sign);
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What keeps an HTTP answer from being a document; empty when nothing does.
std::string reply_fault(const HttpReply& reply) {
  if (is_bot_challenge(reply)) return describe_challenge(reply);
  if (is_redirect(reply.status)) {
    const std::string to = clean_text(reply.location, kMaxShownHeader);
    return fmt::format("redirects ({}) to {}: not followed; if the page has moved, change the URL", reply.status,
                       to.empty() ? "nowhere" : to);
  }
  if (reply.status != 200) return fmt::format("HTTP {}", reply.status);
  if (is_html(reply)) return "an HTML page instead of JSON: the page may have moved to another vendor";
  return {};
}

std::string fault_of(const FetchedDocument& document) {
  if (const auto* failure = std::get_if<FetchFailure>(&document.result)) {
    return failure->detail.empty() ? "the fetch failed" : failure->detail;
  }
  return reply_fault(std::get<HttpReply>(document.result));
}

}  // namespace

Result<PageReading> decode_page(const ProviderConfig& provider, const SourceConfig& source,
                                const std::vector<PageDocument>& documents) {
  std::vector<FeedDocument> parsed;
  for (const PageDocument& document : documents) {
    const std::string label = label_of(document.name, documents.size());
    Result<Json> root = parse_json(document.body);
    if (!root) return Error{label + root.error().message};
    parsed.push_back({document.name, label, *std::move(root)});
  }
  return decode_documents(provider, source, parsed);
}

Result<PageReading> decode_documents(const ProviderConfig& provider, const SourceConfig& source,
                                     const std::vector<FeedDocument>& documents) {
  if (documents.empty()) return Error{"no document to read"};
  const auto* format = std::ranges::find(kFormats, source.kind, &Format::kind);
  if (format == kFormats.end()) return Error{"a kind of source that no decoder reads"};
  return format->decode(provider, source, documents);
}

Result<Json> read_fetched(const FetchedDocument& document) {
  const std::string fault = fault_of(document);
  if (!fault.empty()) return Error{fault};
  return parse_json(std::get<HttpReply>(document.result).body);
}

Result<PageReading> read_source(const ProviderConfig& provider, const SourceConfig& source,
                                const std::vector<FetchedDocument>& documents) {
  std::vector<FeedDocument> parsed;
  for (const FetchedDocument& document : documents) {
    const std::string label = label_of(document.name, documents.size());
    Result<Json> root = read_fetched(document);
    if (!root) return Error{label + root.error().message};
    parsed.push_back({document.name, label, *std::move(root)});
  }
  return decode_documents(provider, source, parsed);
}

}  // namespace signalbox
