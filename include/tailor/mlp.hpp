// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_HPP
#define TAILOR_MLP_HPP

#include "mlp/activations.hpp"
#include "mlp/behaviour.hpp"
#include "mlp/callbacks.hpp"
#include "mlp/explain.hpp"
#include "mlp/layers.hpp"
#include "mlp/logistic_regression.hpp"
#include "mlp/losses.hpp"
#include "mlp/metrics.hpp"
#include "mlp/model.hpp"
#include "mlp/network.hpp"
#include "mlp/normalization.hpp"
#include "mlp/optimizers.hpp"
#include "mlp/permutation_importance.hpp"
#include "mlp/schedules.hpp"
#include "mlp/sequential.hpp"
#include "mlp/training.hpp"
#include "mlp/weights.hpp"

#endif
