#include <fmt/format.h>

#include <algorithm>

#include "lib/config/config_sections.h"
#include "lib/ids.h"
#include "lib/url.h"

namespace signalbox {
namespace {

constexpr Millis kCourteousInterval = seconds(10);

/// Pages are read over https; plain http is for a fake page of our own on this machine.
void check_url(ConfigReader& reader, const std::string& key, const std::string& text) {
  const Result<Url> url = parse_url(text);
  if (!url) return reader.error(key, url.error().message);
  if (url->scheme == UrlScheme::http && !is_loopback(url->host)) {
    reader.error(key, fmt::format("\"{}\": plain http is accepted for loopback addresses only; use https", text));
  }
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
  if (source.documents.empty()) return;
  if (source.kind != SourceKind::statuspage) {
    reader.error("documents",
                 fmt::format("documents: a {} source has one document; use urls", to_string(source.kind)));
  }
  for (const auto& [name, url] : source.documents) {
    check_url(reader, "documents", url);
    if (name == "components" || name == "incidents") continue;
    reader.error("documents",
                 fmt::format("documents: unknown document \"{}\"; known are components, incidents", name));
  }
  if (!source.documents.contains("components")) {
    reader.error("documents", "documents: components is missing: without it there is no status");
  }
}

void check_watched(ConfigReader& reader, const SourceConfig& source) {
  const bool by_product = source.kind == SourceKind::google_cloud;
  const std::string wanted = by_product ? "products" : "components";
  const std::string other = by_product ? "components" : "products";
  const auto& watched = by_product ? source.products : source.components;
  const auto& unused = by_product ? source.components : source.products;
  if (watched.empty()) {
    reader.error(wanted, fmt::format("{} is missing: name the ids that a {} source watches", wanted,
                                     to_string(source.kind)));
  }
  if (!unused.empty()) {
    reader.error(other,
                 fmt::format("{} means nothing for a {} source; use {}", other, to_string(source.kind), wanted));
  }
  const bool needs_key = source.kind == SourceKind::ai_studio;
  if (needs_key && source.api_key.empty()) {
    reader.error("api_key", "api_key is missing: an ai_studio source needs the status page's public browser key");
  }
  if (!needs_key && !source.api_key.empty()) {
    reader.error("api_key", fmt::format("api_key means nothing for a {} source", to_string(source.kind)));
  }
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
  reader.text("name", source.name);
  read_kind(reader, source);
  reader.texts("urls", source.urls);
  reader.text_map("documents", source.documents);
  reader.text("page_id", source.page_id);
  reader.texts("components", source.components);
  reader.texts("products", source.products);
  reader.text("api_key", source.api_key);
  reader.duration("interval_s", source.interval, seconds(1), hours(1));
  if (source.interval < kCourteousInterval && asks_others(source)) {
    reader.warning("interval_s", "interval_s: below 10 a status page may take us for an attack and lock us out");
  }
  if (!is_provider_name(source.name)) {
    reader.error("name", fmt::format("name must be 1-64 of a-z 0-9 _ -; it is \"{}\"", source.name));
  }
  if (source.urls.empty() == source.documents.empty()) {
    reader.error(source.urls.empty() ? "name" : "documents", "exactly one of urls and documents must be there");
  }
  for (const std::string& url : source.urls) check_url(reader, "urls", url);
  check_documents(reader, source);
  check_watched(reader, source);
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
  if (family.title.empty()) reader.error("title", "title is missing: the word that incident titles use");
  if (family.model.empty()) reader.error("model", "model is missing: what the names of its models have");
  reader.finish();
  return family;
}

void read_models(ConfigReader& reader, std::vector<std::string>& models) {
  reader.texts("models", models);
  for (const std::string& model : models) {
    if (is_model_name(model)) continue;
    reader.error("models", fmt::format("models: \"{}\" must be 1-128 of A-Z a-z 0-9 . _ : @ / -", model));
  }
  std::ranges::sort(models);
  const auto twice = std::ranges::adjacent_find(models);
  if (twice != models.end()) reader.error("models", fmt::format("models: \"{}\" is there twice", *twice));
}

void read_provider(const toml::table& table, ProviderConfig& provider, ConfigProblems& problems) {
  const std::string path = fmt::format("[providers.{}]", provider.name);
  ConfigReader reader(table, path, problems);
  reader.boolean("enabled", provider.enabled);
  read_models(reader, provider.models);
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
      if (std::ranges::count(provider.sources, name, &SourceConfig::name) > 1) {
        one.error("name", fmt::format("name: this provider has a source \"{}\" already", name));
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
    if (!is_provider_name(name)) {
      reader.error(name, fmt::format("a provider's name must be 1-64 of a-z 0-9 _ -; it is \"{}\"", name));
      continue;
    }
    const auto known = std::ranges::find(providers, name, &ProviderConfig::name);
    ProviderConfig& provider =
        known != providers.end() ? *known : providers.emplace_back(ProviderConfig{.name = name});
    read_provider(*one, provider, problems);
  }
}

}  // namespace signalbox
