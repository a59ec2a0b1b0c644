// SPDX-License-Identifier: BSD-3-Clause
// What each consumer builds with its own strict warnings: a first contact with the library.
#include <tailor/tailor.hpp>

int main() {
  const xt::xtensor<int, 2> R = {{5, 3, 0, 2}, {0, 1, 1, 0}, {4, 0, 0, 1}, {3, 2, 0, 3}};
  const auto S = tailor::cosine_similarity(R);
  const auto picks = tailor::recommend(R, 0);
  bool right = S.shape(0) == 4 && picks.size() == 1;
  for (const auto& [item, score] : picks) {
    right = right && item == 2 && score > 0;
  }
  return right ? 0 : 1;
}
