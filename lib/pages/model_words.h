#pragma once
/// Titles and model names as words, and the parts of a model's name: version, variants, snapshot.
///
/// "gpt-4o-mini-2024-07-18" is the family "gpt", version "4o", variant "mini", snapshot "2024-07-18".
/// "claude-3-5-sonnet@20240620" is the family "claude-sonnet", version "3.5", snapshot "20240620".
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config.h"

namespace signalbox {

/// Letters and digits in lower case, and what stands between them and the word before.
struct Word {
  static constexpr char kStart = '^';     ///< nothing
  static constexpr char kAttached = '+';  ///< the same run: "GPT5" is "gpt" and an attached "5"
  static constexpr char kBreak = ',';     ///< anything that ends a name: comma, bracket, several characters

  std::string text;
  char before = kStart;  ///< '-', '.', ' ', or one of the above

  bool joined() const { return before == '-' || before == '.' || before == kAttached; }
  bool adjacent() const { return joined() || before == ' '; }
};

struct ModelParts {
  std::string version;                ///< "4.6", "4o", "003"; empty: none
  std::vector<std::string> variants;  ///< in order
  size_t leading = 0;                 ///< so many of them stand before the version: "gpt-image-1"
  std::string snapshot;               ///< "20240620", "2024-08-06", "0613"
};

/// A run that begins with the last word of a family's title and goes on with a digit is two words.
std::vector<Word> split_words(std::string_view text, const std::vector<ModelFamily>& families);

/// Words separated by spaces or hyphens: a family's `title`, `model` or `variants`.
std::vector<std::string> word_list(std::string_view text);

bool is_variant(const ModelFamily& family, const std::string& word);

struct FoundVersion {
  std::string text;  ///< without a leading "v"
  size_t begin = 0;
  size_t end = 0;  ///< past its last word
  bool pointed = false;
  bool revision = false;  ///< written "v2": may be a revision of a version named elsewhere
};
/// The version that starts at, or ends before, the word `i`.
std::optional<FoundVersion> version_at(const std::vector<Word>& words, size_t i);
std::optional<FoundVersion> version_before(const std::vector<Word>& words, size_t i);

/// Reads what follows a family's word, from `i`, into `parts` and returns where the name ends. Hyphens hold a name
/// together whatever the words are; after a space only a version, a known variant or a full date belong to it.
size_t read_parts(const std::vector<Word>& words, size_t i, const ModelFamily& family, ModelParts& parts);

/// The parts of a model's name as requests write it; nothing when it is of another family.
std::optional<ModelParts> parse_model_name(std::string_view name, const ModelFamily& family);

}  // namespace signalbox
