// SPDX-License-Identifier: BSD-3-Clause
// The main function of every test program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#if __has_include(<tailor/core/linalg.hpp>)
#include <tailor/core/linalg.hpp>
#define TAILOR_TESTS_TELL_BLAS 1
#endif

int main(int argc, char** argv) {
#ifdef TAILOR_TESTS_TELL_BLAS
  tailor::use_single_threaded_blas();
#endif
  doctest::Context context;
  context.applyCommandLine(argc, argv);
  return context.run();
}
