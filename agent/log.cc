#include "agent/log.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

#include "agent/clock.h"
#include "agent/log_repeats.h"
#include "lib/json.h"

namespace signalbox {
namespace {

/// The message as a JSON string with its quotes: `%*` in the pattern.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string text = dump_json(Json(std::string(message.payload.data(), message.payload.size())));
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JsonMessage>(); }
};

/// Warnings and errors, which a client may be able to cause, are not repeated without end.
class CalmSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CalmSink(std::shared_ptr<spdlog::sinks::sink> out) : out_(std::move(out)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (message.level < spdlog::level::warn) return out_->log(message);
    const std::string_view line(message.payload.data(), message.payload.size());
    const auto swallowed = repeats_.pass(line, now().mono);
    if (!swallowed) return;
    if (*swallowed == 0) return out_->log(message);
    const std::string text = fmt::format("{} (and {} times more since it was said last)", line, *swallowed);
    spdlog::details::log_msg counted = message;
    counted.payload = text;
    out_->log(counted);
  }
  void flush_() override { out_->flush(); }
  void set_pattern_(const std::string& pattern) override { out_->set_pattern(pattern); }
  void set_formatter_(std::unique_ptr<spdlog::formatter> formatter) override {
    out_->set_formatter(std::move(formatter));
  }

  std::shared_ptr<spdlog::sinks::sink> out_;
  LogRepeats repeats_;
};

}  // namespace

void start_logging(const std::string& level, const std::string& format) {
  auto sink = std::make_shared<CalmSink>(std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("signalbox", std::move(sink)));
  change_logging(level, format);
}

/// Never another logger: whoever is logging at that moment holds a bare pointer to the one before.
void change_logging(const std::string& level, const std::string& format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<JsonMessage>('*');
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  const char* text = journal ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$: %v";
  formatter->set_pattern(format == "json" ? R"({"at":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})" : text);
  spdlog::default_logger_raw()->set_formatter(std::move(formatter));
  spdlog::default_logger_raw()->set_level(spdlog::level::from_str(level));
}

}  // namespace signalbox
