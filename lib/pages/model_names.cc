#include "lib/pages/model_names.h"

#include <algorithm>

#include "lib/ids.h"
#include "lib/pages/model_words.h"

namespace signalbox {
namespace {

/// "Gemini API 2.5 Pro": the one word that titles put between a family and its version.
constexpr std::string_view kFiller = "api";

/// "Opus 48": a lost point is likelier than forty-eight versions.
bool is_doubtful(const FoundVersion& version) {
  return !version.pointed && version.text.size() == 2 &&
         version.text.find_first_not_of("0123456789") == std::string::npos;
}

/// A family of one letter is written without a hyphen: "o3-mini".
std::string canonical_name(const ModelFamily& family, const ModelParts& parts) {
  std::string name = family.model;
  for (size_t i = 0; i <= parts.variants.size(); ++i) {
    if (i == parts.leading && !parts.version.empty()) {
      if (name.size() > 1) name += '-';
      for (char c : parts.version) name += c == '.' ? family.point : std::string(1, c);
    }
    if (i < parts.variants.size()) name += "-" + parts.variants[i];
  }
  if (!parts.snapshot.empty()) name += "-" + parts.snapshot;
  return name;
}

/// Finds the models that one title names, from left to right.
class TitleReader {
 public:
  TitleReader(std::string_view title, const std::vector<ModelFamily>& families)
      : families_(families), words_(split_words(title, families)) {}

  std::vector<std::string> read() {
    for (size_t i = 0; i < words_.size();) {
      const ModelFamily* family = family_at(i);
      i = family ? read_mention(*family, i) : i + 1;
    }
    return std::move(names_);
  }

 private:
  const ModelFamily* family_at(size_t i) const;
  bool owns_word(const ModelFamily& family, size_t i) const;
  size_t read_mention(const ModelFamily& family, size_t i);
  void read_after(const ModelFamily& family, size_t i, const std::optional<FoundVersion>& before);
  void read_list(const ModelFamily& family, ModelParts item);
  size_t next_item(size_t i) const;
  bool belongs_to_next_family(const FoundVersion& version) const;
  bool list_belongs_to_next_family(FoundVersion version) const;
  void add(const ModelFamily& family, const ModelParts& parts);

  const std::vector<ModelFamily>& families_;
  std::vector<Word> words_;
  size_t next_ = 0;  ///< the first word that no mention has used
  std::vector<std::string> names_;
};

/// The family with the longest title that stands at `i`.
const ModelFamily* TitleReader::family_at(size_t i) const {
  const ModelFamily* longest = nullptr;
  for (const ModelFamily& family : families_) {
    if (!owns_word(family, i)) continue;
    if (!longest || family.title.size() > longest->title.size()) longest = &family;
  }
  return longest;
}

bool TitleReader::owns_word(const ModelFamily& family, size_t i) const {
  const std::vector<std::string> title = word_list(family.title);
  if (title.empty() || i + title.size() > words_.size()) return false;
  for (size_t k = 0; k < title.size(); ++k) {
    if (words_[i + k].text != title[k] || (k > 0 && !words_[i + k].adjacent())) return false;
  }
  // "o" is a family's word only in "o3"; "davinci" is not one in "text-davinci", "sonnet" is in
  // "claude-3-5-sonnet".
  const size_t last = i + title.size() - 1;
  const bool single = title.size() == 1 && title.front().size() == 1;
  if (single && (last + 1 >= words_.size() || words_[last + 1].before != Word::kAttached)) return false;
  if (i == 0 || !words_[i].joined()) return true;
  const std::vector<std::string> stem = word_list(family.model);
  return version_before(words_, i).has_value() || std::ranges::find(stem, words_[i - 1].text) != stem.end();
}

/// Reads the mention whose family stands at `i`; returns where to go on.
size_t TitleReader::read_mention(const ModelFamily& family, size_t i) {
  const size_t after = i + word_list(family.title).size();
  std::optional<FoundVersion> before;
  // A product's name has its version behind it; a tier's may stand in front ("3.5 Sonnet").
  if (!family.product && words_[i].adjacent()) before = version_before(words_, i);
  if (before && before->begin < next_) before.reset();
  next_ = after;
  read_after(family, after, before);
  return next_;
}

void TitleReader::read_after(const ModelFamily& family, size_t i, const std::optional<FoundVersion>& before) {
  const size_t filler = i < words_.size() && words_[i].text == kFiller ? 1 : 0;
  std::optional<FoundVersion> after = version_at(words_, i + filler);
  if (after && (!words_[after->begin].adjacent() || (filler == 1 && !after->pointed))) after.reset();
  if (before && after && !after->revision) return;  // "3 Opus 4.8": whose is which?
  if (family.product && after && list_belongs_to_next_family(*after)) return;
  if (family.product && family.variants.empty() && !after) return;  // "claude-opus-4-6": Opus is to read that
  const std::optional<FoundVersion>& version = before ? before : after;
  if (version && is_doubtful(*version)) return;

  ModelParts parts;
  if (before) parts.version = before->text;
  next_ = read_parts(words_, !before && after ? after->begin : i, family, parts);
  if (parts.version.empty() && family.product) return;
  add(family, parts);
  if (!before && after) read_list(family, parts);
}

/// "1.0, 1.1, and 1.2"; "2.0 Flash and 1.5 Pro"; "1.5 Pro and Flash".
void TitleReader::read_list(const ModelFamily& family, ModelParts item) {
  for (size_t i = next_item(next_); i < words_.size(); i = next_item(next_)) {
    const std::optional<FoundVersion> version = version_at(words_, i);
    if (version && version->pointed && !belongs_to_next_family(*version)) {
      item = {.version = version->text};
      next_ = read_parts(words_, version->end, family, item);
    } else if (!family.base_model && is_variant(family, words_[i].text)) {
      item = {.version = item.version, .variants = {words_[i].text}};
      next_ = read_parts(words_, i + 1, family, item);
    } else {
      return;
    }
    add(family, item);
  }
}

/// Where the next item of a list stands when the one before ends at `i`: behind a comma, an "and", or both. The end
/// when no list goes on.
size_t TitleReader::next_item(size_t i) const {
  if (i >= words_.size()) return words_.size();
  const bool conjunction = words_[i].text == "and" || words_[i].text == "or";
  if (conjunction) return i + 1;
  return words_[i].before == Word::kBreak ? i : words_.size();
}

bool TitleReader::belongs_to_next_family(const FoundVersion& version) const {
  return version.end < words_.size() && words_[version.end].adjacent() && family_at(version.end) != nullptr;
}

/// "Claude 3.5 and 3.7 Sonnet": no version of the list is Claude's.
bool TitleReader::list_belongs_to_next_family(FoundVersion version) const {
  for (;;) {
    if (belongs_to_next_family(version)) return true;
    const std::optional<FoundVersion> next = version_at(words_, next_item(version.end));
    if (!next || !next->pointed) return false;
    version = *next;
  }
}

void TitleReader::add(const ModelFamily& family, const ModelParts& parts) {
  std::string name = canonical_name(family, parts);
  if (!is_model_name(name)) return;  // longer than any model's
  if (std::ranges::find(names_, name) == names_.end()) names_.push_back(std::move(name));
}

/// "2.0" and "2" are one version.
std::string_view plain_version(std::string_view version) {
  if (version.ends_with(".0")) version.remove_suffix(2);
  return version;
}

/// "2024-08-06" and "20240806" are one day.
std::string digits_of(std::string snapshot) {
  std::erase(snapshot, '-');
  return snapshot;
}

bool names(const ModelParts& scope, const ModelParts& model, const ModelFamily& family) {
  if (!scope.snapshot.empty() && digits_of(scope.snapshot) != digits_of(model.snapshot)) return false;
  if (scope.version.empty()) return true;
  if (plain_version(scope.version) != plain_version(model.version)) return false;
  const bool any_variant = family.variants.empty() || (scope.variants.empty() && !family.base_model);
  return any_variant || scope.variants == model.variants;
}

/// The family that wrote a canonical name: "claude-opus", not "claude", for "claude-opus-4-6".
const ModelFamily* family_of(const std::string& canonical, const std::vector<ModelFamily>& families) {
  const ModelFamily* longest = nullptr;
  for (const ModelFamily& family : families) {
    if (!canonical.starts_with(family.model) || !parse_model_name(canonical, family)) continue;
    if (!longest || family.model.size() > longest->model.size()) longest = &family;
  }
  return longest;
}

}  // namespace

std::vector<std::string> models_in_title(std::string_view title, const std::vector<ModelFamily>& families) {
  return TitleReader(title, families).read();
}

bool in_scope(std::string_view model, const std::vector<std::string>& scope,
              const std::vector<ModelFamily>& families) {
  return std::ranges::any_of(scope, [&](const std::string& canonical) {
    const ModelFamily* family = family_of(canonical, families);
    if (!family) return false;
    const std::optional<ModelParts> named = parse_model_name(canonical, *family);
    const std::optional<ModelParts> asked = parse_model_name(model, *family);
    return named && asked && names(*named, *asked, *family);
  });
}

}  // namespace signalbox
