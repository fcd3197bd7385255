/* One sum, its elements shuffled a hundred times, from C: with PERMDELTA_EXACT it has one value,
 * with the other methods several. */

#include <permdelta/kernels/permdelta.h>
#include <stdio.h>

enum { elements = 10000, orders = 100 };

static unsigned long long state = 42;

/* 31 random bits (Knuth's MMIX). */
static unsigned long draw(void) {
  state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (unsigned long)(state >> 33);
}

static void shuffle(float* x) {
  for (int i = elements - 1; i > 0; --i) {
    const unsigned long j = draw() % (unsigned long)(i + 1);
    const float element = x[i];
    x[i] = x[j];
    x[j] = element;
  }
}

/* How many different sums there are. */
static int different_sums(float* x, permdelta_method method) {
  float sums[orders];
  int different = 0;
  for (int order = 0; order < orders; ++order) {
    shuffle(x);
    sums[different] = permdelta_sum_f32(x, elements, method);
    int first = 0;
    while (sums[first] != sums[different]) ++first;
    if (first == different) ++different;
  }
  return different;
}

int main(void) {
  static float x[elements];
  for (int i = 0; i < elements; ++i) x[i] = (float)draw() / 1073741824.0F - 1.0F;

  printf("permdelta %s: sums of %d floats in %d orders\n", permdelta_version(), elements, orders);
  printf("sequential  %3d different\n", different_sums(x, PERMDELTA_SEQUENTIAL));
  printf("pairwise    %3d different\n", different_sums(x, PERMDELTA_PAIRWISE));
  printf("lane_split  %3d different\n", different_sums(x, PERMDELTA_LANE_SPLIT));
  printf("exact       %3d different\n", different_sums(x, PERMDELTA_EXACT));

  const permdelta_status status = permdelta_layernorm_f32(x, x, elements, 1e-6, PERMDELTA_EXACT);
  printf("layernorm in place: %s\n", permdelta_status_text(status));
  return 0;
}
