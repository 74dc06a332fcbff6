#include "agent/metrics/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace signalbox {
namespace {

/// The fields of /proc/self/stat from the third on: the second, the command's name, may hold spaces and brackets.
std::istringstream stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  return std::istringstream(name_end == std::string::npos ? "" : line.substr(name_end + 1));
}

/// In whole seconds, as btime in /proc/stat: that file is not there for a service with ProcSubset=pid.
double boot_time() {
  timespec wall{};
  timespec since_boot{};
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  return static_cast<double>(wall.tv_sec - since_boot.tv_sec - (wall.tv_nsec < since_boot.tv_nsec ? 1 : 0));
}

uint64_t count_open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return 0;
  // The one that reads the directory is not there any more once it is read.
  const auto count = static_cast<uint64_t>(std::distance(begin(files), end(files)));
  return count > 0 ? count - 1 : 0;
}

}  // namespace

ProcessFigures process_figures() {
  constexpr int kUserTime = 14;  // proc(5) numbers the fields from 1
  constexpr int kThreads = 20;
  constexpr int kStartTime = 22;
  constexpr int kVirtualSize = 23;
  constexpr int kResidentPages = 24;

  ProcessFigures figures;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::istringstream fields = stat_fields();
  std::string word;
  for (int number = 3; number <= kResidentPages && fields >> word; ++number) {
    const bool is_time = number == kUserTime || number == kUserTime + 1;  // and the system's
    if (is_time) figures.cpu_seconds += std::stod(word) / ticks;
    if (number == kThreads) figures.threads = std::stoull(word);
    if (number == kStartTime) figures.start_time = boot_time() + std::stod(word) / ticks;
    if (number == kVirtualSize) figures.virtual_bytes = std::stoull(word);
    if (number == kResidentPages)
      figures.resident_bytes = std::stoull(word) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  }
  figures.open_fds = count_open_files();
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) figures.max_fds = files.rlim_cur;
  return figures;
}

}  // namespace signalbox
