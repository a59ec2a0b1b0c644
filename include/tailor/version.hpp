// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_VERSION_HPP
#define TAILOR_VERSION_HPP

// The one place that holds the version; CMake reads it from here.
#define TAILOR_VERSION_MAJOR 0
#define TAILOR_VERSION_MINOR 1
#define TAILOR_VERSION_PATCH 0

namespace tailor {
inline namespace v0 {

/// The version as text, `major.minor.patch`.
inline constexpr const char* version = "0.1.0";

}  // namespace v0
}  // namespace tailor

#endif
