// What the door refuses at compile time, and what the compiler's first line says then.
// fail 1: tailor: a dense argument must be an xtensor expression of numbers
// fail 2: tailor: a dense argument must be an xtensor expression of numbers
// fail 3: tailor: a dense argument must hold real numbers
// fail 4: tailor: expected a matrix, an xtensor expression of 2 dimensions
// fail 5: tailor: expected a vector, an xtensor expression of 1 dimension
// fail 6: tailor: expected a matrix, an xtensor expression of 2 dimensions
#include <complex>
#include <tailor/core/expression.hpp>
#include <vector>

int main() {
  const std::vector<std::vector<double>> nested{{1, 2}, {3, 4}};
  const xt::xtensor<std::complex<double>, 2> waves;
  const xt::xtensor<double, 1> line{1, 2, 3};
  const xt::xtensor<float, 2> table{{1, 2, 3}};
  const xt::xtensor<int, 3> cube;
#if TAILOR_FAIL == 1
  tailor::as_matrix<double>(nested, "R");
#elif TAILOR_FAIL == 2
  tailor::as_vector<double>(3.0, "x");
#elif TAILOR_FAIL == 3
  tailor::as_matrix<double>(waves, "R");
#elif TAILOR_FAIL == 4
  tailor::as_matrix<double>(line, "R");
#elif TAILOR_FAIL == 5
  tailor::as_vector<float>(table, "x");
#elif TAILOR_FAIL == 6
  tailor::as_matrix<double>(cube + 1, "R");
#else
  tailor::as_matrix<float>(table, "R");
  tailor::as_vector<double>(line, "x");
#endif
}
