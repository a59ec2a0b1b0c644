// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_HPP
#define TAILOR_DATA_HPP

#include "data/csr_matrix.hpp"
#include "data/csv.hpp"
#include "data/csv_writer.hpp"
#include "data/id_map.hpp"
#include "data/interactions.hpp"
#include "data/interactions_csv.hpp"
#include "data/timestamp.hpp"
#include "data/weighting.hpp"

#endif
