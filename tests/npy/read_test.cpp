#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/element.hpp"
#include "npy/npy.hpp"
#include "tests/npy/bytes.hpp"

namespace permdelta::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const std::vector<float> six{1, 2, 3, 4, 5, 6};
const std::string good = with_header(header("'<f4'", "(2, 3)"), bytes_of(six));

npy_array read(const std::string& bytes) {
  const file made(bytes);
  return read_npy(made.path());
}

void expect_objection(const std::string& bytes, const std::string& words) {
  const std::string line = objection(bytes);
  EXPECT_NE(line.find(words), std::string::npos) << "'" << line << "' instead of: " << words;
}

TEST(npy_read, every_type) {
  const std::vector<double> f8{0.1, -0.0, 5e-324, infinity};
  EXPECT_EQ(bytes_of(std::get<std::vector<double>>(
                read(with_header(header("'<f8'", "(4,)"), bytes_of(f8))).values)),
            bytes_of(f8));
  const std::vector<float> f4{0.1F, -0.0F, 1e-45F, -std::numeric_limits<float>::infinity()};
  EXPECT_EQ(bytes_of(std::get<std::vector<float>>(
                read(with_header(header("'<f4'", "(4,)"), bytes_of(f4))).values)),
            bytes_of(f4));
  const std::vector<fp16> f2{fp16{0x3C00}, fp16{0x8000}, fp16{1}, fp16{0x7C00}};
  EXPECT_EQ(
      std::get<std::vector<fp16>>(read(with_header(header("'<f2'", "(4,)"), bytes_of(f2))).values),
      f2);
}

TEST(npy_read, every_version) {
  for (const int major : {1, 2, 3})
    EXPECT_EQ(std::get<std::vector<float>>(
                  read(with_header(header("'<f4'", "(6,)"), bytes_of(six), major)).values),
              six);
}

TEST(npy_read, shapes) {
  const auto shape_of = [](const std::string& tuple, const std::string& fortran_order = "False") {
    return read(with_header(header("'<f4'", tuple, fortran_order), bytes_of(six)));
  };
  const npy_array row = shape_of("(6,)");
  EXPECT_EQ(row.shape, std::vector<std::size_t>{6});
  EXPECT_EQ((std::pair{row.rows(), row.n()}), (std::pair<std::size_t, std::size_t>{1, 6}));
  const npy_array rows = shape_of("(2, 3)");
  EXPECT_EQ(rows.shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ((std::pair{rows.rows(), rows.n()}), (std::pair<std::size_t, std::size_t>{2, 3}));
  // The order of what is one row or one column is both.
  EXPECT_EQ(shape_of("(6,)", "True").rows(), 1U);
  EXPECT_EQ(shape_of("(1, 6)", "True").rows(), 1U);
  EXPECT_EQ(shape_of("(6, 1)", "True").rows(), 6U);
}

TEST(npy_read, what_is_no_file) {
  const auto objection_at = [](const fs::path& path) {
    return objection_to(path, [](const auto& p) { return read_npy(p); });
  };
  const file made(good);
  EXPECT_EQ(objection_at(made.path()), "");
  EXPECT_EQ(objection_at(made.path().string() + ".not"),
            "cannot read it: No such file or directory");
  EXPECT_EQ(objection_at(made.path() / "x"), "cannot read it: Not a directory");
  EXPECT_EQ(objection_at(made.path().parent_path()), "cannot read it: Is a directory");
  EXPECT_EQ(objection_at(""), "cannot read it: No such file or directory");
  EXPECT_EQ(objection_at("/dev/null"),
            "it is not a regular file, whose size is known before it is read");
  fs::permissions(made.path(), fs::perms::none);
  // Root may read anything, so it is nobody for a moment.
  ASSERT_TRUE(::geteuid() != 0 || ::seteuid(65534) == 0);
  const std::string unreadable = objection_at(made.path());
  EXPECT_EQ(::seteuid(::getuid()), 0);
  EXPECT_EQ(unreadable, "cannot read it: Permission denied");
}

TEST(npy_read, what_is_no_npy_file) {
  const std::string other = "it is not a .npy file: those begin with the bytes \\x93NUMPY";
  EXPECT_EQ(objection(""), other);
  EXPECT_EQ(objection("\x93NUMP"), other);
  EXPECT_EQ(objection("PK\x03\x04 an .npz file, which is a zip"), other);
  EXPECT_EQ(objection("\x93NUMPX" + good.substr(6)), other);
}

TEST(npy_read, versions_that_are_none) {
  for (const auto& [major, minor] : {std::pair{0, 0}, {4, 0}, {255, 0}, {1, 1}, {3, 255}})
    EXPECT_EQ(objection(with_header(header("'<f4'", "(6,)"), bytes_of(six), major, minor)),
              "its format is version " + std::to_string(major) + "." + std::to_string(minor) +
                  "; allowed: 1.0, 2.0, 3.0");
}

TEST(npy_read, truncated_anywhere) {
  for (const int major : {1, 2}) {
    const std::string text = header("'<f4'", "(2, 3)");
    const std::string whole = with_header(text, bytes_of(six), major);
    const std::size_t elements = whole.size() - 24;
    ASSERT_EQ(objection(whole), "");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::string line = objection(whole.substr(0, size));
      const char* words = size < 6          ? "it is not a .npy file"
                          : size < elements ? "it ends in its header, of which "
                                            : "its elements are cut off: ";
      EXPECT_TRUE(line.starts_with(words)) << size << ": " << line;
    }
    EXPECT_EQ(objection(whole.substr(0, elements - 1)),
              "it ends in its header, of which " + std::to_string(text.size()) +
                  " bytes should follow and " + std::to_string(text.size() - 1) + " do");
    EXPECT_EQ(objection(whole.substr(0, whole.size() - 1)),
              "its elements are cut off: 23 bytes where its shape and type need 24");
  }
}

TEST(npy_read, bytes_behind_the_elements) {
  EXPECT_EQ(objection(good + "x"), "1 bytes follow its 24 bytes of elements; allowed: none");
  EXPECT_EQ(objection(good + good),
            std::to_string(good.size()) + " bytes follow its 24 bytes of elements; allowed: none");
}

TEST(npy_read, other_types) {
  const std::vector<std::pair<std::string, std::string>> types{{"<i8", "integers"},
                                                               {"|u1", "integers"},
                                                               {"|b1", "booleans"},
                                                               {"<c8", "complex numbers"},
                                                               {"<c16", "complex numbers"},
                                                               {"|O", "Python objects"},
                                                               {">f4", "big-endian"},
                                                               {">f8", "big-endian"},
                                                               {">f2", "big-endian"},
                                                               {"<f16", "floating point"},
                                                               {"=f4", "floating point"},
                                                               {"|f4", "floating point"},
                                                               {"<U3", "text"},
                                                               {"|S3", "text"},
                                                               {"|V4", "no numbers"},
                                                               {"<M8[ns]", "no numbers"},
                                                               {"f", "no numbers"},
                                                               {"", "no numbers"}};
  for (const auto& [type, kind] : types)
    EXPECT_EQ(objection(with_header(header("'" + type + "'", "(6,)"), bytes_of(six))),
              "its elements are '" + type + "' (" + kind + "); allowed: '<f8', '<f4', '<f2'");
  expect_objection(with_header(header("[('a', '<f4')]", "(6,)"), bytes_of(six)),
                   "its elements have fields (a structured dtype); allowed: plain numbers");
}

TEST(npy_read, other_shapes) {
  const auto objection_of = [](const std::string& tuple,
                               const std::string& fortran_order = "False") {
    return objection(with_header(header("'<f4'", tuple, fortran_order), bytes_of(six)));
  };
  EXPECT_EQ(objection_of("(2, 3)"), "");
  EXPECT_EQ(objection_of("()"), "it has 0 dimensions; allowed: 1, or 2 (rows of elements)");
  EXPECT_EQ(objection_of("(1, 2, 3)"), "it has 3 dimensions; allowed: 1, or 2 (rows of elements)");
  EXPECT_EQ(objection_of("(1, 1, 1, 1, 1, 1, 6)").substr(0, 20), "it has 7 dimensions;");
  for (const char* empty : {"(0,)", "(0, 6)", "(6, 0)", "(0, 99999999999999999999)"})
    EXPECT_EQ(objection_of(empty), "it has no elements; allowed: 1 or more");
  EXPECT_EQ(
      objection_of("(2, 3)", "True"),
      "its elements lie in Fortran order; allowed: C order, which numpy.ascontiguousarray makes");
}

// Before any room is made for them: 2^32 - 1 doubles are more than this machine may have.
TEST(npy_read, more_elements_than_there_may_be) {
  const auto objection_of = [](const std::string& tuple) {
    return objection(with_header(header("'<f8'", tuple), bytes_of(six)));
  };
  const std::string too_many = "it has too many elements; allowed: up to 4294967295";
  for (const char* many :
       {"(4294967296,)", "(1, 4294967296)", "(65536, 65536)", "(2147483648, 2)",
        "(4294967296, 4294967296)",  // 2^64: no element, if it wrapped around
        "(18446744073709551615, 18446744073709551615)", "(99999999999999999999999999,)"})
    EXPECT_EQ(objection_of(many), too_many) << many;
  for (const char* most : {"(4294967295,)", "(65535, 65537)"})
    EXPECT_EQ(objection_of(most),
              "its elements are cut off: 24 bytes where its shape and type need 34359738360");
  std::string header_of_4_gib = with_header(header("'<f8'", "(3,)"), bytes_of(six), 2);
  header_of_4_gib.replace(8, 4, 4, '\xFF');
  expect_objection(header_of_4_gib,
                   "it ends in its header, of which 4294967295 bytes should follow");
}

TEST(npy_read, a_nan_is_found_an_infinity_let_through) {
  const auto objection_of = [](const std::vector<double>& values, const std::string& tuple) {
    return objection(with_header(header("'<f8'", tuple), bytes_of(values)));
  };
  EXPECT_EQ(objection_of({1, infinity, -infinity, 4}, "(4,)"), "");
  EXPECT_EQ(objection_of({1, 2, nan, nan}, "(4,)"),
            "element 2 (from 0) is NaN; allowed: numbers and infinities");
  EXPECT_EQ(objection_of({1, 2, 3, 4, 5, -nan}, "(3, 2)"),
            "row 2, column 1 (from 0) is NaN; allowed: numbers and infinities");
  EXPECT_EQ(objection_of({nan}, "(1, 1)"),
            "row 0, column 0 (from 0) is NaN; allowed: numbers and infinities");
  const auto objection_of_half = [](std::uint16_t bits) {
    return objection(with_header(header("'<f2'", "(1,)"), bytes_of(std::vector{fp16{bits}})));
  };
  EXPECT_EQ(objection_of_half(0x7C00), "");
  for (const std::uint16_t bits : std::vector<std::uint16_t>{0x7C01, 0x7E00, 0xFFFF})
    EXPECT_NE(objection_of_half(bits), "") << bits;
  EXPECT_NE(objection(with_header(header("'<f4'", "(1,)"), "\x01\x00\x80\x7F"s)), "");
}

TEST(npy_read, the_headers_faults_come_with_the_files_name) {
  expect_objection(with_header("{'descr': '<f4', 'shape': (6,)}", bytes_of(six)),
                   "the header is not the dict that NumPy writes: it lacks 'fortran_order'");
  expect_objection(with_header("", bytes_of(six)), "'{' is expected at its byte 0");
  expect_objection(with_header("{'descr': '<f4', 'descr': '<f4'}"), "it has 'descr' twice");
}

// Whatever one changed byte makes of a file, it is read or refused.
TEST(npy_read, one_changed_byte) {
  std::size_t refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int change : {1, 0x10, 0x80, 0xFF}) {
      std::string changed = good;
      changed[i] = static_cast<char>(changed[i] ^ change);
      if (!objection(changed).empty()) ++refused;
    }
  EXPECT_GE(refused, 4 * 60U);
}

}  // namespace
}  // namespace permdelta::testing
