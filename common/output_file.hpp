#pragma once

/// A file that is there complete or not at all.

#include <fstream>
#include <iosfwd>
#include <string>

namespace permdelta {

/// Collects what is written in a temporary file beside the target and renames it over the target
/// on `commit`; without a commit the target stays as it was. A symbolic link is followed, an
/// existing file keeps its mode. Devices, pipes and whatever else `/dev/stdout` and `/dev/fd/3`
/// stand for can't be replaced: they are written directly, from the first byte on.
///
/// All errors are std::system_error with one line: the path, what failed, why.
class output_file {
 public:
  /// Throws if the target could not be written in the end: no such directory, no permission, a
  /// directory.
  explicit output_file(const std::string& target);
  ~output_file();
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;

  [[nodiscard]] std::ostream& stream() noexcept { return stream_; }

  /// Makes what was written durable, then the target. Throws if any write failed, this one or an
  /// earlier one. Nothing can be written afterwards; call it once.
  void commit();

 private:
  output_file() = default;
  void create_temporary();
  void name_temporary();
  [[nodiscard]] std::string next_name() const;

  std::string target_;
  std::string temporary_;   ///< empty if there is nothing to rename
  bool anonymous_ = false;  ///< the temporary has no name yet
  int descriptor_ = -1;     ///< of the temporary: a stream can't be synchronised
  std::ofstream stream_;
};

}  // namespace permdelta
