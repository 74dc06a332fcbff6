#pragma once
/// From bytes to a reading: a table, source kind -> decoder. A new feed is one function and one row.
///
/// Errors: the sentence says what is wrong, and names the document where the source has several ("components: not
/// JSON: byte 17 of 4096"). A page that cannot be understood whole is an error, never a healthy reading: wrong page
/// id, no configured component present, HTML, a shape we do not know.
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/pages/decode_fields.h"
#include "lib/pages/fetched.h"
#include "lib/pages/page.h"
#include "lib/result.h"

namespace signalbox {

/// One good answer's body.
struct PageDocument {
  std::string name;  ///< "summary", "components", "incidents"
  std::string body;
};

Result<PageReading> decode_page(const ProviderConfig& provider, const SourceConfig& source,
                                const std::vector<PageDocument>& documents);

/// The same of documents that are parsed already.
Result<PageReading> decode_documents(const ProviderConfig& provider, const SourceConfig& source,
                                     const std::vector<FeedDocument>& documents);

/// One document of a poll, judged and parsed.
Result<Json> read_fetched(const FetchedDocument& document);

/// What a poll brought, judged: HTTP status, bot challenge, redirect and fetch failures first, then `decode_page`.
/// Redirects are errors that say where they lead.
Result<PageReading> read_source(const ProviderConfig& provider, const SourceConfig& source,
                                const std::vector<FetchedDocument>& documents);

}  // namespace signalbox
