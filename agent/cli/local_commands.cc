#include "agent/cli/local_commands.h"

#include <fmt/format.h>
#include <sysexits.h>

#include "agent/ask/agent_address.h"
#include "agent/cli/doctor.h"
#include "agent/cli/doctor_host.h"
#include "agent/cli/environment.h"
#include "agent/cli/setup.h"
#include "agent/store/backup.h"
#include "agent/store/store.h"
#include "lib/pages/status_page.h"

namespace signalbox {
namespace {

/// The one that was asked for, or the one that this configuration would start.
Result<AgentClient> client_of(const Setup& setup, const DoctorOptions& options) {
  std::vector<std::string> sockets = {setup.places.unix_socket};
  for (const std::string& usual : usual_sockets()) sockets.push_back(usual);
  auto address = choose_agent(options.url, environment("SIGNALBOX_URL"), sockets);
  if (!address) return address.error();
  return AgentClient::make(std::move(*address), options.files);
}

/// Shows each diagnosis as soon as it is made: a page that does not answer takes its time.
class Report {
 public:
  explicit Report(const Console& console) : console_(console) {}

  void add(Diagnosis diagnosis) {
    console_.out << render_diagnosis(diagnosis, console_.view()) << std::flush;
    diagnoses_.push_back(std::move(diagnosis));
  }
  void add(std::vector<Diagnosis> diagnoses) {
    for (Diagnosis& diagnosis : diagnoses) add(std::move(diagnosis));
  }
  int finish() {
    console_.out << "\n" << summary(diagnoses_) << "\n";
    return exit_code(diagnoses_);
  }

 private:
  const Console& console_;
  std::vector<Diagnosis> diagnoses_;
};

void check_pages(const Config& config, bool list_components, Report& report) {
  const Fetch fetch = fetch_through(proxy_from_environment());
  std::vector<ClockSample> clocks;
  for (const ProviderConfig& provider : config.providers) {
    for (const SourceConfig& source : provider.sources) {
      SourceCheck check = check_source(provider, source, fetch, read_source, list_components);
      report.add(std::move(check.diagnoses));
      clocks.insert(clocks.end(), check.clocks.begin(), check.clocks.end());
    }
  }
  report.add(check_clock(clocks));
}

}  // namespace

int doctor_command(const Console& console, const DoctorOptions& options) {
  const auto setup = load_setup(console, options.local);
  if (!setup) return EX_CONFIG;
  Report report(console);
  report.add({Finding::ok, "configuration", setup->from.empty() ? "built-in defaults" : setup->from, ""});
  report.add(check_agent(client_of(*setup, options)));
  report.add(check_directories(setup->places));
  report.add(check_stored(setup->places.state_dir));
  report.add(check_secrets(setup->config.server));
  check_pages(setup->config, options.list_components, report);
  return report.finish();
}

int backup_command(const Console& console, const LocalOptions& options, const std::string& to) {
  constexpr int kNotCopied = 1;
  const auto setup = load_setup(console, options);
  if (!setup) return EX_CONFIG;
  const std::string from = database_path(setup->places.state_dir);
  const auto report = backup_database(from, to);
  if (!report) {
    complain(console, report.error().message);
    return kNotCopied;
  }
  console.out << fmt::format("{} copied to {}, {} KiB, checked\n", from, to, (report->bytes + 1023) / 1024);
  return 0;
}

}  // namespace signalbox
