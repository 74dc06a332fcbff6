#pragma once
/// The dashboard's files, agent/web, as they were when the binary was built.
#include <span>
#include <string_view>

namespace signalbox {

struct WebAsset {
  std::string_view name;  ///< "chart.mjs"
  std::string_view text;
};

/// All but the page itself.
std::span<const WebAsset> web_assets();
/// Of all of them: the folder in their addresses.
std::string_view web_assets_hash();

/// index.html, with the addresses of the assets in it.
std::string_view web_page();
std::string_view web_page_hash();

}  // namespace signalbox
