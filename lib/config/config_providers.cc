#include <fmt/format.h>

#include <algorithm>

#include "lib/config/config_sections.h"
#include "lib/ids.h"
#include "lib/url.h"

namespace signalbox {
namespace {

constexpr Millis kCourteousInterval = seconds(10);

/// Pages are read over https; plain http is for a fake page of our own on this machine.
std::string check_url(const std::string& text) {
  const Result<Url> url = parse_url(text);
  if (!url) return url.error().message;
  if (url->scheme == UrlScheme::https || is_loopback(url->host)) return "";
  return fmt::format("{}: plain http is accepted for loopback addresses only; use https", quoted(text));
}

std::string check_name(const std::string& text) {
  return is_provider_name(text) ? "" : fmt::format("must be 1-64 of a-z 0-9 _ -; it is {}", quoted(text));
}

std::string check_model(const std::string& text) {
  return is_model_name(text) ? "" : fmt::format("{} must be 1-128 of A-Z a-z 0-9 . _ : @ / -", quoted(text));
}

/// A page on this machine is ours to ask as often as we like.
bool asks_others(const SourceConfig& source) {
  std::vector<std::string> urls = source.urls;
  for (const auto& [name, url] : source.documents) urls.push_back(url);
  return std::ranges::any_of(urls, [](const std::string& text) {
    const Result<Url> url = parse_url(text);
    return url && !is_loopback(url->host);
  });
}

void check_documents(ConfigReader& reader, const SourceConfig& source) {
  if (!reader.has("documents")) return;
  if (source.kind != SourceKind::statuspage) {
    reader.error("documents",
                 fmt::format("documents: a source of kind {} has one document; use urls", to_string(source.kind)));
  }
  for (const auto& [name, url] : source.documents) {
    if (name == "components" || name == "incidents") continue;
    reader.error("documents",
                 fmt::format("documents: unknown document {}; known are components, incidents", quoted(name)));
  }
  if (!source.documents.contains("components")) {
    reader.missing("documents", "documents: components is missing: without it there is no status");
  }
}

void check_watched(ConfigReader& reader, const SourceConfig& source) {
  const bool by_product = source.kind == SourceKind::google_cloud;
  const std::string wanted = by_product ? "products" : "components";
  const std::string other = by_product ? "components" : "products";
  const auto& watched = by_product ? source.products : source.components;
  const auto& unused = by_product ? source.components : source.products;
  if (watched.empty()) {
    reader.missing(wanted, fmt::format("{} is missing: name the ids that a source of kind {} watches", wanted,
                                       to_string(source.kind)));
  }
  if (!unused.empty()) {
    reader.error(other, fmt::format("{} means nothing for a source of kind {}; use {}", other,
                                    to_string(source.kind), wanted));
  }
  const bool needs_key = source.kind == SourceKind::ai_studio;
  if (needs_key && source.api_key.empty()) {
    reader.missing("api_key", "api_key is missing: an ai_studio source needs the status page's public browser key");
  }
  if (!needs_key && !source.api_key.empty()) {
    reader.error("api_key", fmt::format("api_key means nothing for a source of kind {}", to_string(source.kind)));
  }
  if (!source.page_id.empty() && source.kind != SourceKind::statuspage) {
    reader.error("page_id", fmt::format("page_id means nothing for a source of kind {}", to_string(source.kind)));
  }
}

void check_addresses(ConfigReader& reader, const SourceConfig& source) {
  const bool urls = reader.has("urls");
  const bool documents = reader.has("documents");
  if (urls && documents) return reader.error("documents", "documents: a source has urls or documents, not both");
  if (!urls && !documents) return reader.error("urls", "urls is missing: where the page is");
  if (urls && source.urls.empty()) reader.missing("urls", "urls names no page");
}

void read_kind(ConfigReader& reader, SourceConfig& source) {
  std::string kind(to_string(source.kind));
  reader.choice("kind", kind, {"statuspage", "google_cloud", "ai_studio"});
  for (const SourceKind one : {SourceKind::statuspage, SourceKind::google_cloud, SourceKind::ai_studio}) {
    if (kind == to_string(one)) source.kind = one;
  }
  // These feeds send everything each time and ignore conditional requests.
  if (source.kind != SourceKind::statuspage) source.interval = seconds(120);
}

SourceConfig read_source(ConfigReader reader) {
  SourceConfig source;
  reader.text("name", source.name, check_name);
  read_kind(reader, source);
  reader.texts("urls", source.urls, check_url);
  reader.text_map("documents", source.documents, check_url);
  reader.text("page_id", source.page_id);
  reader.texts("components", source.components);
  reader.texts("products", source.products);
  reader.text("api_key", source.api_key);
  reader.duration("interval_s", source.interval, seconds(1), hours(1));
  if (source.interval < kCourteousInterval && asks_others(source)) {
    reader.warning("interval_s", "interval_s: below 10 a status page may take us for an attack and lock us out");
  }
  if (source.name.empty()) reader.missing("name", "name is missing: what this source is called in answers");
  check_addresses(reader, source);
  if (!reader.is_wrong("kind")) {
    check_documents(reader, source);
    check_watched(reader, source);
  }
  reader.finish();
  return source;
}

ModelFamily read_family(ConfigReader reader) {
  ModelFamily family;
  reader.text("title", family.title);
  reader.text("model", family.model);
  reader.text("variants", family.variants);
  reader.text("point", family.point);
  reader.boolean("product", family.product);
  reader.boolean("base_model", family.base_model);
  if (family.title.empty()) reader.missing("title", "title is missing: the word that incident titles use");
  if (family.model.empty()) reader.missing("model", "model is missing: what the names of its models have");
  reader.finish();
  return family;
}

void read_provider(const toml::table& table, ProviderConfig& provider, ConfigProblems& problems) {
  const std::string path = fmt::format("[providers.{}]", provider.name);
  ConfigReader reader(table, path, problems);
  reader.boolean("enabled", provider.enabled);
  reader.texts("models", provider.models, check_model);
  reader.boolean("count_throttled", provider.count_throttled);
  if (reader.has("families")) {
    provider.families.clear();
    for (const toml::table* family : reader.tables("families")) {
      provider.families.push_back(
          read_family({*family, fmt::format("[[providers.{}.families]]", provider.name), problems}));
    }
  }
  if (reader.has("sources")) {
    provider.sources.clear();
    for (const toml::table* source : reader.tables("sources")) {
      ConfigReader one(*source, fmt::format("[[providers.{}.sources]]", provider.name), problems);
      provider.sources.push_back(read_source(one));
      const std::string& name = provider.sources.back().name;
      if (!name.empty() && std::ranges::count(provider.sources, name, &SourceConfig::name) > 1) {
        one.error("name", fmt::format("name: this provider has a source {} already", quoted(name)));
      }
    }
  }
  reader.finish();
}

}  // namespace

void read_providers(const toml::table& table, std::vector<ProviderConfig>& providers, ConfigProblems& problems) {
  ConfigReader reader(table, "[providers]", problems);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const toml::table* one = reader.table(name);
    if (one == nullptr) continue;
    if (const std::string why = check_name(name); !why.empty()) {
      reader.error(name, "a provider's name " + why);
      continue;
    }
    const auto known = std::ranges::find(providers, name, &ProviderConfig::name);
    ProviderConfig& provider =
        known != providers.end() ? *known : providers.emplace_back(ProviderConfig{.name = name});
    read_provider(*one, provider, problems);
  }
}

}  // namespace signalbox
