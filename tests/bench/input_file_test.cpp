#include "bench/input_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bench/input.hpp"
#include "common/usage_error.hpp"

namespace permdelta::test {
namespace {

namespace fs = std::filesystem;

/// Of one test, removed with it; there are files of a single 1 in it.
class folder {
 public:
  folder() { fs::create_directories(path_); }
  ~folder() { fs::remove_all(path_); }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const {
    const fs::path path = path_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream stream(path, std::ios::binary);
    write_npy<float>(stream, std::array{std::size_t{1}}, std::array{1.0F});
    return path;
  }

 private:
  fs::path path_ = fs::path(::testing::TempDir()) / ("permdelta_" + std::to_string(::getpid()));
};

std::string objection(const std::vector<std::string>& paths) {
  try {
    static_cast<void>(read_input_files(paths));
    return {};
  } catch (const usage_error& error) {
    return error.what();
  }
}

TEST(input_file, is_called_by_its_stem) {
  EXPECT_EQ(input_name("acts.npy"), "acts");
  EXPECT_EQ(input_name("/data/run 7/acts.npy"), "acts");
  EXPECT_EQ(input_name("acts"), "acts");
  EXPECT_EQ(input_name("layer.3/acts"), "acts");
  EXPECT_EQ(input_name("Layer_3-q=1.npy"), "Layer_3-q=1");
  EXPECT_EQ(input_name("layer.3 q:k+v.npy"), "layer_3_q_k_v");
  EXPECT_EQ(input_name("\xC3\xA9.npy"), "__");
  for (const char* nameless : {"", ".npy", "data/", "data/.npy", "."})
    EXPECT_EQ(input_name(nameless), "") << nameless;
}

TEST(input_file, is_read) {
  const folder data;
  const std::vector<std::string> paths{data.file("b.npy"), data.file("a.npy")};
  const auto files = read_input_files(paths);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "b");
  EXPECT_EQ(files[1].name, "a");
  EXPECT_EQ(files[0].path, paths[0]);
  EXPECT_EQ(files[0].array.shape, std::vector<std::size_t>{1});
  EXPECT_TRUE(read_input_files({}).empty());
}

TEST(input_file, has_a_name_of_its_own) {
  const folder data;
  const std::string acts = data.file("acts.npy");
  EXPECT_EQ(objection({acts, data.file("acts2.npy")}), "");
  EXPECT_EQ(objection({acts, acts}),
            "--input: '" + acts + "': its rows would be called 'acts', as another file's are");
  const std::string spaced = data.file("layer 3.npy");
  EXPECT_EQ(objection({data.file("other/layer.3.npy"), spaced}),
            "--input: '" + spaced + "': its rows would be called 'layer_3', as another file's are");
  for (const std::string_view each : names_of<distribution>) {
    const std::string path = data.file(std::string(each) + ".npy");
    EXPECT_EQ(objection({path}), "--input: '" + path + "': its rows would be called '" +
                                     std::string(each) + "', as the distribution's are");
  }
  const std::string nameless = data.file(".npy");
  EXPECT_EQ(objection({acts, nameless}),
            "--input: '" + nameless + "' has no name before its extension to call its rows by");
}

TEST(input_file, that_is_bad_is_a_usage_error) {
  const folder data;
  const std::string path = data.file("acts.npy");
  fs::resize_file(path, 130);
  EXPECT_EQ(objection({data.file("good.npy"), path}),
            "--input: '" + path +
                "': its elements are cut off: 2 bytes where its shape and type "
                "need 4");
}

}  // namespace
}  // namespace permdelta::test
