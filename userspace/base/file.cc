// SPDX-License-Identifier: Apache-2.0
#include "userspace/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace spa {

namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  // Closes now and tells whether the system had anything to complain about.
  [[nodiscard]] bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

tl::unexpected<Error> system_error(const std::string& path, const char* doing) {
  const int cause = errno;
  char text[128];
  return fail(cause == ENOENT ? Errc::kNotFound : Errc::kIo,
              path + ": " + doing + ": " + strerror_r(cause, text, sizeof text));
}

bool write_all(int fd, ByteView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<Bytes> read_file(const std::string& path, std::size_t limit) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return system_error(path, "cannot be opened");
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return system_error(path, "cannot be examined");
  if (!S_ISREG(status.st_mode)) return fail(Errc::kIo, path + ": is not a regular file");
  Bytes content;
  std::uint8_t buffer[16384];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(path, "cannot be read");
    if (got == 0) break;
    content.insert(content.end(), buffer, buffer + got);
    if (content.size() > limit) {
      return fail(Errc::kExhausted, path + ": is longer than " + std::to_string(limit) + " octets");
    }
  }
  secure_wipe(buffer, sizeof buffer);  // it may have been a key
  return content;
}

Status write_file_atomically(const std::string& path, ByteView content, mode_t mode) {
  std::string temporary = path + ".XXXXXX";
  FileDescriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return system_error(temporary, "cannot be created");
  const auto give_up = [&](const char* doing) {
    auto error = system_error(temporary, doing);
    ::unlink(temporary.c_str());
    return error;
  };
  if (fchmod(file.get(), mode) != 0) return give_up("its mode cannot be set");
  if (!write_all(file.get(), content)) return give_up("cannot be written");
  if (fsync(file.get()) != 0) return give_up("cannot be synced");
  if (!file.close()) return give_up("cannot be closed");
  if (rename(temporary.c_str(), path.c_str()) != 0) return give_up("cannot be renamed");
  const FileDescriptor directory(
      ::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) {
    return system_error(directory_of(path), "cannot be synced");
  }
  return {};
}

Status make_directories(const std::string& path, mode_t mode) {
  for (std::size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    const std::string parent = path.substr(0, end);
    if (mkdir(parent.c_str(), mode) != 0 && errno != EEXIST) {
      return system_error(parent, "cannot be made");
    }
  }
  if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    return system_error(path, "cannot be made");
  return {};
}

}  // namespace spa
