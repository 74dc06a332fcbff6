#pragma once
/// Status pages for tests: the small ones in tests/data, the captured ones beside the repository (not part of it:
/// tests that want them say so and pass without), and readings as text.
#include <optional>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/json.h"
#include "lib/pages/fetched.h"
#include "lib/pages/page.h"
#include "lib/result.h"

namespace signalbox::testing {

/// A file of tests/data. Missing is a bug: the test ends.
std::string data_file(const std::string& name);
Json data_json(const std::string& name);

/// A captured page; empty when the folder is not there.
std::optional<std::string> captured_page(const std::string& name);
/// Every captured page, or none.
std::vector<std::string> captured_pages();

/// The built-in provider.
ProviderConfig provider(const std::string& name);
/// An AI Studio source, which is not built in.
SourceConfig ai_studio_source();

FetchedDocument answer(std::string name, int status, std::string body);
/// `read_source` of one good document of the provider's first source.
Result<PageReading> read_page(const std::string& provider_name, const std::string& body);

/// A line each for the page, its components, incidents and maintenances: everything but unwatched components,
/// which are counted. An error is "error: ...".
std::string describe(const Result<PageReading>& reading);

}  // namespace signalbox::testing
