#pragma once
/// One TOML table, read key by key into defaults. Whatever is wrong is noted with its place and leaves the default;
/// `finish` notes the keys that nobody asked for.
///
/// Invariant: no text that is read holds a control character: paths and names go to system calls and terminals.
#include <toml++/toml.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config_problem.h"
#include "lib/time.h"

namespace signalbox {

/// In quotation marks, cleaned, and cut so that what is said about it stays in sight.
std::string quoted(std::string_view text);

/// Milliseconds in the unit that a duration's key ends in: `_ms`, `_s` or `_days`.
double unit_ms(std::string_view key);

class ConfigReader {
 public:
  /// Says what is wrong with a text; empty: nothing.
  using Check = std::function<std::string(const std::string& text)>;

  /// `path` names the table as people write it: "[server]", "[[providers.claude.sources]]".
  ConfigReader(const toml::table& table, std::string path, ConfigProblems& problems)
      : table_(table), path_(std::move(path)), problems_(problems) {}

  void text(const std::string& key, std::string& value, const Check& check = {});
  void choice(const std::string& key, std::string& value, const std::vector<std::string>& allowed);
  void boolean(const std::string& key, bool& value);
  void integer(const std::string& key, int64_t& value, int64_t low, int64_t high);
  void integer(const std::string& key, int& value, int low, int high);
  void number(const std::string& key, double& value, double low, double high);
  /// The key ends in the unit: `_ms`, `_s` or `_days`. Fractions are fine; the limits are inclusive.
  void duration(const std::string& key, Millis& value, Millis low, Millis high);
  /// A string, or an array of strings; none may be empty or there twice. Takes those that are right.
  void texts(const std::string& key, std::vector<std::string>& values, const Check& check = {});
  /// A table of strings, none empty. Takes those that are right.
  void text_map(const std::string& key, std::map<std::string, std::string>& values, const Check& check = {});

  /// The sub-table, if there is one; another type is noted.
  const toml::table* table(const std::string& key);
  /// The elements of an array of tables.
  std::vector<const toml::table*> tables(const std::string& key);

  /// Whether the key is there; it counts as asked for.
  bool has(const std::string& key) { return find(key) != nullptr; }
  void finish();

  /// Notes something about a key that is there, or about the table when it is not.
  void error(const std::string& key, const std::string& message);
  void warning(const std::string& key, const std::string& message);
  /// Notes that a needed key is missing, unless its own mistake was noted: one mistake, one message.
  void missing(const std::string& key, const std::string& message);
  /// Whether the key's value, or a part of it, was noted as wrong and not taken.
  bool is_wrong(const std::string& key) const { return wrong_.contains(key); }

 private:
  const toml::node* find(const std::string& key);
  void note(ConfigProblem::Severity severity, const toml::source_region& place, const std::string& message);
  void wrong(const toml::node& node, const std::string& key, const std::string& why);
  void wrong_type(const toml::node& node, const std::string& key, std::string_view expected);
  std::optional<std::string> text_of(const toml::node& node, const std::string& key, const Check& check);

  const toml::table& table_;
  std::string path_;
  ConfigProblems& problems_;
  std::vector<std::string> known_;
  std::set<std::string> wrong_;  // keys whose values were not taken
};

}  // namespace signalbox
