#include "common/output_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace permdelta::testing {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// What output_file has to say about `path`; empty if it has no objection.
std::string objection(const fs::path& path) {
  try {
    output_file file(path);
    return {};
  } catch (const std::system_error& error) {
    return error.what();
  }
}

class output_file_test : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) / ("permdelta_output_" + std::to_string(::getpid()));
  const fs::path target_ = folder_ / "out.json";
};

TEST_F(output_file_test, nothing_is_there_before_the_commit) {
  write(target_, "old");
  output_file file(target_);
  file.stream() << "new" << std::flush;
  EXPECT_EQ(read(target_), "old");
  file.commit();
  EXPECT_EQ(read(target_), "new");
  EXPECT_EQ(files(), 1U);
}

TEST_F(output_file_test, without_a_commit_nothing_is_left) {
  { output_file(target_).stream() << "new"; }
  EXPECT_EQ(files(), 0U);
}

TEST_F(output_file_test, a_new_file_follows_the_umask_and_an_old_one_keeps_its_mode) {
  const ::mode_t before = ::umask(027);
  output_file(target_).commit();
  ::umask(before);
  EXPECT_EQ(fs::status(target_).permissions(), fs::perms{0640});
  fs::permissions(target_, fs::perms{0604});
  output_file(target_).commit();
  EXPECT_EQ(fs::status(target_).permissions(), fs::perms{0604});
}

TEST_F(output_file_test, links_are_followed_even_to_a_file_to_be) {
  fs::create_directory(folder_ / "real");
  fs::create_symlink("real/out.json", folder_ / "second");
  fs::create_symlink("second", target_);
  for (const char* text : {"created", "replaced"}) {
    output_file file(target_);
    file.stream() << text;
    file.commit();
    EXPECT_TRUE(fs::is_symlink(target_));
    EXPECT_EQ(read(folder_ / "real/out.json"), text);
  }
}

TEST_F(output_file_test, says_what_is_wrong) {
  const auto expect = [](const fs::path& path, const std::string& reason) {
    const std::string line = objection(path);
    EXPECT_NE(line.find("'" + path.string() + "'"), std::string::npos) << line;
    EXPECT_NE(line.find(reason), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  };
  expect("", "No such file or directory");
  expect(folder_, "Is a directory");
  expect(folder_ / "", "Is a directory");
  expect(folder_ / "missing/out.json", "No such file or directory");
  write(target_, "");
  expect(target_ / "out.json", "Not a directory");
  fs::create_symlink("loop", folder_ / "loop");
  expect(folder_ / "loop", "Too many levels of symbolic links");
  fs::create_symlink("/", folder_ / "root");
  expect(folder_ / "root", "Is a directory");
  expect("/proc/out.json", "No such file or directory");
  EXPECT_EQ(objection(folder_ / "fine"), "");
}

TEST_F(output_file_test, permissions_are_checked_at_once) {
  write(target_, "");
  fs::permissions(target_, fs::perms{0444});
  fs::permissions(folder_, fs::perms{0777});
  ASSERT_TRUE(::geteuid() != 0 || ::seteuid(65534) == 0) << "root may write anywhere";
  const std::string read_only_file = objection(target_);
  const std::string system_folder = objection("/permdelta.json");
  EXPECT_EQ(::seteuid(::getuid()), 0);
  EXPECT_EQ(read_only_file, "'" + target_.string() + "': cannot write it: Permission denied");
  EXPECT_EQ(system_folder, "'/permdelta.json': cannot create a file beside it: Permission denied");
}

TEST_F(output_file_test, devices_and_pipes_are_written_directly) {
  output_file null("/dev/null");
  null.stream() << "gone";
  EXPECT_NO_THROW(null.commit());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));

  // A number as `> log` gives it: a regular file, but one that somebody holds open.
  write(target_, "head ");
  std::FILE* held = std::fopen(target_.c_str(), "a");
  output_file file("/dev/fd/" + std::to_string(::fileno(held)));
  file.stream() << "body";
  file.commit();
  std::fputs(" tail", held);
  std::fclose(held);
  EXPECT_EQ(read(target_), "head body tail");
  EXPECT_EQ(files(), 1U);
}

TEST_F(output_file_test, a_full_disk_is_an_error) {
  for (const std::size_t size : {1U, 1U << 20U}) {  // less and more than a buffer
    output_file file("/dev/full");
    file.stream() << std::string(size, 'x');
    EXPECT_THROW(file.commit(), std::system_error);
  }
}

TEST_F(output_file_test, a_failed_write_leaves_the_target_alone) {
  write(target_, "old");
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const ::rlimit small{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    output_file file(target_);
    file.stream() << std::string(2000, 'x');
    EXPECT_THROW(file.commit(), std::system_error);
  }
  EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(read(target_), "old");
  EXPECT_EQ(files(), 1U);
}

TEST_F(output_file_test, concurrent_writers_each_leave_a_whole_file) {
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c', 'd'})
    writers.emplace_back([this, letter] {
      for (int round = 0; round < 20; ++round) {
        output_file file(target_);
        file.stream() << std::string(100'000, letter);
        file.commit();
      }
    });
  std::thread reader([this] {
    for (int round = 0; round < 50; ++round) {
      const std::string text = read(target_);
      EXPECT_TRUE(text.empty() || text == std::string(100'000, text[0]));
    }
  });
  for (std::thread& writer : writers) writer.join();
  reader.join();
  EXPECT_EQ(read(target_).size(), 100'000U);
  EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace permdelta::testing
