// fail 1: tailor: BLAS multiplies float or double only
// fail 2: tailor: LAPACK computes in float or double only
#include <tailor/core/factorization.hpp>

int main() {
#if TAILOR_FAIL == 1
  const int values[] = {1, 2, 3, 4};
  int gram[4];
  tailor::linalg::syrk(1, tailor::matrix_view<int>{values, 2, 2}, 0, gram);
#elif TAILOR_FAIL == 2
  tailor::linalg::cholesky(tailor::dense_matrix<int>{{4, 2}, {2, 5}});
#else
  tailor::linalg::cholesky(tailor::dense_matrix<double>{{4, 2}, {2, 5}});
#endif
}
