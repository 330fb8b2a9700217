// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

#include "userspace/base/file.h"
#include "userspace/tool/options.h"
#include "userspace/tool/run.h"

namespace spa::tool {
namespace {

// Nothing is asked: nothing is done.
class NoAnswers final : public Answers {
 public:
  std::optional<std::string> next(const std::string&, bool) override { return std::nullopt; }
};

// A file that only its owner can read, gone when this is.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  ~TemporaryFile() {
    if (made_) ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  Status write(std::string_view text) {
    const int fd = ::mkostemp(name_.data(), O_CLOEXEC);
    if (fd < 0) return fail(Errc::kIo, name_ + ": cannot be made");
    ::close(fd);
    made_ = true;
    return write_file_atomically(name_, as_bytes(text), 0600);
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_ = "/tmp/ipsec-tool.XXXXXX";
  bool made_ = false;
};

}  // namespace

int run_plan(Client& client, const std::string& file, std::istream& input, bool json,
             Streams streams) {
  TemporaryFile copy;
  std::string path = file;
  if (file == "-") {
    const std::string text{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
    if (const Status kept = copy.write(text); !kept) {
      streams.err << "ipsec-tool: " << kept.error().text << "\n";
      return kUnreachable;
    }
    path = copy.name();
  }
  std::error_code cause;
  path = std::filesystem::absolute(path, cause).string();
  if (cause || path.find_first_of(" \t|") != std::string::npos) {
    streams.err << "ipsec-tool: " << file
                << ": the daemon cannot be told of it; give a name without blanks, or the content "
                   "on standard input (-)\n";
    return kUnreachable;
  }
  NoAnswers none;
  return run_command(client, "show archive config differences " + path, json, streams, none);
}

}  // namespace spa::tool
