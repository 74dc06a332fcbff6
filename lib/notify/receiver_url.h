#pragma once
/// Where a receiver of notifications may be: https, and plain http on this machine alone.
///
/// Errors never show the URL: whoever knows a Slack URL may post with it.
#include <string_view>

#include "lib/result.h"
#include "lib/url.h"

namespace signalbox {

Result<Url> receiver_url(std::string_view text);

}  // namespace signalbox
