// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_HPP
#define TAILOR_CORE_HPP

#include "core/communicator.hpp"
#include "core/error.hpp"
#include "core/expression.hpp"
#include "core/factorization.hpp"
#include "core/index.hpp"
#include "core/kernels.hpp"
#include "core/linalg.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/sampling.hpp"
#include "core/span.hpp"
#include "core/special.hpp"
#include "core/top_k.hpp"

#endif
