#include "lib/config/config_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lib/config/nearest.h"
#include "lib/text.h"

namespace signalbox {
namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

/// A quoted page text (kMaxPageText) and what is wrong with it.
constexpr size_t kMaxMessage = 500;

bool is_control(char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }

std::string not_empty(const std::string& text) { return text.empty() ? "an empty string" : ""; }

/// What is wrong by the first of two checks that finds something.
ConfigReader::Check both(const ConfigReader::Check& first, const ConfigReader::Check& second) {
  return [first, second](const std::string& text) {
    const std::string why = first(text);
    return why.empty() && second ? second(text) : why;
  };
}

}  // namespace

std::string quoted(std::string_view text) {
  constexpr size_t kEnough = 80;  // to find it in the file
  return fmt::format("\"{}\"", clean_text(text, kEnough));
}

double unit_ms(std::string_view key) {
  if (key.ends_with("_ms")) return 1;
  if (key.ends_with("_hours")) return 3600.0 * 1000;
  return key.ends_with("_days") ? 24.0 * 3600 * 1000 : 1000;
}

bool has_errors(const ConfigProblems& problems) {
  return std::ranges::count(problems, ConfigProblem::Severity::error, &ConfigProblem::severity) > 0;
}

void ConfigReader::text(const std::string& key, std::string& value, const Check& check) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto found = text_of(*node, key, check)) value = *found;
}

void ConfigReader::choice(const std::string& key, std::string& value, const std::vector<std::string>& allowed) {
  text(key, value, [&](const std::string& given) -> std::string {
    if (std::ranges::count(allowed, given) > 0) return "";
    const std::string near = nearest(given, allowed);
    return fmt::format("{} is not one of {}{}", quoted(given), fmt::join(allowed, ", "),
                       near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
  });
}

void ConfigReader::boolean(const std::string& key, bool& value) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto* found = node->as_boolean()) {
    value = found->get();
  } else {
    wrong_type(*node, key, "true or false");
  }
}

void ConfigReader::integer(const std::string& key, int64_t& value, int64_t low, int64_t high) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* found = node->as_integer();
  if (found == nullptr) return wrong_type(*node, key, "a whole number");
  if (found->get() < low || found->get() > high) {
    return wrong(*node, key, fmt::format("must be from {} to {}; it is {}", low, high, found->get()));
  }
  value = found->get();
}

void ConfigReader::integer(const std::string& key, int& value, int low, int high) {
  int64_t wide = value;
  integer(key, wide, low, high);
  value = static_cast<int>(wide);
}

void ConfigReader::number(const std::string& key, double& value, double low, double high) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (!node->is_number()) return wrong_type(*node, key, "a number");
  const double given = *node->value<double>();
  if (!(given >= low && given <= high)) {
    return wrong(*node, key, fmt::format("must be from {} to {}; it is {}", low, high, given));
  }
  value = given;
}

void ConfigReader::duration(const std::string& key, Millis& value, Millis low, Millis high) {
  const double unit = unit_ms(key);
  const auto in_unit = [&](Millis duration) { return static_cast<double>(duration.count()) / unit; };
  double given = in_unit(value);
  const double before = given;
  number(key, given, in_unit(low), in_unit(high));
  if (given != before) value = Millis(std::llround(given * unit));
}

void ConfigReader::texts(const std::string& key, std::vector<std::string>& values, const Check& check) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  std::vector<std::string> given;
  const Check check_all = both(not_empty, check);
  const auto take = [&](const toml::node& element) {
    const auto found = text_of(element, key, check_all);
    if (!found) return;
    if (std::ranges::count(given, *found) > 0) {
      return wrong(element, key, fmt::format("{} is there twice", quoted(*found)));
    }
    given.push_back(*found);
  };
  if (const auto* array = node->as_array()) {
    for (const toml::node& element : *array) take(element);
  } else {
    take(*node);
  }
  values = std::move(given);
}

void ConfigReader::text_map(const std::string& key, std::map<std::string, std::string>& values,
                            const Check& check) {
  const toml::table* found = table(key);
  if (found == nullptr) return;
  values.clear();
  const Check check_all = both(not_empty, check);
  for (const auto& [name, node] : *found) {
    const auto text = text_of(node, fmt::format("{}.{}", key, name.str()), check_all);
    if (text) values[std::string(name.str())] = *text;
    if (!text) wrong_.insert(key);
  }
}

const toml::table* ConfigReader::table(const std::string& key) {
  const toml::node* node = find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) wrong_type(*node, key, "a table");
  return node->as_table();
}

std::vector<const toml::table*> ConfigReader::tables(const std::string& key) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    wrong_type(*node, key, "an array of tables");
    return {};
  }
  std::vector<const toml::table*> found;
  for (const toml::node& element : *array) {
    if (!element.is_table()) wrong_type(element, key, "an array of tables");
    if (element.is_table()) found.push_back(element.as_table());
  }
  return found;
}

void ConfigReader::finish() {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (std::ranges::count(known_, name) > 0) continue;
    const std::string near = nearest(name, known_);
    const std::string hint = near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
    note(ConfigProblem::Severity::error, key.source(),
         fmt::format("unknown key {} in {}{}", quoted(name), path_, hint));
  }
}

void ConfigReader::error(const std::string& key, const std::string& message) {
  const toml::node* node = table_.get(key);
  note(ConfigProblem::Severity::error, node != nullptr ? node->source() : table_.source(),
       fmt::format("{}: {}", path_, message));
}

void ConfigReader::warning(const std::string& key, const std::string& message) {
  const toml::node* node = table_.get(key);
  note(ConfigProblem::Severity::warning, node != nullptr ? node->source() : table_.source(),
       fmt::format("{}: {}", path_, message));
}

void ConfigReader::missing(const std::string& key, const std::string& message) {
  if (!is_wrong(key)) error(key, message);
}

const toml::node* ConfigReader::find(const std::string& key) {
  known_.push_back(key);
  return table_.get(key);
}

void ConfigReader::note(ConfigProblem::Severity severity, const toml::source_region& place,
                        const std::string& message) {
  problems_.push_back({severity, static_cast<int>(place.begin.line), static_cast<int>(place.begin.column),
                       clean_text(message, kMaxMessage)});
}

void ConfigReader::wrong(const toml::node& node, const std::string& key, const std::string& why) {
  wrong_.insert(key);
  note(ConfigProblem::Severity::error, node.source(), fmt::format("{}: {}: {}", path_, key, why));
}

void ConfigReader::wrong_type(const toml::node& node, const std::string& key, std::string_view expected) {
  wrong(node, key, fmt::format("must be {}; it is {}", expected, type_name(node)));
}

std::optional<std::string> ConfigReader::text_of(const toml::node& node, const std::string& key,
                                                 const Check& check) {
  const auto* found = node.as_string();
  if (found == nullptr) {
    wrong_type(node, key, "a string");
    return std::nullopt;
  }
  const std::string& text = found->get();
  const std::string why = std::ranges::any_of(text, is_control) ? "holds a control character"
                          : check                               ? check(text)
                                                                : "";
  if (why.empty()) return text;
  wrong(node, key, why);
  return std::nullopt;
}

}  // namespace signalbox
