// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_HPP
#define TAILOR_SIMILARITY_HPP

// Who is similar to whom: measures between rows, all of them at once (pairwise), the nearest of each (neighbours), one
// row against all (row_search).
#include "similarity/any_measure.hpp"
#include "similarity/measures.hpp"
#include "similarity/neighbours.hpp"
#include "similarity/pairwise.hpp"
#include "similarity/row_search.hpp"

#endif
