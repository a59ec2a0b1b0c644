// SPDX-License-Identifier: BSD-3-Clause
// The main function of every test program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <tailor/core/linalg.hpp>

int main(int argc, char** argv) {
  tailor::use_single_threaded_blas();
  doctest::Context context;
  context.applyCommandLine(argc, argv);
  return context.run();
}
