// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_WEIGHTS_HPP
#define TAILOR_MLP_WEIGHTS_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "arena.hpp"
#include "network.hpp"
#include "stack.hpp"

// The weights of a network: how many, by name, and to keep. They are declared in mlp/network.hpp.

namespace tailor {
inline namespace v0 {
namespace mlp {

template <class T>
std::string network<T>::summary() const {
  const auto number = [](std::size_t n) {
    std::string digits = std::to_string(n);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return digits;
  };
  const auto line = [](std::string a, std::string b, std::string c) {
    a.resize((std::max)(a.size(), std::size_t{32}), ' ');
    b.resize((std::max)(b.size(), std::size_t{20}), ' ');
    return a + b + std::string(c.size() < 12 ? 12 - c.size() : 0, ' ') + c + '\n';
  };
  require_built("summary");
  const std::string rule(64, '-');
  std::string text = line("Layer", "Output shape", "Parameters") + rule + '\n';
  for (const auto& place : places_)
    text += line(place.name, "(any, " + number(place.outputs) + ")", number(place.n_weights + place.n_state));
  text += rule + '\n' + "Total parameters: " + number(n_parameters()) + '\n';
  text += "Trained: " + number(weights_.size()) + ", not trained: " + number(state_.size()) + '\n';
  return text;
}

template <class T>
std::vector<named_weights<T>> network<T>::weights() const {
  std::vector<named_weights<T>> all;
  for (const auto& place : places_) {
    const T *weights = weights_.data() + place.weights, *state = state_.data() + place.state;
    for (const parameter& p : place.parameters) {
      const T*& from = p.trained ? weights : state;
      all.push_back({place.name + '/' + p.name, p.shape, p.trained, {from, p.size()}});
      from += p.size();
    }
  }
  return all;
}

template <class T>
typename network<T>::array_place network<T>::find(std::string_view name) const {
  require_built("weights");
  std::string names;
  for (const auto& array : weights()) {
    if (array.name == name) {
      const T* base = array.trained ? weights_.data() : state_.data();
      return {array.trained, static_cast<std::size_t>(array.values.data() - base), array.values.size()};
    }
    names += (names.empty() ? "" : ", ") + array.name;
  }
  throw value_error(describe("name", "one of " + names, name));
}

template <class T>
span<const T> network<T>::weights(std::string_view name) const {
  const array_place place = find(name);
  return {(place.trained ? weights_ : state_).data() + place.begin, place.size};
}

template <class T>
void network<T>::set_weights(std::string_view name, span<const T> values) {
  const array_place place = find(name);
  require<shape_error>(values.size() == place.size, name, show(place.size) + " values", values.size());
  require_finite(values, name);
  std::copy(values.begin(), values.end(), (place.trained ? weights_ : state_).data() + place.begin);
}

template <class T>
std::vector<T> network<T>::all_weights() const {
  std::vector<T> all(weights_.begin(), weights_.end());
  all.insert(all.end(), state_.begin(), state_.end());
  return all;
}

template <class T>
void network<T>::set_all_weights(span<const T> values) {
  require<shape_error>(values.size() == n_parameters(), "values", show(n_parameters()) + " values", values.size());
  require_finite(values, "values");
  std::copy_n(values.begin(), weights_.size(), weights_.begin());
  std::copy_n(values.begin() + weights_.size(), state_.size(), state_.begin());
}

template <class T>
template <class A>
void network<T>::archive(A& a) {
  const std::vector<std::string> own = stack_.descriptions();
  std::vector<std::string> layers = own;
  std::size_t inputs = n_inputs();
  a("layers", layers);
  a("n_inputs", inputs);
  for (std::size_t l = 0; l < (std::max)(own.size(), layers.size()); ++l) {
    const std::string expected = l < own.size() ? own[l] : "none", found = l < layers.size() ? layers[l] : "none";
    if (found != expected) throw format_error(describe("layer " + show(l), expected, found));
  }
  auto places = inputs == 0 ? std::vector<detail::layer_place>{} : stack_.places(inputs);
  const auto own_arrays = weights();
  detail::arena<T> trained, others;
  std::size_t next = 0;
  for (const auto& place : places)
    for (const parameter& p : place.parameters) {
      // What is there is written, or read over. Nothing is there, and nothing allocated, when sizes come from a file.
      const span<const T> now = inputs == n_inputs() ? own_arrays[next++].values : span<const T>();
      const std::string name = place.name + '/' + p.name;
      detail::arena<T>& to = p.trained ? trained : others;
      const auto take = [&](span<const T> values, bool fits, const std::string& shape) {
        if (!fits) throw format_error(describe(name, "the shape " + shape, "another"));
        tailor::require_finite(values, name);
        to.insert(to.end(), values.begin(), values.end());
      };
      if (p.shape.size() == 2) {
        auto values = make_matrix<T>(now.empty() ? 0 : p.shape[0], now.empty() ? 0 : p.shape[1]);
        std::copy(now.begin(), now.end(), values.data());
        a(name.c_str(), values);
        take(span<const T>(values.data(), values.size()),
             values.shape()[0] == p.shape[0] && values.shape()[1] == p.shape[1], show_shape({p.shape[0], p.shape[1]}));
      } else {
        std::vector<T> values(now.begin(), now.end());
        a(name.c_str(), values);
        take(values, values.size() == p.size(), show(p.size()));
      }
    }
  if (inputs == n_inputs() && trained == weights_ && others == state_) return;  // written, or read what was there
  places_ = std::move(places);
  weights_ = std::move(trained);
  state_ = std::move(others);
  forget_steps();
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
