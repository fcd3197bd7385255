/// One sum, its elements shuffled a hundred times: by `exact` it has one value, by the other
/// methods several.

#include <permdelta/kernels/permdelta.hpp>

#include <algorithm>
#include <cstdio>
#include <random>
#include <set>
#include <vector>

int main() {
  std::mt19937 random(42);
  std::normal_distribution<float> draw;
  std::vector<float> x(10'000);
  for (float& element : x) element = draw(random);

  std::puts("sums of 10000 floats in 100 orders");
  for (const auto how : {permdelta::method::sequential, permdelta::method::pairwise,
                         permdelta::method::lane_split, permdelta::method::exact}) {
    std::set<float> sums;
    for (int order = 0; order < 100; ++order) {
      std::shuffle(x.begin(), x.end(), random);
      sums.insert(permdelta::sum(x, how));
    }
    std::printf("%-10s  %3zu different, from %.9g to %.9g\n", permdelta::name(how).data(),
                sums.size(), static_cast<double>(*sums.begin()),
                static_cast<double>(*sums.rbegin()));
  }
}
