// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_HPP
#define TAILOR_DATA_HPP

#include "data/column_summary.hpp"
#include "data/csr_matrix.hpp"
#include "data/csv.hpp"
#include "data/csv_writer.hpp"
#include "data/decomposition.hpp"
#include "data/documents.hpp"
#include "data/encoding.hpp"
#include "data/features.hpp"
#include "data/id_map.hpp"
#include "data/imputation.hpp"
#include "data/interactions.hpp"
#include "data/interactions_csv.hpp"
#include "data/levels.hpp"
#include "data/scaling.hpp"
#include "data/table.hpp"
#include "data/table_csv.hpp"
#include "data/target_encoding.hpp"
#include "data/text.hpp"
#include "data/timestamp.hpp"
#include "data/tokenizer.hpp"
#include "data/weighting.hpp"

#endif
