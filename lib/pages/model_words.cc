#include "lib/pages/model_words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace signalbox {
namespace {

constexpr size_t kFullDate = 8;   // 20240620
constexpr size_t kShortDate = 4;  // 0613, or the year of 2024-08-06
/// In a name these say which release it is, not which model.
constexpr std::array<std::string_view, 4> kReleaseMarks = {"latest", "preview", "exp", "experimental"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_word_character(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

bool is_number(std::string_view text, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most && std::ranges::all_of(text, is_digit);
}

bool is_minor_number(std::string_view text) { return is_number(text, 1, 2); }

/// "4", "v1", "4o" (OpenAI's omni), "003" (OpenAI's first names): what a version begins with.
bool is_major_number(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  if (is_number(text, 3, 3)) return text.starts_with('0');
  if (text.ends_with('o')) text.remove_suffix(1);
  return is_number(text, 1, 2);
}

/// What joins two words: as pages and requests write it, typographic hyphens and spaces included.
constexpr std::array<std::pair<std::string_view, char>, 9> kJoints = {{{"-", '-'},
                                                                       {"_", '-'},
                                                                       {"@", '-'},
                                                                       {"\u2010", '-'},
                                                                       {"\u2011", '-'},
                                                                       {".", '.'},
                                                                       {" ", ' '},
                                                                       {"\u00A0", ' '},
                                                                       {"\u202F", ' '}}};

/// What stands between two words, as one character.
char separator(std::string_view between) {
  const auto* joint = std::ranges::find(kJoints, between, [](const auto& row) { return row.first; });
  return joint == kJoints.end() ? Word::kBreak : joint->second;
}

/// Where "gpt5" divides into a family's word and a version; the whole size when it does not.
size_t family_prefix(std::string_view run, const std::vector<ModelFamily>& families) {
  const size_t letters = static_cast<size_t>(std::ranges::find_if(run, is_digit) - run.begin());
  if (letters == 0 || letters == run.size()) return run.size();
  const bool known = std::ranges::any_of(families, [&](const ModelFamily& family) {
    const std::vector<std::string> title = word_list(family.title);
    return !title.empty() && title.back() == run.substr(0, letters);
  });
  return known ? letters : run.size();
}

/// The snapshot at `i`, and how many words it takes: 20240620, 2024-08-06, or (joined only) 0613.
std::string snapshot_at(const std::vector<Word>& words, size_t i, size_t& taken) {
  const std::string& first = words[i].text;
  taken = 1;
  if (is_number(first, kFullDate, kFullDate)) return first;
  if (!words[i].joined() || !is_number(first, kShortDate, kShortDate)) return {};
  const bool full = i + 2 < words.size() && words[i + 1].joined() && words[i + 2].joined() &&
                    is_number(words[i + 1].text, 2, 2) && is_number(words[i + 2].text, 2, 2);
  if (!full) return first;
  taken = 3;
  return first + "-" + words[i + 1].text + "-" + words[i + 2].text;
}

bool is_release_mark(const Word& word) {
  const std::string_view text = word.text;
  return std::ranges::find(kReleaseMarks, text) != kReleaseMarks.end() ||
         is_number(text.starts_with('v') ? text.substr(1) : text, 1, 3);
}

}  // namespace

std::vector<std::string> word_list(std::string_view text) {
  std::vector<std::string> list;
  bool open = false;
  for (char c : text) {
    if (is_word_character(c)) {
      if (!open) list.emplace_back();
      list.back() += lower(c);
    }
    open = is_word_character(c);
  }
  return list;
}

std::vector<Word> split_words(std::string_view text, const std::vector<ModelFamily>& families) {
  std::vector<Word> words;
  size_t end = 0;  // of the run before
  for (size_t begin = 0; begin < text.size(); begin = std::max(end, begin + 1)) {
    if (!is_word_character(text[begin])) continue;
    const char before = words.empty() ? Word::kStart : separator(text.substr(end, begin - end));
    end = begin;
    std::string run;
    while (end < text.size() && is_word_character(text[end])) run += lower(text[end++]);
    const size_t prefix = family_prefix(run, families);
    words.push_back({run.substr(0, prefix), before});
    if (prefix < run.size()) words.push_back({run.substr(prefix), Word::kAttached});
  }
  return words;
}

bool is_variant(const ModelFamily& family, const std::string& word) {
  const std::vector<std::string> variants = word_list(family.variants);
  return std::ranges::find(variants, word) != variants.end();
}

std::optional<FoundVersion> version_at(const std::vector<Word>& words, size_t i) {
  if (i >= words.size() || !is_major_number(words[i].text)) return std::nullopt;
  FoundVersion found{.text = words[i].text, .begin = i, .end = i + 1, .revision = words[i].text.starts_with('v')};
  if (found.revision) found.text.erase(0, 1);
  const bool more = i + 1 < words.size() && (words[i + 1].before == '.' || words[i + 1].before == '-');
  if (more && is_minor_number(words[i + 1].text)) {
    found.text += "." + words[i + 1].text;
    found.end = i + 2;
    found.pointed = true;
    found.revision = false;
  }
  return found;
}

std::optional<FoundVersion> version_before(const std::vector<Word>& words, size_t i) {
  for (const size_t length : {size_t{2}, size_t{1}}) {
    if (i < length) continue;
    const std::optional<FoundVersion> found = version_at(words, i - length);
    if (found && found->end == i) return found;
  }
  return std::nullopt;
}

size_t read_parts(const std::vector<Word>& words, size_t i, const ModelFamily& family, ModelParts& parts) {
  bool only_hyphens = false;  // a word that says nothing was passed: a space ends the name
  while (i < words.size()) {
    const Word& word = words[i];
    if (!word.joined() && (word.before != ' ' || only_hyphens)) return i;
    size_t taken = 1;
    if (parts.version.empty()) {
      if (const std::optional<FoundVersion> version = version_at(words, i)) {
        parts.version = version->text;
        parts.leading = parts.variants.size();
        i = version->end;
        continue;
      }
    }
    const bool variant = is_variant(family, word.text) && (word.joined() || !parts.version.empty());
    if (const std::string snapshot = snapshot_at(words, i, taken); !snapshot.empty()) {
      parts.snapshot = snapshot;
    } else if (!variant && !word.joined()) {
      return i;
    } else if (!variant && (is_release_mark(word) || family.variants.empty())) {
      only_hyphens = parts.version.empty();
    } else {
      parts.variants.push_back(word.text);
    }
    i += taken;
  }
  return i;
}

std::optional<ModelParts> parse_model_name(std::string_view name, const ModelFamily& family) {
  // "ft:gpt-4o:org::id" is a tuning of gpt-4o, "models/gemini-2.5-pro" and "us.anthropic.claude-..." have vendors
  // in front, "claude-opus-4-6:thinking" and "...-v1:0" have a mode or revision behind.
  if (name.starts_with("ft:")) name.remove_prefix(3);
  name = name.substr(0, name.find(':'));
  name.remove_prefix(name.rfind('/') + 1);
  std::vector<Word> words = split_words(name, {family});
  std::vector<std::string> stem = word_list(family.model);
  if (stem.empty()) return std::nullopt;
  const auto first = std::ranges::find(words, stem.front(), &Word::text);
  const bool after_vendor = first != words.end() && (first->before == Word::kStart || first->before == '.');
  if (!after_vendor) return std::nullopt;
  words.erase(words.begin(), first);
  for (const std::string& part : stem) {
    const auto found = std::ranges::find(words, part, &Word::text);
    if (found == words.end()) return std::nullopt;
    words.erase(found);  // "claude-3-5-sonnet": the version stands between
  }
  ModelParts parts;
  if (read_parts(words, 0, family, parts) != words.size()) return std::nullopt;
  return parts;
}

}  // namespace signalbox
